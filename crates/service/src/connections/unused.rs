//! Connections without a complete request, which new connections may displace.

use std::{
    collections::BTreeMap,
    future::pending,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// The connections that have not sent the complete head of a request, oldest first.
#[derive(Debug, Default)]
pub(super) struct Unused(Mutex<Queue>);

#[derive(Debug, Default)]
pub(super) struct Queue {
    next: u64,
    pub(super) waiting: BTreeMap<u64, oneshot::Sender<()>>,
}

impl Unused {
    /// Adds a connection. It leaves with its first request or when it ends. The future ends when it is displaced.
    pub(super) fn enter(self: &Arc<Self>) -> (Entry, impl Future<Output = ()> + use<>) {
        let (displace, displaced) = oneshot::channel();
        let mut queue = self.lock();
        let number = queue.next;
        queue.next += 1;
        queue.waiting.insert(number, displace);
        let displaced = async {
            if displaced.await.is_err() {
                pending::<()>().await; // the connection has left
            }
        };
        (Entry { unused: self.clone(), number }, displaced)
    }

    /// Displaces the oldest connection. Returns whether there was one.
    pub(super) fn displace_oldest(&self) -> bool {
        let oldest = self.lock().waiting.pop_first();
        oldest.map(|(_, displace)| displace.send(())).is_some() // a connection that just ended frees its slot, too
    }

    /// The lock is never poisoned, because no code panics while it holds it.
    pub(super) fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection in [`Unused`].
#[derive(Debug)]
pub(super) struct Entry {
    unused: Arc<Unused>,
    number: u64,
}

impl Entry {
    pub(super) fn leave(&self) {
        self.unused.lock().waiting.remove(&self.number);
    }

    pub(super) fn has_left(&self) -> bool {
        !self.unused.lock().waiting.contains_key(&self.number)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.leave();
    }
}
