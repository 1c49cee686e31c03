//! Cargo sees the migrations, which a macro reads: without this, a new one would not be in the program.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
