//! The values of the page's template.

use super::{
    confusion::Confusion,
    curves::{self, Curves},
    figures,
    pictures::Gallery,
    reliability::Reliability,
    rows::{self, EpochRow, LegendRow, ScoreRow},
};
use crate::{
    evaluation_report::{EvaluatedSet, EvaluationReport},
    sample_set::SampleSet,
    score::{Evaluated, Score},
};
use askama::Template;
use network::{Class, DataFile, ModelCard};
use time::macros::format_description;

/// The set that publications report.
const MNIST: &str = "MNIST test";
/// The prefix of the names of all sets of scanned digits. The other sets have pen strokes.
const SCANNED: &str = "MNIST";

/// The values that `report.html` shows.
#[derive(Debug, Template)]
#[template(path = "report.html")]
pub(super) struct Page<'a> {
    version: &'a str,
    headlines: Vec<Headline>,
    facts: Vec<(&'static str, String)>,
    /// The command, with a line break allowed before each option.
    command: Vec<String>,
    data: &'a [DataFile],
    /// `None` without a training history.
    curves: Option<[Curves; 2]>,
    legend: Vec<LegendRow>,
    epochs: Vec<EpochRow>,
    digits: Vec<ScoreRow>,
    negatives: Vec<ScoreRow>,
    confusions: Vec<Confusion>,
    reliabilities: Vec<Reliability>,
    galleries: [Gallery; 2],
}

/// A headline figure and its description.
#[derive(Debug)]
struct Headline {
    figure: String,
    what: &'static str,
    of: String,
}

impl<'a> Page<'a> {
    pub(super) fn of(report: &'a EvaluationReport) -> Self {
        let EvaluationReport { card, training_history: history, sets } = report;
        let scores: Vec<Score> = sets.iter().map(EvaluatedSet::score).collect();
        let (digits, negatives): (Vec<&Score>, Vec<&Score>) = scores.iter().partition(|score| score.accuracy.is_some());
        let groups = groups(sets);
        Self {
            version: card.version.as_str(),
            headlines: headlines(&groups, &negatives),
            facts: facts(card),
            command: options(&card.command),
            data: &card.data,
            curves: (!history.is_empty()).then(|| [curves::loss(history), curves::accuracy(history)]),
            legend: rows::legend(history),
            epochs: rows::epochs(history),
            digits: digits.into_iter().map(ScoreRow::from).collect(),
            negatives: negatives.into_iter().map(ScoreRow::from).collect(),
            confusions: groups.iter().map(|group| Confusion::of(group.name.clone(), group.evaluated())).collect(),
            reliabilities: groups.iter().map(|group| Reliability::of(group.name.clone(), group.evaluated())).collect(),
            galleries: [Gallery::mistakes(sets), Gallery::negatives(sets)],
        }
    }
}

/// Sets that share a confusion matrix and a reliability diagram.
struct Group<'a> {
    what: &'static str,
    name: String,
    sets: Vec<&'a EvaluatedSet>,
}

impl<'a> Group<'a> {
    fn evaluated(&self) -> impl Iterator<Item = &'a Evaluated> {
        self.sets.iter().flat_map(|set| &set.evaluated)
    }
}

/// Returns MNIST's test set and all sets of pen strokes, without empty groups.
fn groups(sets: &[EvaluatedSet]) -> Vec<Group<'_>> {
    let of =
        |is_in: &dyn Fn(&SampleSet) -> bool| sets.iter().filter(|evaluated| is_in(&evaluated.set)).collect::<Vec<_>>();
    let has_digits = |set: &SampleSet| set.classes.iter().any(|class| matches!(class, Class::Digit(_)));
    let pen = of(&|set| has_digits(set) && !set.name.starts_with(SCANNED));
    let groups = [
        Group { what: "of scanned digits correct", name: MNIST.to_owned(), sets: of(&|set| set.name == MNIST) },
        Group { what: "of pen strokes correct", name: format!("{} sets of pen strokes", pen.len()), sets: pen },
    ];
    groups.into_iter().filter(|group| group.evaluated().next().is_some()).collect()
}

fn headlines(groups: &[Group], negatives: &[&Score]) -> Vec<Headline> {
    let right = |group: &Group| {
        let score = Score::of("", &group.evaluated().cloned().collect::<Vec<_>>());
        let of = format!("{}, n = {}", group.name, figures::count(score.samples));
        Some(Headline { figure: figures::percent(score.accuracy?.share), what: group.what, of })
    };
    let (rejected, of) = negatives.iter().fold((0, 0), |sum, score| (sum.0 + score.rejected, sum.1 + score.samples));
    let rejected = (of > 0).then(|| Headline {
        figure: figures::percent(crate::score::Rate::of(rejected, of).share),
        what: "of negatives rejected",
        of: format!("{} sets, n = {}", negatives.len(), figures::count(of)),
    });
    groups.iter().filter_map(right).chain(rejected).collect()
}

fn options(command: &str) -> Vec<String> {
    command.replace(" --", "\n--").lines().map(str::to_owned).collect()
}

fn facts(card: &ModelCard) -> Vec<(&'static str, String)> {
    let trained_at = card.trained_at.format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC"));
    let calibration = card.calibration;
    vec![
        ("Architecture", format!("{}, {} parameters", card.architecture, figures::count(card.parameters))),
        ("Trained", format!("{} in {}", trained_at.unwrap_or_default(), figures::duration(card.training_seconds))),
        ("Machine", card.machine.clone()),
        ("Seed", card.seed.to_string()),
        ("Samples", format!("{} per epoch", figures::count(card.hyperparameters.samples))),
        ("Preprocessing", card.preprocessing.clone()),
        (
            "Calibration",
            format!(
                "temperature {:.3}, rejection threshold {:.3}",
                calibration.temperature, calibration.rejection_threshold
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fixture,
        report::pictures::tests::{evaluated, set},
    };

    fn evaluation() -> EvaluationReport {
        let mut negative = evaluated(0, 7, 0.9);
        negative.class = Class::UnlikeADigit;
        let sets = vec![
            set(MNIST, vec![evaluated(4, 9, 0.9), evaluated(3, 3, 0.9)]),
            set("pen <script>alert(1)</script>", vec![evaluated(1, 7, 0.8)]),
            set("scribbles", vec![negative]),
        ];
        let mut card = fixture::card();
        card.machine = "<img src=x onerror=alert(1)> & \"co\"".to_owned();
        EvaluationReport { card, training_history: Vec::new(), sets }
    }

    #[test]
    fn the_page_makes_no_request_and_runs_no_script() {
        let html = Page::of(&evaluation()).render().unwrap();
        for forbidden in ["<script", "http://", "https://", "<link", "<img src=x", "@import", "url("] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        assert!(html.contains("default-src 'none'"));
    }

    #[test]
    fn the_page_shows_scores_mistakes_and_negatives() {
        let html = Page::of(&evaluation()).render().unwrap();
        for expected in ["50.00 %", "4 → 9", "none → 7", "short"] {
            assert!(html.contains(expected), "{expected}");
        }
        assert!(!html.contains("NaN"));
    }

    #[test]
    fn a_model_without_a_training_history_has_no_curves() {
        let mut report = evaluation();
        assert!(Page::of(&report).curves.is_none());
        report.training_history = vec![fixture::epoch()];
        assert!(Page::of(&report).curves.is_some());
    }

    #[test]
    fn sets_are_grouped_by_the_origin_of_their_digits() {
        let report = evaluation();
        let names: Vec<String> = groups(&report.sets).into_iter().map(|group| group.name).collect();
        assert_eq!(names, [MNIST, "1 sets of pen strokes"]);
    }
}
