//! Counts panics in this process, including those that a service catches.

use std::{
    panic,
    sync::{
        Once,
        atomic::{AtomicU64, Ordering},
    },
};

static COUNT: AtomicU64 = AtomicU64::new(0);

/// Starts counting. Panics are still printed.
pub(crate) fn watch() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            COUNT.fetch_add(1, Ordering::SeqCst);
            tell(panic);
        }));
    });
}

/// Returns the number of panics since counting started.
pub(crate) fn count() -> u64 {
    COUNT.load(Ordering::SeqCst)
}
