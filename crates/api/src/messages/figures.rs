//! Figures as the page writes them.

use time::{OffsetDateTime, macros::format_description};

/// A share in per cent, with a decimal; unlike a confidence, it may be all or none.
pub(super) fn share(share: f64, decimal: &str) -> String {
    plain(share, decimal) + "\u{a0}%"
}

/// The same without the sign, as the lower end of an interval is written.
pub(super) fn plain(share: f64, decimal: &str) -> String {
    let figure = format!("{:.1}", share * 100.0);
    // Not all, if by little.
    let figure = if figure == "100.0" && share < 1.0 { "99.9".to_owned() } else { figure };
    figure.strip_suffix(".0").unwrap_or(&figure).replace('.', decimal)
}

/// A time in milliseconds, or in seconds from one on.
pub(super) fn milliseconds(ms: f64, decimal: &str) -> String {
    let (figure, unit) = if ms < 1_000.0 { (ms, "ms") } else { (ms / 1_000.0, "s") };
    let figure = if figure < 10.0 { format!("{figure:.1}") } else { format!("{figure:.0}") };
    format!("{}\u{a0}{unit}", figure.strip_suffix(".0").unwrap_or(&figure).replace('.', decimal))
}

/// So many of so many as if there were a hundred; almost all is not all, and hardly any not none.
pub(super) fn of_a_hundred(count: u64, of: u64) -> u64 {
    let rounded = (200 * count + of) / (2 * of.max(1));
    if count == 0 || count == of { rounded } else { rounded.clamp(1, 99) }
}

pub(crate) fn minute(time: OffsetDateTime) -> String {
    time.format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_all_only_where_it_is() {
        let shares = [1.0, 0.9999, 0.5, 0.943, 0.0].map(|it| share(it, "."));
        assert_eq!(shares, ["100\u{a0}%", "99.9\u{a0}%", "50\u{a0}%", "94.3\u{a0}%", "0\u{a0}%"]);
    }

    #[test]
    fn times_are_written_in_the_unit_that_suits_them() {
        let times = [0.0, 1.68, 9.5, 26.9, 1_000.0, 2_378.0].map(|it| milliseconds(it, ","));
        assert_eq!(times, ["0\u{a0}ms", "1,7\u{a0}ms", "9,5\u{a0}ms", "27\u{a0}ms", "1\u{a0}s", "2,4\u{a0}s"]);
    }

    #[test]
    fn a_share_of_a_hundred_is_never_rounded_to_all_or_none() {
        for (count, of, hundredths) in [(199, 212, 94), (999, 1000, 99), (1, 1000, 1), (12, 12, 100), (0, 12, 0)] {
            assert_eq!(of_a_hundred(count, of), hundredths, "{count} of {of}");
        }
    }
}
