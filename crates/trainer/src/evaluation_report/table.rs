//! The table of scores in Markdown.

use crate::score::Score;
use network::ModelCard;
use std::fmt::Write;

/// Returns a line about the model, then a row for each set.
pub(super) fn text(card: &ModelCard, scores: &[Score]) -> String {
    let mut text = format!("{}\n\n", about(card));
    text += "| set | samples | accuracy (95 % interval) | errors | rejected (95 % interval) | ECE | error at 95 % coverage |\n";
    text += "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n";
    for score in scores {
        let _ = writeln!(text, "{}", line(score));
    }
    text
}

/// Returns a line about the model.
fn about(card: &ModelCard) -> String {
    format!(
        "{}: {}, {} parameters, temperature {:.3}, rejection threshold {:.3}",
        card.version,
        card.architecture,
        card.parameters,
        card.calibration.temperature,
        card.calibration.rejection_threshold
    )
}

fn line(score: &Score) -> String {
    let percent = |value: Option<f64>| value.map_or(String::new(), |value| format!("{:.2} %", value * 100.0));
    format!(
        "| {} | {} | {} | {} | {} | {} | {} |",
        score.set,
        score.samples,
        score.accuracy.map_or(String::new(), |share| share.to_string()),
        score.accuracy.map_or(String::new(), |_| score.errors.to_string()),
        score.rejection_rate,
        score.calibration_error.map_or(String::new(), |error| format!("{error:.4}")),
        percent(score.error_at_95_coverage),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Rate;

    #[test]
    fn a_set_of_negatives_has_no_accuracy() {
        let score = Score {
            set: "scribbles".to_owned(),
            samples: 10,
            errors: 0,
            accuracy: None,
            rejected: 9,
            rejection_rate: Rate::of(9, 10),
            loss: None,
            calibration_error: None,
            error_at_95_coverage: None,
        };
        assert_eq!(line(&score), "| scribbles | 10 |  |  | 90.00 % (59.58–98.21) |  |  |");
    }
}
