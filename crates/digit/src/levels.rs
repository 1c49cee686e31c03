//! Grey levels from 0 to 255.

/// The least contrast between foreground and background, in grey levels of 255.
pub(crate) const FAINTEST: u8 = 26;

/// The grey level nearest to a number from 0 to 1. (`f32::round` would be a function call for each pixel.)
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast ends at 0 and 255")]
pub(crate) const fn level_of(unit: f32) -> u8 {
    (unit * 255.0 + 0.5) as u8
}

/// The median of levels, from a histogram; 0 if it is empty.
pub(crate) fn median_of(counts: &[usize; 256]) -> u8 {
    let all: usize = counts.iter().sum();
    let mut below = 0;
    let reaches_middle = |&count: &usize| {
        below += count;
        below > all / 2
    };
    counts.iter().position(reaches_middle).and_then(|level| u8::try_from(level).ok()).unwrap_or(0)
}
