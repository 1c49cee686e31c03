//! Who goes first where there are more threads than cores: the runtime's, which read requests, refuse what is too much and
//! tell how the service fares. That is short work, and nobody is to wait for it until a batch is done.

use rustix::process::{getpriority_process, setpriority_process};

/// How far a thread steps back, in steps of niceness; at ten it gets a tenth of what a thread of the runtime gets while
/// both could run.
const NICENESS: i32 = 10;

/// Lets the runtime's threads go before this one, from now on. A niceness is a thread's own on Linux; elsewhere it is the
/// whole process that steps back.
pub(super) fn lower_priority() {
    if let Err(error) = be_nice() {
        tracing::debug!(%error, "a thread cannot step back behind the others");
    }
}

/// One that stands further back already, with its process, stays there.
fn be_nice() -> rustix::io::Result<()> {
    if getpriority_process(None)? < NICENESS { setpriority_process(None, NICENESS) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn a_thread_steps_back_by_itself_and_leaves_the_others_where_they_were() {
        let before = getpriority_process(None).unwrap();
        let stepped = thread::spawn(|| {
            lower_priority();
            getpriority_process(None).unwrap()
        });
        assert_eq!(stepped.join().unwrap(), before.max(NICENESS));
        assert_eq!(getpriority_process(None).unwrap(), before);
    }
}
