//! The comparison of a challenger with the champion: the result of the gate.

use crate::GateRule;
use digit::{ModelVersion, TrueLabel};
use serde::{Deserialize, Serialize};
use std::fmt;
use time::OffsetDateTime;
use uuid::Uuid;

/// A comparison, as `trainer compare` writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comparison {
    /// The model that would be promoted.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::ModelVersion))]
    pub challenger: ModelVersion,
    /// The model that serves; `null` if none does.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::ModelVersion>))]
    pub champion: Option<ModelVersion>,
    /// The time of the comparison, in UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub compared_at: OffsetDateTime,
    /// The outcome, which follows from the checks.
    pub outcome: ComparisonOutcome,
    /// All checks, passed ones included.
    pub checks: Vec<GateCheck>,
    /// The use of the gate's drawings; `null` if the comparison used none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub gate_use: Option<GateUse>,
    /// Samples that the champion classifies correctly and the challenger does not.
    pub mistakes_gained: Vec<Mistake>,
    /// Samples that the challenger classifies correctly and the champion does not.
    pub mistakes_lost: Vec<Mistake>,
}

impl Comparison {
    /// Returns the checks that keep the challenger from promotion: the reasons of the outcome.
    pub fn reasons(&self) -> impl Iterator<Item = &GateCheck> {
        self.checks.iter().filter(|check| check.result != CheckResult::Passed)
    }

    /// Returns the mistakes that only one of the two models makes.
    #[must_use]
    pub fn mistakes(&self, list: MistakeList) -> &[Mistake] {
        match list {
            MistakeList::Gained => &self.mistakes_gained,
            MistakeList::Lost => &self.mistakes_lost,
        }
    }

    /// Returns the outcome and the checks behind it, with their numbers; in English.
    #[must_use]
    pub fn summary(&self) -> String {
        let reasons: Vec<String> = self.reasons().map(ToString::to_string).collect();
        let against = self.champion.as_deref().map(|champion| format!(" than {champion}")).unwrap_or_default();
        match (self.outcome, reasons.join("; ")) {
            (ComparisonOutcome::Better, _) => format!("better{against}"),
            (ComparisonOutcome::Worse, reasons) => format!("worse{against}: {reasons}"),
            (ComparisonOutcome::Inconclusive, reasons) => format!("inconclusive: {reasons}"),
        }
    }
}

/// The outcome of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ComparisonOutcome {
    /// All checks pass: the challenger may become the champion.
    Better,
    /// A check fails: the gate rejects the challenger.
    Worse,
    /// No check fails, but at least one cannot be decided.
    Inconclusive,
}

impl ComparisonOutcome {
    /// Returns the outcome that follows from the checks.
    #[must_use]
    pub fn of(checks: &[GateCheck]) -> Self {
        let any = |result| checks.iter().any(|check| check.result == result);
        match (any(CheckResult::Failed), any(CheckResult::Undecided)) {
            (true, _) => Self::Worse,
            (false, true) => Self::Inconclusive,
            (false, false) => Self::Better,
        }
    }

    /// The name, as in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// A rule of the gate, applied to a set or a slice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GateCheck {
    /// The rule.
    pub rule: GateRule,
    /// The set or slice; `null` if the rule is about the whole model.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub slice: Option<String>,
    /// The measured value, in the unit of the rule; `null` if there is no finite number.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub measured: Option<f64>,
    /// The bound of the measured value, in the same unit.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub bound: Option<f64>,
    /// The result.
    pub result: CheckResult,
    /// The numbers behind the measured value, or what kept the rule from measuring one; in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub detail: Option<String>,
}

impl fmt::Display for GateCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule.name())?;
        if let Some(slice) = &self.slice {
            write!(f, " of {slice}")?;
        }
        match (self.measured, self.bound) {
            (Some(measured), Some(bound)) => write!(f, " is {}, the bound {}", short(measured), short(bound))?,
            (Some(measured), None) => write!(f, " is {}", short(measured))?,
            (None, _) => {}
        }
        self.detail.as_ref().map_or(Ok(()), |detail| write!(f, " ({detail})"))
    }
}

/// The number with three significant digits.
fn short(value: f64) -> String {
    if value == 0.0 || (1e-3..1e6).contains(&value.abs()) {
        let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
        rounded.to_string()
    } else {
        format!("{value:.2e}")
    }
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// The measured value is within the bound.
    Passed,
    /// The measured value is outside the bound: the gate rejects the challenger.
    Failed,
    /// The data do not decide, or an operator has to.
    Undecided,
}

