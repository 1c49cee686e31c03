//! The page as a whole: what its template shows.

use super::{
    confusion::Confusion,
    curves::{self, Curves},
    figures,
    pictures::Gallery,
    reliability::Reliability,
    rows::{self, EpochRow, LegendRow, ScoreRow},
};
use crate::{
    evaluate::{Findings, JudgedSet},
    score::{Judged, Score},
    sets::Set,
};
use askama::Template;
use network::{Class, DataFile, ModelCard};
use time::macros::format_description;

/// The set that others publish, too.
const MNIST: &str = "MNIST test";
/// What the names of all sets of scanned digits begin with; the other digits were drawn with a pen.
const SCANNED: &str = "MNIST";

/// What `report.html` shows.
#[derive(Debug, Template)]
#[template(path = "report.html")]
pub(super) struct Page<'a> {
    version: &'a str,
    headlines: Vec<Headline>,
    facts: Vec<(&'static str, String)>,
    /// The command, to be broken between its options.
    command: Vec<String>,
    data: &'a [DataFile],
    /// None without a history.
    curves: Option<[Curves; 2]>,
    legend: Vec<LegendRow>,
    epochs: Vec<EpochRow>,
    digits: Vec<ScoreRow>,
    strangers: Vec<ScoreRow>,
    confusions: Vec<Confusion>,
    reliabilities: Vec<Reliability>,
    galleries: [Gallery; 2],
}

/// A large figure with what it is.
#[derive(Debug)]
struct Headline {
    figure: String,
    what: &'static str,
    of: String,
}

impl<'a> Page<'a> {
    pub(super) fn of(findings: &'a Findings) -> Self {
        let Findings { card, history, judged } = findings;
        let scores: Vec<Score> = judged.iter().map(JudgedSet::score).collect();
        let (digits, strangers): (Vec<&Score>, Vec<&Score>) = scores.iter().partition(|score| score.accuracy.is_some());
        let groups = groups(judged);
        Self {
            version: card.version.as_str(),
            headlines: headlines(&groups, &strangers),
            facts: facts(card),
            command: options(&card.command),
            data: &card.data,
            curves: (!history.is_empty()).then(|| [curves::loss(history), curves::accuracy(history)]),
            legend: rows::legend(history),
            epochs: rows::epochs(history),
            digits: digits.into_iter().map(ScoreRow::from).collect(),
            strangers: strangers.into_iter().map(ScoreRow::from).collect(),
            confusions: groups.iter().map(|group| Confusion::of(group.name.clone(), group.judged())).collect(),
            reliabilities: groups.iter().map(|group| Reliability::of(group.name.clone(), group.judged())).collect(),
            galleries: [Gallery::mistakes(judged), Gallery::strangers(judged)],
        }
    }
}

/// Sets that are looked at together.
struct Group<'a> {
    what: &'static str,
    name: String,
    sets: Vec<&'a JudgedSet>,
}

impl<'a> Group<'a> {
    fn judged(&self) -> impl Iterator<Item = &'a Judged> {
        self.sets.iter().flat_map(|set| &set.judged)
    }
}

/// MNIST's test set, and all sets of pen strokes; those that are empty left out.
fn groups(judged: &[JudgedSet]) -> Vec<Group<'_>> {
    let of = |is_in: &dyn Fn(&Set) -> bool| judged.iter().filter(|judged| is_in(&judged.set)).collect::<Vec<_>>();
    let has_digits = |set: &Set| set.classes.iter().any(|class| matches!(class, Class::Digit(_)));
    let pen = of(&|set| has_digits(set) && !set.name.starts_with(SCANNED));
    let groups = [
        Group { what: "of scanned digits right", name: MNIST.to_owned(), sets: of(&|set| set.name == MNIST) },
        Group { what: "of pen strokes right", name: format!("{} sets of pen strokes", pen.len()), sets: pen },
    ];
    groups.into_iter().filter(|group| group.judged().next().is_some()).collect()
}

fn headlines(groups: &[Group], strangers: &[&Score]) -> Vec<Headline> {
    let right = |group: &Group| {
        let score = Score::of("", &group.judged().cloned().collect::<Vec<_>>());
        let of = format!("{}, n = {}", group.name, figures::count(score.samples));
        Some(Headline { figure: figures::percent(score.accuracy?.share), what: group.what, of })
    };
    let (rejected, of) = strangers.iter().fold((0, 0), |sum, score| (sum.0 + score.rejected, sum.1 + score.samples));
    let rejected = (of > 0).then(|| Headline {
        figure: figures::percent(crate::score::Share::of(rejected, of).share),
        what: "of strangers rejected",
        of: format!("{} sets, n = {}", strangers.len(), figures::count(of)),
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
        ("Samples", format!("{} an epoch", figures::count(card.hyperparameters.samples))),
        ("Preprocessing", card.preprocessing.clone()),
        (
            "Calibration",
            format!("temperature {:.3}, rejects above {:.3}", calibration.temperature, calibration.rejection_threshold),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fixture,
        report::pictures::tests::{judged, set},
    };

    fn findings() -> Findings {
        let mut stranger = judged(0, 7, 0.9);
        stranger.class = Class::UnlikeADigit;
        let sets = vec![
            set(MNIST, vec![judged(4, 9, 0.9), judged(3, 3, 0.9)]),
            set("pen <script>alert(1)</script>", vec![judged(1, 7, 0.8)]),
            set("scribbles", vec![stranger]),
        ];
        let mut card = fixture::card();
        card.machine = "<img src=x onerror=alert(1)> & \"co\"".to_owned();
        Findings { card, history: Vec::new(), judged: sets }
    }

    #[test]
    fn the_page_asks_nobody_for_anything_and_runs_no_script() {
        let html = Page::of(&findings()).render().unwrap();
        for forbidden in ["<script", "http://", "https://", "<link", "<img src=x", "@import", "url("] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        assert!(html.contains("default-src 'none'"));
    }

    #[test]
    fn the_page_shows_scores_mistakes_and_strangers() {
        let html = Page::of(&findings()).render().unwrap();
        for expected in ["50.00 %", "4 → 9", "none → 7", "short"] {
            assert!(html.contains(expected), "{expected}");
        }
        assert!(!html.contains("NaN"));
    }

    #[test]
    fn a_model_without_a_history_has_no_curves() {
        let mut findings = findings();
        assert!(Page::of(&findings).curves.is_none());
        findings.history = vec![fixture::epoch()];
        assert!(Page::of(&findings).curves.is_some());
    }

    #[test]
    fn sets_are_put_together_by_how_their_digits_came_to_be() {
        let findings = findings();
        let names: Vec<String> = groups(&findings.judged).into_iter().map(|group| group.name).collect();
        assert_eq!(names, [MNIST, "1 sets of pen strokes"]);
    }
}
