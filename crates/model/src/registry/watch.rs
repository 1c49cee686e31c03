//! Follows the file `champion`: whoever changes it changes what serves, without a restart.

use super::Registry;
use std::{
    sync::{Arc, Weak},
    thread,
    time::Duration,
};

/// How often the file is read. It is a few bytes, and reading works on every file system, which being told of changes
/// does not.
const EVERY: Duration = Duration::from_millis(200);
/// The same after a version was refused, since to find out again means to read all of it.
const AGAIN: Duration = Duration::from_millis(900);

/// Starts a thread that follows the file until the registry is dropped. A version that cannot be loaded is told of
/// once, and the old one goes on serving.
///
/// # Errors
/// When no thread can be started.
pub fn watch(registry: &Arc<Registry>) -> std::io::Result<()> {
    let registry = Arc::downgrade(registry);
    thread::Builder::new().name("champion".to_owned()).spawn(move || follow(&registry)).map(drop)
}

fn follow(registry: &Weak<Registry>) {
    let mut refused = String::new();
    while let Some(registry) = registry.upgrade() {
        let told = look(&registry).err().unwrap_or_default();
        if told != refused && !told.is_empty() {
            tracing::error!(serving = %registry.serving().card().version, "the champion is not loaded: {told}");
        }
        refused = told;
        drop(registry);
        thread::sleep(if refused.is_empty() { EVERY } else { AGAIN });
    }
}

/// Serves what the file names. What hinders it, for the log.
fn look(registry: &Registry) -> Result<(), String> {
    let champion = network::champion(registry.folder()).map_err(|error| error.to_string())?;
    registry.serve(&champion).map_err(|error| error.to_string())
}
