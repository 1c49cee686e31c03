//! Uses of the gate's drawings: each one makes the next test stricter, so that repetition does not find a lucky model.

use super::{CollectedDrawing, read_collected};
use anyhow::Context;
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use wire::GateUse;

/// The probability that a year of comparisons with equal challengers promotes one.
const ALPHA: f64 = 0.05;
/// The number of new drawings that renews the gate.
const RENEWAL: usize = 300;
const YEAR: Duration = Duration::days(365);

/// The collected drawings of a comparison, and its use of them.
#[derive(Debug, Clone)]
pub struct GateDrawings {
    /// The drawings.
    pub drawings: Vec<CollectedDrawing>,
    /// The use by this comparison.
    pub gate_use: GateUse,
    /// The number of uses, this one included.
    pub uses: GateUses,
}

impl GateDrawings {
    /// Counts the present use of the drawings after the earlier ones, oldest first.
    #[must_use]
    pub fn new(drawings: Vec<CollectedDrawing>, earlier: &[GateUse]) -> Self {
        let ids: Vec<Uuid> = drawings.iter().map(|drawing| drawing.id).collect();
        let newest_drawing = ids.iter().copied().max().unwrap_or_default();
        let gate_use = GateUse { used_at: OffsetDateTime::now_utc(), newest_drawing };
        let uses = GateUses::count(earlier, &gate_use, &ids);
        Self { drawings, gate_use, uses }
    }

    /// Reads the drawings from lines of JSON, and records their use in the folder of the models.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn read(models: &Path, collected: &Path) -> anyhow::Result<Self> {
        let gate = Self::new(read_collected(collected)?, &read_uses(models)?);
        add_use(models, &gate.gate_use)?;
        Ok(gate)
    }
}

/// The number of uses of the gate's drawings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateUses {
    /// The uses since 300 new drawings came, this one included.
    pub uses: u32,
    /// The number of times within the last year that 300 new drawings had come since the previous time.
    pub renewals: u32,
}

impl GateUses {
    /// Counts the uses. `earlier` are those before `this`, oldest first; `drawings` are the ids of the gate's drawings.
    #[must_use]
    pub fn count(earlier: &[GateUse], this: &GateUse, drawings: &[Uuid]) -> Self {
        let mut counted = Self { uses: 0, renewals: 0 };
        let mut renewed_at = earlier.first().unwrap_or(this).newest_drawing;
        for one in earlier.iter().chain([this]) {
            counted.uses += 1;
            let new = drawings.iter().filter(|&&id| renewed_at < id && id <= one.newest_drawing).count();
            if new >= RENEWAL {
                renewed_at = one.newest_drawing;
                counted.uses = 1;
                counted.renewals += u32::from(one.used_at > this.used_at - YEAR);
            }
        }
        counted
    }

    /// Returns the bound of the p-value. The sum of 1 / (n · (n + 1)) over all n is 1. So the bounds of all uses between
    /// two renewals sum to at most α / (r · (r + 1)) at the r-th set of drawings of a year, and those of a whole year to
    /// at most α. α / n alone would not do: the sum of 1 / n over 52 uses is 4.5.
    #[must_use]
    pub fn level(self) -> f64 {
        let share = |number: u32| 1.0 / (f64::from(number) * (f64::from(number) + 1.0));
        ALPHA * share(self.uses.max(1)) * share(self.renewals + 1)
    }
}

/// Reads the earlier uses from the folder of the models, oldest first.
pub(crate) fn read_uses(models: &Path) -> anyhow::Result<Vec<GateUse>> {
    let path = path(models);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        text => text.with_context(|| format!("{}", path.display()))?,
    };
    let uses = text.lines().map(serde_json::from_str).collect::<Result<_, _>>();
    uses.with_context(|| format!("{} does not list uses of collected drawings", path.display()))
}

fn add_use(models: &Path, gate_use: &GateUse) -> anyhow::Result<()> {
    let path = path(models);
    let add =
        || writeln!(OpenOptions::new().create(true).append(true).open(&path)?, "{}", serde_json::to_string(gate_use)?);
    add().with_context(|| format!("{}", path.display()))
}

fn path(models: &Path) -> PathBuf {
    models.join(".gate-uses.ndjson")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate_use(day: i64, newest: u128) -> GateUse {
        GateUse { used_at: OffsetDateTime::UNIX_EPOCH + Duration::days(day), newest_drawing: Uuid::from_u128(newest) }
    }

    fn count(uses: &[(i64, u128)]) -> (u32, u32) {
        let uses: Vec<GateUse> = uses.iter().map(|&(day, newest)| gate_use(day, newest)).collect();
        let drawings: Vec<Uuid> = (1..=10_000).map(Uuid::from_u128).collect();
        let (this, earlier) = uses.split_last().unwrap();
        let counted = GateUses::count(earlier, this, &drawings);
        (counted.uses, counted.renewals)
    }

    #[test]
    fn uses_are_counted_until_300_new_drawings_come() {
        assert_eq!(count(&[(0, 300)]), (1, 0));
        assert_eq!(count(&[(0, 300), (7, 300), (14, 599)]), (3, 0));
        assert_eq!(count(&[(0, 300), (7, 300), (14, 600)]), (1, 1));
        assert_eq!(count(&[(0, 300), (7, 600), (14, 700), (21, 899)]), (3, 1));
        assert_eq!(count(&[(0, 300), (7, 600), (14, 700), (21, 900)]), (1, 2));
    }

    #[test]
    fn renewals_count_for_a_year() {
        assert_eq!(count(&[(0, 300), (7, 600), (371, 700)]), (2, 1));
        assert_eq!(count(&[(0, 300), (7, 600), (372, 700)]), (2, 0));
    }

    #[test]
    fn the_bounds_of_all_uses_of_a_year_sum_to_at_most_five_percent() {
        let uses = (0..52).flat_map(|renewals| (1..=52).map(move |uses| GateUses { uses, renewals }));
        let sum: f64 = uses.map(GateUses::level).sum();
        assert!((0.045..=0.05).contains(&sum), "{sum}");
    }

    #[test]
    fn uses_survive_in_the_folder_of_the_models() {
        let models = tempfile::tempdir().unwrap();
        assert_eq!(read_uses(models.path()).unwrap(), []);
        let uses = [gate_use(0, 1), gate_use(7, 2)];
        for one in &uses {
            add_use(models.path(), one).unwrap();
        }
        assert_eq!(read_uses(models.path()).unwrap(), uses);
        fs::write(path(models.path()), "half a li").unwrap();
        assert!(read_uses(models.path()).unwrap_err().to_string().contains("gate-uses"));
    }
}
