//! Python programs that test the services. pip installs them.

use std::{
    env, fs,
    path::PathBuf,
    process::{Output, Stdio},
};
use tempfile::TempDir;
use tokio::process::Command;

/// Installs a program with pip, once for each user and Python, and returns its folder.
pub(crate) async fn installed(name: &str, requirement: &str, version: &str) -> PathBuf {
    let tag = run(python().args(["-c", "import sys; print(sys.implementation.cache_tag)"]), "").await;
    let tag = String::from_utf8(tag.stdout).unwrap();
    let home = || PathBuf::from(env::var_os("HOME").expect("HOME names the folder of the user")).join(".cache");
    let cache = env::var_os("XDG_CACHE_HOME").map_or_else(home, PathBuf::from).join("digits");
    let folder = cache.join(format!("{name}-{version}-{}", tag.trim()));
    if folder.exists() {
        return folder;
    }
    fs::create_dir_all(&cache).unwrap();
    // The last step renames the folder, so an interrupted installation is never used.
    let unfinished = TempDir::new_in(&cache).unwrap();
    let arguments = "-m pip install --quiet --disable-pip-version-check --only-binary=:all: --target";
    let mut pip = python();
    pip.args(arguments.split(' ')).arg(unfinished.path().join(name)).arg(requirement);
    run(&mut pip, " (it needs pip, which `scripts/setup.sh test` installs, and, once, a network)").await;
    let renamed = fs::rename(unfinished.path().join(name), &folder);
    assert!(renamed.is_ok() || folder.exists(), "{renamed:?}");
    folder
}

pub(crate) fn python() -> Command {
    let mut command = Command::new("python3");
    command.stdin(Stdio::null()).env("PYTHONDONTWRITEBYTECODE", "1").kill_on_drop(true);
    command
}

/// Runs a command that must succeed. If it fails, the message has its output and `needs`.
pub(crate) async fn run(command: &mut Command, needs: &str) -> Output {
    let output = command.output().await.expect("these tests need python3; `scripts/setup.sh test` installs it");
    let (said, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{:?} failed{needs}:\n{said}\n{error}", command.as_std());
    output
}
