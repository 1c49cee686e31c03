//! Simulated years of weekly comparisons with equal challengers: at most one in twenty sees a promotion.

use super::{GateUses, hold_outs::gained, superiority::fewer_mistakes};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use wire::{CheckResult, GateUse};

const YEARS: u64 = 2000;
const WEEKS: usize = 52;
/// The share of drawings that are hard to read, and the probability that a model misreads a hard one: 3 % mistakes.
const HARD: f64 = 0.06;
const MISREAD: f64 = 0.5;

/// A site with collected drawings.
struct Site {
    /// The drawings of the first week, and those that come in each week after it.
    first: usize,
    weekly: usize,
    writers: usize,
}

#[test]
fn equal_challengers_are_rarely_promoted_on_the_fewest_drawings() {
    Site { first: 300, weekly: 0, writers: 20 }.check();
}

#[test]
fn equal_challengers_are_rarely_promoted_on_many_drawings() {
    Site { first: 1000, weekly: 0, writers: 200 }.check();
}

#[test]
fn equal_challengers_are_rarely_promoted_where_drawings_are_renewed_each_quarter() {
    Site { first: 300, weekly: 25, writers: 20 }.check();
}

#[test]
fn equal_challengers_are_rarely_promoted_where_drawings_are_renewed_each_month() {
    Site { first: 1000, weekly: 75, writers: 50 }.check();
}

impl Site {
    /// Checks that at most 5 % of the years see a promotion. The other rules of the gate only lower that share.
    fn check(&self) {
        let uses = self.uses();
        let promoted = (0..YEARS).filter(|&year| self.promotes(&uses, &mut ChaCha8Rng::seed_from_u64(year))).count();
        assert!(promoted > 0, "a test that never promotes shows nothing");
        assert!(promoted <= 100, "{promoted} of {YEARS} years see a promotion");
    }

    /// Returns the uses as each week's comparison counts them.
    fn uses(&self) -> Vec<GateUses> {
        let ids: Vec<Uuid> = (1..=self.drawings(WEEKS - 1) as u128).map(Uuid::from_u128).collect();
        let gate_use = |week: usize| GateUse {
            used_at: OffsetDateTime::UNIX_EPOCH + Duration::weeks(week.try_into().unwrap()),
            newest_drawing: ids[self.drawings(week) - 1],
        };
        let all: Vec<GateUse> = (0..WEEKS).map(gate_use).collect();
        (0..WEEKS).map(|week| GateUses::count(&all[..week], &all[week], &ids)).collect()
    }

    const fn drawings(&self, week: usize) -> usize {
        self.first + self.weekly * week
    }

    /// Simulates a year. Both models read easy drawings correctly, so only the hard ones are drawn.
    fn promotes(&self, uses: &[GateUses], random: &mut ChaCha8Rng) -> bool {
        let hard: Vec<usize> = (0..self.drawings(WEEKS - 1)).filter(|_| random.random_bool(HARD)).collect();
        let champion: Vec<(usize, bool)> =
            hard.iter().map(|_| (random.random_range(0..self.writers), random.random_bool(MISREAD))).collect();
        uses.iter().enumerate().any(|(week, &uses)| {
            let mut gained_by_writer = vec![0; self.writers];
            let present = hard.partition_point(|&index| index < self.drawings(week));
            for &(writer, misread) in &champion[..present] {
                gained_by_writer[writer] += gained(!misread, !random.random_bool(MISREAD));
            }
            fewer_mistakes(&gained_by_writer, uses).result == CheckResult::Passed
        })
    }
}
