//! Scheduling priority of threads that compute. They run below the runtime's threads, so that a service rejects requests and
//! answers health checks at once, even while every core computes.

use rustix::process::{getpriority_process, setpriority_process};

/// Lowers the priority of the current thread to this niceness, unless it is lower already. Niceness belongs to a thread on
/// Linux, and to the whole process elsewhere.
pub fn lower_priority(niceness: i32) {
    if let Err(error) = raise_to(niceness) {
        tracing::debug!(%error, "cannot lower a thread's priority");
    }
}

fn raise_to(niceness: i32) -> rustix::io::Result<()> {
    if getpriority_process(None)? < niceness { setpriority_process(None, niceness) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn a_thread_lowers_only_its_own_priority() {
        let before = getpriority_process(None).unwrap();
        let lowered = thread::spawn(|| {
            lower_priority(10);
            getpriority_process(None).unwrap()
        });
        assert_eq!(lowered.join().unwrap(), before.max(10));
        assert_eq!(getpriority_process(None).unwrap(), before);
    }
}
