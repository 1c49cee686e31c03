//! Scheduling priority. Workers and decoders run below the runtime's threads, so that the service rejects requests and
//! answers health checks at once, even while every core computes.

use rustix::process::{getpriority_process, setpriority_process};

/// The niceness of workers and decoders. At 10, Linux gives a thread about a tenth of the CPU time of a runtime thread
/// that competes for the same core.
const NICENESS: i32 = 10;

/// Lowers the priority of the current thread. Niceness belongs to a thread on Linux, and to the whole process
/// elsewhere.
pub(super) fn lower_priority() {
    if let Err(error) = be_nice() {
        tracing::debug!(%error, "cannot lower a thread's priority");
    }
}

/// Raises the niceness to [`NICENESS`], unless it is higher already.
fn be_nice() -> rustix::io::Result<()> {
    if getpriority_process(None)? < NICENESS { setpriority_process(None, NICENESS) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn a_thread_lowers_only_its_own_priority() {
        let before = getpriority_process(None).unwrap();
        let stepped = thread::spawn(|| {
            lower_priority();
            getpriority_process(None).unwrap()
        });
        assert_eq!(stepped.join().unwrap(), before.max(NICENESS));
        assert_eq!(getpriority_process(None).unwrap(), before);
    }
}
