//! Formats of numbers.

/// A confidence in percent, formatted by `write`, and never rounded to 100 % or 0 %.
#[must_use]
pub fn confidence(probability: f32, write: impl FnOnce(f32) -> String) -> String {
    let (bound, percent) = match probability {
        0.9995.. => ("> ", 99.9),
        ..0.0005 => ("< ", 0.1),
        _ => ("", probability * 100.0),
    };
    format!("{bound}{}\u{a0}%", write(percent))
}

/// A count, with `separator` between groups of three digits.
#[must_use]
pub fn count(count: u64, separator: &str) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confidence_is_never_rounded_to_certainty() {
        for (probability, text) in
            [(1.0, "> 99.9\u{a0}%"), (0.9971, "99.7\u{a0}%"), (0.5, "50.0\u{a0}%"), (0.0, "< 0.1\u{a0}%")]
        {
            assert_eq!(confidence(probability, |percent| format!("{percent:.1}")), text);
        }
    }

    #[test]
    fn large_counts_are_written_in_groups() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(|it| count(it, ",")), ["0", "999", "1,000", "1,234,567"]);
    }
}
