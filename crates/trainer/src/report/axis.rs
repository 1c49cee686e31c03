//! The axes of a chart: they map values to places.

/// The scale of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// Equal differences.
    Linear,
    /// Equal ratios.
    Logarithmic,
    /// Shares with equal ratios of what they lack: 90 %, 99 %, 99.9 %.
    Nines,
}

/// The most that is told apart from 1 on [`Scale::Nines`].
const NEARLY_ALL: f64 = 0.9999;
/// The least that is told apart from 0 on [`Scale::Logarithmic`].
const NEARLY_NOTHING: f64 = 1e-4;

impl Scale {
    fn of(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Logarithmic => value.max(NEARLY_NOTHING).log10(),
            Self::Nines => -(1.0 - value.min(NEARLY_ALL)).log10(),
        }
    }
}

/// An axis from one value to another, in units of the picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    scale: Scale,
    values: (f64, f64),
    places: (f64, f64),
}

impl Axis {
    pub(super) const fn new(scale: Scale, values: (f64, f64), places: (f64, f64)) -> Self {
        Self { scale, values, places }
    }

    /// The place of a value, to a tenth of a unit; an end of the axis if the value is beyond.
    pub(super) fn place(&self, value: f64) -> f64 {
        let [low, high, value] = [self.values.0, self.values.1, value].map(|value| self.scale.of(value));
        let along = if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 };
        tenth(self.places.0 + along * (self.places.1 - self.places.0))
    }

    /// Those of some values that lie on the axis, with their labels.
    pub(super) fn ticks(&self, values: &[f64], text: impl Fn(f64) -> String) -> Vec<Tick> {
        let on_it = |value: &&f64| (self.values.0..=self.values.1).contains(*value);
        values.iter().filter(on_it).map(|&value| Tick { at: self.place(value), text: text(value) }).collect()
    }
}

/// A line across a chart, and what it stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) at: f64,
    pub(super) text: String,
}

/// As precise as a picture needs it, so that the page stays small.
pub(super) fn tenth(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place, to the tenth, as a page has it.
    fn place(axis: &Axis, value: f64) -> String {
        axis.place(value).to_string()
    }

    fn places(scale: Scale, values: [f64; 3]) -> [String; 3] {
        let axis = Axis::new(scale, (values[0], values[2]), (0.0, 100.0));
        values.map(|value| place(&axis, value))
    }

    #[test]
    fn each_scale_has_its_own_middle() {
        assert_eq!(places(Scale::Linear, [2.0, 3.0, 4.0]), ["0", "50", "100"]);
        assert_eq!(places(Scale::Logarithmic, [0.01, 0.1, 1.0]), ["0", "50", "100"]);
        assert_eq!(places(Scale::Nines, [0.9, 0.99, 0.999]), ["0", "50", "100"]);
    }

    #[test]
    fn what_is_beyond_lies_at_an_end() {
        let axis = Axis::new(Scale::Nines, (0.5, 0.999), (0.0, 100.0));
        assert_eq!([0.0, 1.0].map(|value| place(&axis, value)), ["0", "100"]);
        let flat = Axis::new(Scale::Logarithmic, (0.0, 0.0), (0.0, 100.0));
        assert_eq!(place(&flat, 0.0), "50");
    }
}
