//! Formats numbers.

use crate::score::total_of;

/// Formats a share as a percentage with two decimals.
pub(super) fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// Formats a confidence.
pub(super) fn confidence(probability: f32) -> String {
    charts::confidence(probability, |percent| format!("{percent:.1}"))
}

/// The separator of thousands: a narrow no-break space.
pub(super) const THOUSANDS: &str = "\u{202f}";

/// Formats a count with separated thousands.
pub(super) fn count(count: usize) -> String {
    charts::count(count as u64, THOUSANDS)
}

/// Formats a count in at most four characters.
pub(super) fn short(count: u64) -> String {
    match count {
        0..1000 => count.to_string(),
        1000..9950 => format!("{:.1}k", total_of(count) / 1000.0),
        _ => format!("{:.0}k", total_of(count) / 1000.0),
    }
}

/// Formats a duration in its two largest units.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a training takes less than an aeon")]
pub(super) fn duration(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_formatted_for_reading() {
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!([7, 999, 1234, 9949, 9950, 123_456].map(short), ["7", "999", "1.2k", "9.9k", "10k", "123k"]);
        assert_eq!([59.6, 61.0, 7322.0].map(duration), ["1 min 0 s", "1 min 1 s", "2 h 2 min"]);
    }
}