/// A use of the gate's drawings. Each use makes the next one stricter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GateUse {
    /// The time of the use, in UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub used_at: OffsetDateTime,
    /// The newest drawing that was used. Ids sort by time.
    pub newest_drawing: Uuid,
}

/// The mistakes of the challenger, or those of the champion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MistakeList {
    /// Mistakes that only the challenger makes.
    Gained,
    /// Mistakes that only the champion makes.
    Lost,
}

impl MistakeList {
    /// The name, as in a path.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gained => "gained",
            Self::Lost => "lost",
        }
    }
}

/// A sample that one of the two models classifies correctly and the other does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mistake {
    /// The name of the sample's set.
    pub set: String,
    /// The sample.
    pub sample: MistakenSample,
    /// The true label.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::TrueLabel))]
    pub true_label: TrueLabel,
    /// The champion's answer: a digit, or `not_a_digit` if it rejects the sample.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::TrueLabel))]
    pub champion: TrueLabel,
    /// The challenger's answer.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::TrueLabel))]
    pub challenger: TrueLabel,
}

/// The sample of a mistake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MistakenSample {
    /// The bitmap of a sample of a public data set, as PNG in base64.
    Png(String),
    /// The id of a collected drawing. A comparison never holds its bitmap, so that a deleted drawing is gone.
    Drawing(Uuid),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: GateRule, result: CheckResult) -> GateCheck {
        GateCheck { rule, slice: None, measured: Some(0.5), bound: Some(0.25), result, detail: None }
    }

    #[test]
    fn a_failed_check_outweighs_an_undecided_one() {
        let passed = check(GateRule::Loss, CheckResult::Passed);
        let undecided = check(GateRule::Superiority, CheckResult::Undecided);
        let failed = check(GateRule::Speed, CheckResult::Failed);
        let outcome = |checks: &[&GateCheck]| {
            ComparisonOutcome::of(&checks.iter().map(|&check| check.clone()).collect::<Vec<_>>())
        };
        assert_eq!(outcome(&[&passed]), ComparisonOutcome::Better);
        assert_eq!(outcome(&[&passed, &undecided]), ComparisonOutcome::Inconclusive);
        assert_eq!(outcome(&[&undecided, &failed, &passed]), ComparisonOutcome::Worse);
    }

    #[test]
    fn a_check_is_a_text_with_its_numbers() {
        let failed = GateCheck { slice: Some("digit 7".to_owned()), ..check(GateRule::SliceHarm, CheckResult::Failed) };
        assert_eq!(failed.to_string(), "slice_harm of digit 7 is 0.5, the bound 0.25");
        let tiny = GateCheck { measured: Some(3.14159e-9), bound: Some(0.01), ..failed };
        assert_eq!(tiny.to_string(), "slice_harm of digit 7 is 3.14e-9, the bound 0.01");
        let unknown = GateCheck { measured: None, slice: None, detail: Some("head.bias".to_owned()), ..tiny };
        assert_eq!(unknown.to_string(), "slice_harm (head.bias)");
        assert_eq!(short(123.456), "123");
    }

    #[test]
    fn a_comparison_survives_json_and_names_its_rules() {
        let drawing = Uuid::from_u128(7);
        let mistake = |sample| Mistake {
            set: "collected drawings".to_owned(),
            sample,
            true_label: TrueLabel::NotADigit,
            champion: TrueLabel::NotADigit,
            challenger: "7".parse().unwrap(),
        };
        let comparison = Comparison {
            challenger: "v2".parse().unwrap(),
            champion: Some("v1".parse().unwrap()),
            compared_at: OffsetDateTime::UNIX_EPOCH,
            outcome: ComparisonOutcome::Worse,
            checks: vec![
                check(GateRule::Accuracy, CheckResult::Passed),
                check(GateRule::NonInferiority, CheckResult::Failed),
            ],
            gate_use: Some(GateUse { used_at: OffsetDateTime::UNIX_EPOCH, newest_drawing: drawing }),
            mistakes_gained: vec![mistake(MistakenSample::Drawing(drawing))],
            mistakes_lost: vec![mistake(MistakenSample::Png("iVBORw0KGgo=".to_owned()))],
        };
        let json = serde_json::to_value(&comparison).unwrap();
        assert_eq!(json["outcome"], comparison.outcome.name());
        assert_eq!(json["checks"][1]["rule"], GateRule::NonInferiority.name());
        assert_eq!(json["mistakes_gained"][0]["sample"]["drawing"], drawing.to_string());
        let rules: Vec<GateRule> = comparison.reasons().map(|check| check.rule).collect();
        assert_eq!(rules, [GateRule::NonInferiority]);
        assert_eq!(serde_json::from_value::<Comparison>(json).unwrap(), comparison);
    }
}
