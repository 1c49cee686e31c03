//! Formats numbers for people.

/// A share with two decimals.
pub(super) fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// A confidence, which is never shown as 100 %.
pub(super) fn confidence(probability: f32) -> String {
    if probability > 0.999 { ">\u{a0}99.9\u{a0}%".to_owned() } else { format!("{:.1}\u{a0}%", probability * 100.0) }
}

/// A count with a thin space between thousands.
pub(super) fn count(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A count in at most four characters.
pub(super) fn short(count: usize) -> String {
    match count {
        0..1000 => count.to_string(),
        1000..9950 => format!("{:.1}k", crate::score::as_f64(count) / 1000.0),
        _ => format!("{:.0}k", crate::score::as_f64(count) / 1000.0),
    }
}

/// A time in its two largest units.
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
    fn numbers_are_written_for_people() {
        assert_eq!([999, 1000, 1_234_567].map(count), ["999", "1\u{202f}000", "1\u{202f}234\u{202f}567"]);
        assert_eq!([7, 999, 1234, 9949, 9950, 123_456].map(short), ["7", "999", "1.2k", "9.9k", "10k", "123k"]);
        assert_eq!([59.6, 61.0, 7322.0].map(duration), ["1 min 0 s", "1 min 1 s", "2 h 2 min"]);
        assert_eq!([0.5, 0.99999].map(confidence), ["50.0\u{a0}%", ">\u{a0}99.9\u{a0}%"]);
    }
}
