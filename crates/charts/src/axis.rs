//! The axes of a chart, which map values to positions.

/// The scale of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences.
    Linear,
    /// Equal ratios.
    Logarithmic,
    /// Equal ratios of the difference to 1: 90 %, 99 %, 99.9 %.
    Nines,
}

/// The largest value on [`Scale::Nines`]; larger ones have the same position.
const NEARLY_ALL: f64 = 0.9999;
/// The least value on [`Scale::Logarithmic`]; smaller ones have the same position.
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

/// An axis. It maps the values of the domain to positions in the range, in units of the SVG.
#[derive(Debug, Clone, Copy)]
pub struct Axis {
    scale: Scale,
    domain: (f64, f64),
    range: (f64, f64),
}

impl Axis {
    /// An axis with this scale.
    #[must_use]
    pub const fn new(scale: Scale, domain: (f64, f64), range: (f64, f64)) -> Self {
        Self { scale, domain, range }
    }

    /// An axis with equal differences.
    #[must_use]
    pub const fn linear(domain: (f64, f64), range: (f64, f64)) -> Self {
        Self::new(Scale::Linear, domain, range)
    }

    /// The position of a value, to a tenth of a unit. A value outside of the domain lies at an end of the axis.
    #[must_use]
    pub fn scale(&self, value: f64) -> f64 {
        let [low, high, value] = [self.domain.0, self.domain.1, value].map(|value| self.scale.of(value));
        let along = if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 };
        tenth(self.range.0 + along * (self.range.1 - self.range.0))
    }

    /// Ticks for the values within the domain.
    #[must_use]
    pub fn ticks(&self, values: &[f64], text: impl Fn(f64) -> String) -> Vec<Tick> {
        let on_it = |value: &&f64| (self.domain.0..=self.domain.1).contains(*value);
        values.iter().filter(on_it).map(|&value| Tick { at: self.scale(value), text: text(value) }).collect()
    }
}

/// A mark on an axis, with its label.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Its position, in units of the SVG.
    pub at: f64,
    /// Its label.
    pub text: String,
}

/// Rounds to a tenth of a unit: a finer position is invisible and makes pages longer.
#[must_use]
pub fn tenth(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(scale: Scale, values: [f64; 3]) -> [String; 3] {
        let axis = Axis::new(scale, (values[0], values[2]), (0.0, 100.0));
        values.map(|value| axis.scale(value).to_string())
    }

    #[test]
    fn each_scale_has_its_own_middle() {
        assert_eq!(scaled(Scale::Linear, [2.0, 3.0, 4.0]), ["0", "50", "100"]);
        assert_eq!(scaled(Scale::Logarithmic, [0.01, 0.1, 1.0]), ["0", "50", "100"]);
        assert_eq!(scaled(Scale::Nines, [0.9, 0.99, 0.999]), ["0", "50", "100"]);
    }

    #[test]
    fn values_beyond_an_axis_lie_at_its_end_and_those_of_an_empty_domain_in_the_middle() {
        let upwards = Axis::linear((0.0, 1.0), (200.0, 20.0));
        assert_eq!([-1.0, 0.25, 7.0].map(|value| upwards.scale(value).to_string()), ["200", "155", "20"]);
        let nines = Axis::new(Scale::Nines, (0.5, 0.999), (0.0, 100.0));
        assert_eq!([0.0, 1.0].map(|value| nines.scale(value).to_string()), ["0", "100"]);
        assert_eq!(Axis::new(Scale::Logarithmic, (0.0, 0.0), (0.0, 100.0)).scale(0.0).to_string(), "50");
    }

    #[test]
    fn values_beyond_an_axis_have_no_tick() {
        let ticks = Axis::linear((0.0, 1.0), (200.0, 20.0)).ticks(&[0.5, 2.0], |value| value.to_string());
        assert_eq!(ticks, [Tick { at: 110.0, text: "0.5".to_owned() }]);
    }
}
