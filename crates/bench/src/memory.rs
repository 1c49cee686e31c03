//! The resident memory of a process and its children, from /proc on Linux.

use anyhow::Context;
use std::{collections::BTreeMap, fs};

/// The parent and the memory of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Status {
    parent: u32,
    resident_kib: u64,
}

/// Returns the resident memory of a process and its children, in KiB. Shared memory counts for each process.
pub(crate) fn resident_kib(pid: u32) -> anyhow::Result<u64> {
    let processes = processes()?;
    anyhow::ensure!(processes.contains_key(&pid), "no process has the id {pid}");
    Ok(of_tree(&processes, pid))
}

fn processes() -> anyhow::Result<BTreeMap<u32, Status>> {
    let entries = fs::read_dir("/proc").context("cannot read /proc, which requires Linux")?;
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    // The result omits processes that ended in the meantime.
    Ok(pids.filter_map(|pid| Some((pid, status(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?)?))).collect())
}

/// Parses /proc/<pid>/status. A kernel thread has no resident memory, which counts as 0.
fn status(text: &str) -> Option<Status> {
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    };
    Some(Status { parent: u32::try_from(field("PPid:")?).ok()?, resident_kib: field("VmRSS:").unwrap_or(0) })
}

fn of_tree(processes: &BTreeMap<u32, Status>, pid: u32) -> u64 {
    let children = processes.iter().filter(|(_, status)| status.parent == pid);
    let own = processes.get(&pid).map_or(0, |status| status.resident_kib);
    own + children.map(|(&child, _)| of_tree(processes, child)).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parent_and_memory_are_parsed_from_a_status() {
        let text = "Name:\tapi\nPid:\t7\nPPid:\t3\nVmHWM:\t   90 kB\nVmRSS:\t   82 kB\nThreads:\t4\n";
        assert_eq!(status(text), Some(Status { parent: 3, resident_kib: 82 }));
        assert_eq!(status("PPid:\t2\n"), Some(Status { parent: 2, resident_kib: 0 }));
    }

    #[test]
    fn the_memory_of_descendants_counts_and_that_of_others_does_not() {
        let process = |pid, parent, resident_kib| (pid, Status { parent, resident_kib });
        let processes = [process(1, 0, 1), process(2, 1, 10), process(3, 2, 100), process(4, 1, 1000)].into();
        assert_eq!(of_tree(&processes, 2), 110);
    }

    #[test]
    fn this_process_has_resident_memory() {
        assert!(resident_kib(std::process::id()).unwrap() > 100);
        assert!(resident_kib(u32::MAX).is_err());
    }
}
