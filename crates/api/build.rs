//! Cargo sees the files that macros read: without this, a new one would not be in the program.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
    // A debug build reads these from the disk as it runs.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../../web/static");
    }
}
