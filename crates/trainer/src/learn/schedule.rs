//! The schedule of a trainer that stays: it waits until there is enough to learn.

use super::{ApiClient, LearnOptions, run_file::RunFile};
use std::{path::Path, thread, time::Duration};
use time::OffsetDateTime;
use wire::AvailableExamples;

/// How often the trainer asks for the number of new examples.
const EVERY: Duration = Duration::from_mins(10);

/// When to train.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schedule {
    /// After this time, if there are new examples.
    every: Option<Duration>,
    /// After this number of new examples.
    after: Option<u64>,
}

impl Schedule {
    /// The schedule; `None` to train once.
    pub(super) fn new(options: &LearnOptions) -> Option<Self> {
        let LearnOptions { every, after, .. } = *options;
        (every.is_some() || after.is_some()).then_some(Self { every, after })
    }

    /// Waits until a run is due. An interrupted run is due at once.
    pub(super) fn wait(self, api: &ApiClient, run_folder: &Path) -> anyhow::Result<()> {
        while !RunFile::new(run_folder).exists() && !self.is_due(&api.available_examples()?, OffsetDateTime::now_utc())
        {
            thread::sleep(EVERY);
        }
        Ok(())
    }

    fn is_due(self, available: &AvailableExamples, now: OffsetDateTime) -> bool {
        let has_passed = |every| available.last_run.is_none_or(|last| now - last >= every);
        let is_time = self.every.is_some_and(has_passed) && available.new_examples > 0;
        is_time || self.after.is_some_and(|after| available.new_examples >= after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_due_after_a_time_with_new_examples_or_after_a_number_of_them() {
        let day = Duration::from_hours(24);
        let now = OffsetDateTime::UNIX_EPOCH + 30 * day;
        let available = |new_examples, days: u32| AvailableExamples {
            examples: 500,
            new_examples,
            last_run: Some(now - days * day),
        };
        let weekly = Schedule { every: Some(7 * day), after: None };
        assert_eq!(
            [(1, 6), (0, 8), (1, 7)].map(|(new, days)| weekly.is_due(&available(new, days), now)),
            [false, false, true]
        );
        assert!(weekly.is_due(&AvailableExamples { last_run: None, ..available(1, 0) }, now), "the first run");
        let by_number = Schedule { every: None, after: Some(300) };
        assert_eq!([299, 300].map(|new| by_number.is_due(&available(new, 0), now)), [false, true]);
        let both = Schedule { every: Some(7 * day), after: Some(300) };
        assert_eq!(
            [(300, 0), (1, 7), (299, 6)].map(|(new, days)| both.is_due(&available(new, days), now)),
            [true, true, false]
        );
    }
}
