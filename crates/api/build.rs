//! Tells Cargo which folders the macros embed, so that it rebuilds the crate when a file is added.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
    // A debug build reads these from disk at run time.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../../web/static");
    }
}
