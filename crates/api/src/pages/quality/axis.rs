//! Where a value lies in a chart.

/// A straight axis: from which value to which, and at which places, in units of the picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub(super) values: (f64, f64),
    pub(super) places: (f64, f64),
}

/// A mark on an axis, and what is written there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) at: f64,
    pub(super) text: String,
}

impl Axis {
    /// Where a value lies; at an end if it is beyond.
    pub(super) fn scale(&self, value: f64) -> f64 {
        let ((low, high), (start, end)) = (self.values, self.places);
        let along = if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 };
        tenth(start + along * (end - start))
    }

    pub(super) fn ticks(&self, values: &[f64], text: impl Fn(f64) -> String) -> Vec<Tick> {
        let on_it = |value: &&f64| (self.values.0..=self.values.1).contains(*value);
        values.iter().filter(on_it).map(|&value| Tick { at: self.scale(value), text: text(value) }).collect()
    }
}

/// To a tenth of a unit: no eye sees more, and pages are shorter.
pub(super) fn tenth(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}

/// How deep the colour of a part is, from 0 to 1: the root of its share, so that rare ones are seen.
pub(super) fn depth(part: u64, whole: u64) -> f64 {
    ((number(part) / number(whole.max(1))).sqrt() * 100.0).round() / 100.0
}

/// A count as a value.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2⁵³")]
pub(super) const fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rare_part_is_seen_and_none_of_nothing_is_not() {
        let depths = [(0, 0), (1, 100), (100, 100)].map(|(part, whole)| depth(part, whole).to_string());
        assert_eq!(depths, ["0", "0.1", "1"]);
    }

    #[test]
    fn values_lie_between_the_ends_or_at_them() {
        let upwards = Axis { values: (0.0, 1.0), places: (200.0, 20.0) };
        let places = [-1.0, 0.0, 0.25, 1.0, 7.0].map(|value| upwards.scale(value).to_string());
        assert_eq!(places, ["200", "200", "155", "20", "20"]);
        let ticks = upwards.ticks(&[0.5, 2.0], |value| value.to_string());
        assert_eq!(ticks, [Tick { at: 110.0, text: "0.5".to_owned() }]);
        assert_eq!(Axis { values: (3.0, 3.0), places: (1.0, 9.0) }.scale(3.0).to_string(), "1");
    }
}
