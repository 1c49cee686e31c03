//! Follows the file `champion`: a change of the file changes the version that serves, without a restart.

use super::{Registry, error_log::ErrorLog};
use std::{
    sync::{Arc, Weak},
    thread,
    time::Duration,
};

/// The interval at which the file is read. Reading a few bytes works on every file system; change notifications do not.
const EVERY: Duration = Duration::from_millis(200);
/// The interval after a version could not be loaded, since each attempt reads all its weights.
const AGAIN: Duration = Duration::from_millis(900);

/// Starts a thread that follows the file until the registry is dropped. If a version cannot be loaded, the thread logs
/// the error once, and the previous version continues to serve.
///
/// # Errors
/// When the system cannot start the thread.
pub fn watch(registry: &Arc<Registry>) -> std::io::Result<()> {
    let registry = Arc::downgrade(registry);
    thread::Builder::new().name("champion".to_owned()).spawn(move || follow(&registry)).map(drop)
}

fn follow(registry: &Weak<Registry>) {
    let mut errors = ErrorLog::default();
    while let Some(registry) = registry.upgrade() {
        let has_failed = errors.record(&registry, look(&registry));
        drop(registry);
        thread::sleep(if has_failed { AGAIN } else { EVERY });
    }
}

/// Serves the version that the file names, or returns an error for the log.
fn look(registry: &Registry) -> Result<(), String> {
    let champion = network::champion(registry.folder()).map_err(|error| error.to_string())?;
    registry.serve(&champion).map_err(|error| error.to_string())
}
