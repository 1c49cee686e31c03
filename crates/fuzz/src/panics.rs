//! Counts panics, also those that a service survives.

use std::{
    panic,
    sync::{
        Once,
        atomic::{AtomicU64, Ordering},
    },
};

static COUNT: AtomicU64 = AtomicU64::new(0);

/// Counts them from now on, in all of the process; they are still told of.
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

/// How many there were.
pub(crate) fn count() -> u64 {
    COUNT.load(Ordering::SeqCst)
}
