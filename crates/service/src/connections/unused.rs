//! Connections that have not sent a request yet, which others may displace.

use std::{
    collections::BTreeMap,
    future::pending,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// Connections that have not sent a whole request yet, the oldest first. Each can be told that another needs its slot.
#[derive(Debug, Default)]
pub(super) struct Unused(Mutex<Queue>);

#[derive(Debug, Default)]
pub(super) struct Queue {
    next: u64,
    pub(super) waiting: BTreeMap<u64, oneshot::Sender<()>>,
}

impl Unused {
    /// Adds a connection, which leaves with its first request or when it ends; the future ends when it is displaced.
    pub(super) fn enter(self: &Arc<Self>) -> (Entry, impl Future<Output = ()> + use<>) {
        let (displace, displaced) = oneshot::channel();
        let mut queue = self.lock();
        let number = queue.next;
        queue.next += 1;
        queue.waiting.insert(number, displace);
        let displaced = async {
            if displaced.await.is_err() {
                pending::<()>().await; // it has left
            }
        };
        (Entry { unused: self.clone(), number }, displaced)
    }

    /// Tells the one that has waited for the longest; whether there is any.
    pub(super) fn displace_oldest(&self) -> bool {
        let oldest = self.lock().waiting.pop_first();
        oldest.map(|(_, displace)| displace.send(())).is_some() // one that just ended gives its slot back, too
    }

    /// Nothing panics while it holds the lock.
    pub(super) fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the connections that are [`Unused`], until it leaves them.
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
