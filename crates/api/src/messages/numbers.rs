//! Numbers in the format of a language.

use icu_decimal::{DecimalFormatter, input::Decimal};
use intl_memoizer::Memoizable;
use unic_langid::LanguageIdentifier;

/// The number format of a language.
pub(super) struct Numbers(DecimalFormatter);

impl Numbers {
    /// The format of the language with this tag.
    ///
    /// # Errors
    /// When there is no such language.
    pub(super) fn new(tag: &str) -> Result<Self, String> {
        let locale: icu_locale_core::Locale = tag.parse().map_err(|error| format!("{tag}: {error}"))?;
        let formatter =
            DecimalFormatter::try_new(locale.into(), icu_decimal::options::DecimalFormatterOptions::default());
        formatter.map(Self).map_err(|error| format!("{tag}: {error}"))
    }

    /// A number with this count of decimals.
    pub(super) fn write(&self, number: f64, decimals: usize) -> String {
        let figure = format!("{number:.decimals$}");
        figure.parse::<Decimal>().map_or(figure, |decimal| self.0.format(&decimal).to_string())
    }

    pub(super) fn count(&self, count: u64) -> String {
        self.0.format(&count.into()).to_string()
    }

    /// A share in percent without the sign, with at most one decimal. Unlike a confidence, it may be 0 or 100.
    pub(super) fn share(&self, share: f64) -> String {
        let percent = (share * 1_000.0).round() / 10.0;
        // Less than 1 is never shown as 100.
        self.short(if percent >= 100.0 && share < 1.0 { 99.9 } else { percent })
    }

    /// A duration: in milliseconds if it is shorter than a second, else in seconds.
    pub(super) fn milliseconds(&self, ms: f64) -> String {
        let (figure, unit) = if ms < 1_000.0 { (ms, "ms") } else { (ms / 1_000.0, "s") };
        let figure = if figure < 10.0 { self.short(figure) } else { self.write(figure, 0) };
        format!("{figure}\u{a0}{unit}")
    }

    /// A number of bytes, in the largest decimal unit that it fills.
    pub(super) fn bytes(&self, bytes: u64) -> String {
        const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
        let exponent = (bytes.max(1).ilog10() / 3).min(4);
        #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
        let figure = self.short(bytes as f64 / 1_000_u64.pow(exponent) as f64);
        format!("{figure}\u{a0}{}", UNITS[exponent as usize])
    }

    /// A number with one decimal, or none if that is 0.
    fn short(&self, number: f64) -> String {
        let tenths = (number * 10.0).round();
        self.write(tenths / 10.0, usize::from(tenths % 10.0 != 0.0))
    }
}

impl Memoizable for Numbers {
    type Args = ();
    type Error = String;

    fn construct(language: LanguageIdentifier, (): ()) -> Result<Self, String> {
        Self::new(&language.to_string())
    }
}

/// A share as a rounded percentage. Only a share of 0 becomes 0, and only a share of 1 becomes 100.
pub(super) fn of_a_hundred(count: u64, of: u64) -> u64 {
    let rounded = (200 * count + of) / (2 * of.max(1));
    if count == 0 || count == of { rounded } else { rounded.clamp(1, 99) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_below_one_is_never_shown_as_100_percent() {
        let english = Numbers::new("en").unwrap();
        let shares = [1.0, 0.9999, 0.5, 0.943, 0.0].map(|share| english.share(share));
        assert_eq!(shares, ["100", "99.9", "50", "94.3", "0"]);
    }

    #[test]
    fn durations_are_in_milliseconds_or_seconds() {
        let german = Numbers::new("de").unwrap();
        let times = [0.0, 1.68, 9.5, 26.9, 1_000.0, 2_378.0].map(|ms| german.milliseconds(ms));
        assert_eq!(times, ["0\u{a0}ms", "1,7\u{a0}ms", "9,5\u{a0}ms", "27\u{a0}ms", "1\u{a0}s", "2,4\u{a0}s"]);
    }

    #[test]
    fn bytes_are_in_the_largest_unit_that_they_fill() {
        let german = Numbers::new("de").unwrap();
        let sizes = [0, 999, 1_500, 20_000_000_000, 1_234_000_000_000_000].map(|bytes| german.bytes(bytes));
        assert_eq!(sizes, ["0\u{a0}B", "999\u{a0}B", "1,5\u{a0}kB", "20\u{a0}GB", "1.234\u{a0}TB"]);
    }

    #[test]
    fn each_language_groups_digits_in_its_own_way() {
        let counts = ["en", "de", "pl"].map(|tag| [1_234, 12_345].map(|count| Numbers::new(tag).unwrap().count(count)));
        assert_eq!(counts, [["1,234", "12,345"], ["1.234", "12.345"], ["1234", "12\u{a0}345"]]);
    }

    #[test]
    fn a_share_is_never_rounded_to_all_or_none() {
        for (count, of, hundredths) in [(199, 212, 94), (999, 1000, 99), (1, 1000, 1), (12, 12, 100), (0, 12, 0)] {
            assert_eq!(of_a_hundred(count, of), hundredths, "{count} of {of}");
        }
    }
}
