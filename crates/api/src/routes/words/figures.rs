//! Figures as the page writes them.

use time::{OffsetDateTime, macros::format_description};

/// A probability in per cent, with a decimal; never a "100 %" or "0 %" that it is not.
pub(super) fn percent(probability: f32, decimal: &str) -> String {
    let figure = match probability {
        0.9995.. => "> 99.9".to_owned(),
        ..0.0005 => "< 0.1".to_owned(),
        _ => format!("{:.1}", probability * 100.0),
    };
    figure.replace('.', decimal) + "\u{a0}%"
}

/// So many of so many as if there were a hundred; almost all is not all, and hardly any not none.
pub(super) fn of_a_hundred(count: u64, of: u64) -> u64 {
    let rounded = (200 * count + of) / (2 * of.max(1));
    if count == 0 || count == of { rounded } else { rounded.clamp(1, 99) }
}

pub(in crate::routes) fn minute(time: OffsetDateTime) -> String {
    time.format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_is_never_rounded_to_certainty() {
        for (probability, text) in
            [(1.0, "> 99.9\u{a0}%"), (0.9971, "99.7\u{a0}%"), (0.5, "50.0\u{a0}%"), (0.0, "< 0.1\u{a0}%")]
        {
            assert_eq!(percent(probability, "."), text);
        }
    }

    #[test]
    fn a_share_of_a_hundred_is_never_rounded_to_all_or_none() {
        for (count, of, hundredths) in [(199, 212, 94), (999, 1000, 99), (1, 1000, 1), (12, 12, 100), (0, 12, 0)] {
            assert_eq!(of_a_hundred(count, of), hundredths, "{count} of {of}");
        }
    }

    #[test]
    fn a_language_parts_decimals_in_its_own_way() {
        assert_eq!([1.0, 0.9971].map(|probability| percent(probability, ",")), ["> 99,9\u{a0}%", "99,7\u{a0}%"]);
    }
}
