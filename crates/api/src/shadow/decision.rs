//! When a shadow ends, and with which state.

use crate::{sequential_test::DECISIVE, store::Shadow};
use time::OffsetDateTime;
use wire::{ModelState, ShadowProgress};

/// The number of drawings after which none is replayed any more.
pub(super) const MOST_PAIRS: u64 = 5000;

/// The state of a challenger whose shadow ends now, and the reason; `None` if it goes on. With `promotes_better`, a better
/// challenger serves.
pub(super) fn decision(shadow: &Shadow, now: OffsetDateTime, promotes_better: bool) -> Option<(ModelState, String)> {
    let ShadowProgress { pairs, disagreements, labelled, e_value_better, e_value_worse, ends, .. } = shadow.progress;
    let (state, outcome, e_value) = if e_value_better >= DECISIVE {
        (if promotes_better { ModelState::Serving } else { ModelState::Evaluated }, "better", e_value_better)
    } else if e_value_worse >= DECISIVE {
        (ModelState::Rejected, "worse", e_value_worse)
    } else if now >= ends || pairs >= MOST_PAIRS && labelled == disagreements {
        (ModelState::Evaluated, "undecided", e_value_better.max(e_value_worse))
    } else {
        return None;
    };
    Some((state, format!("{outcome} in shadow: {}", figures(shadow, e_value))))
}

fn figures(Shadow { champion, progress, .. }: &Shadow, e_value: f64) -> String {
    let ShadowProgress { pairs, disagreements, won, lost, .. } = progress;
    format!(
        "{won} won and {lost} lost against {champion}, e-value {e_value:.1}; {disagreements} disagreements on {pairs} drawings"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequential_test::e_value;
    use time::Duration;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    /// A shadow with so many drawings, of which this many disagree, are won and are lost. It ends after this time.
    fn shadow(pairs: u64, disagreements: u64, won: u64, lost: u64, left: Duration) -> Shadow {
        Shadow {
            version: "two".parse().unwrap(),
            champion: "one".parse().unwrap(),
            progress: ShadowProgress {
                pairs,
                disagreements,
                labelled: won + lost,
                won,
                lost,
                e_value_better: e_value(won, lost),
                e_value_worse: e_value(lost, won),
                started: NOW,
                ends: NOW + left,
            },
        }
    }

    #[test]
    fn the_e_value_decides_for_the_better_model() {
        let better = shadow(40, 9, 7, 0, Duration::DAY);
        let (state, reason) = decision(&better, NOW, false).unwrap();
        assert_eq!(state, ModelState::Evaluated);
        assert_eq!(
            reason,
            "better in shadow: 7 won and 0 lost against one, e-value 31.9; 9 disagreements on 40 drawings"
        );
        assert_eq!(decision(&better, NOW, true).unwrap().0, ModelState::Serving);

        for promotes_better in [false, true] {
            let (state, reason) = decision(&shadow(40, 9, 1, 10, Duration::DAY), NOW, promotes_better).unwrap();
            assert_eq!(state, ModelState::Rejected);
            assert!(reason.starts_with("worse in shadow: 1 won and 10 lost"), "{reason}");
        }
        assert_eq!(decision(&shadow(40, 9, 6, 1, Duration::DAY), NOW, true), None);
    }

    #[test]
    fn without_a_decision_it_ends_after_its_time_or_when_all_disagreements_of_5000_drawings_are_labelled() {
        let undecided = |shadow| {
            let decided = decision(&shadow, NOW, true);
            decided.is_some_and(|(state, reason)| {
                assert_eq!(state, ModelState::Evaluated);
                reason.starts_with("undecided in shadow: 3 won and 2 lost")
            })
        };
        assert!(!undecided(shadow(400, 9, 3, 2, Duration::SECOND)));
        assert!(undecided(shadow(400, 9, 3, 2, Duration::ZERO)));
        assert!(undecided(shadow(MOST_PAIRS, 5, 3, 2, Duration::DAY)));
        assert!(!undecided(shadow(MOST_PAIRS, 9, 3, 2, Duration::DAY)), "four disagreements wait for a label");
        assert!(!undecided(shadow(MOST_PAIRS - 1, 5, 3, 2, Duration::DAY)));
    }
}
