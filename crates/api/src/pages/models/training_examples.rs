//! `/models/training-examples`: what a training run would learn from now, and why drawings are held back.
//!
//! The rules read every labelled drawing, which takes seconds if there are many. So the page is beside `/models`, and does not
//! wait for the figures: it says if they are being computed.

use crate::{
    Api,
    access::{Access, Allowance, Routes, Use},
    identity::Scope,
    messages::Messages,
    pages::{
        PageRequest, html,
        site::{NavItem, Site},
    },
    store::{DrawnBy, HeldBack, TrainingOverview},
};
use askama::Template;
use axum::{extract::State, response::Html};
use digit::TrueLabel;
use service::ApiError;
use std::sync::Arc;
use wire::TrainingSplit;

pub(super) fn routes() -> Routes {
    Routes::default().get(Access::Labellers(Scope::ModelsRead), "/models/training-examples", show)
}

#[derive(Template)]
#[template(path = "models/training_examples.html")]
struct TrainingExamplesPage {
    messages: &'static Messages,
    site: Site,
    /// `None` as long as the figures are being computed.
    figures: Option<Figures>,
}

/// The figures of the page, as texts.
struct Figures {
    computed_at: String,
    /// The number of examples for each use.
    splits: Vec<String>,
    /// The drawings from which a run would learn, by class.
    learned: CountTable,
    /// The drawings that are held back, by reason.
    held_back: CountTable,
}

/// Counts of drawings by source.
struct CountTable {
    rows: Vec<CountRow>,
    /// The counts of all rows together.
    sum: CountRow,
}

struct CountRow {
    heading: String,
    /// A count for each source, and their sum.
    counts: Vec<String>,
    total: u64,
}

async fn show(
    State(api): State<Arc<Api>>,
    PageRequest { messages, zone, address }: PageRequest,
    allowance: Allowance,
) -> Result<Html<String>, ApiError> {
    allowance.spend(Use::Read)?;
    let overview = api.store.training_overview(api.settings.trusts_everybody()).await?;
    html(&TrainingExamplesPage {
        messages,
        figures: overview.map(|overview| Figures {
            computed_at: messages.moment(overview.computed_at, &zone),
            splits: splits(messages, &overview),
            learned: learned(messages, &overview),
            held_back: held_back(messages, &overview),
        }),
        site: Site::new(NavItem::Quality, address),
    })
}

impl TrainingExamplesPage {
    /// The headings of the sources.
    fn sources(&self) -> [&'static str; 4] {
        DrawnBy::ALL.map(|drawn_by| self.messages.training_examples.sources.of(drawn_by))
    }
}

/// Sentences with the number of examples for each use, and of the people who drew them.
fn splits(messages: &Messages, overview: &TrainingOverview) -> Vec<String> {
    let texts = &messages.training_examples;
    let counts = |split| {
        let found = overview.splits.iter().find(|counts| counts.split == split);
        let (drawings, writers) = found.map_or((0, 0), |counts| (counts.drawings, counts.writers));
        [("drawings", drawings.into()), ("writers", writers.into())]
    };
    vec![
        texts.train.format(counts(TrainingSplit::Train)),
        texts.gate.format(counts(TrainingSplit::Gate)),
        texts.test.format(counts(TrainingSplit::Test)),
    ]
}

fn learned(messages: &Messages, overview: &TrainingOverview) -> CountTable {
    let row = |class| {
        let count = |drawn_by| {
            overview.count(|drawings| {
                drawings.held_back.is_none() && drawings.true_label == class && drawings.drawn_by == drawn_by
            })
        };
        (messages.label(class), DrawnBy::ALL.map(count))
    };
    CountTable::new(messages, TrueLabel::classes().map(row))
}

fn held_back(messages: &Messages, overview: &TrainingOverview) -> CountTable {
    let row = |rule| {
        let count =
            |drawn_by| overview.count(|drawings| drawings.held_back == Some(rule) && drawings.drawn_by == drawn_by);
        (messages.training_examples.rules.of(rule).to_owned(), DrawnBy::ALL.map(count))
    };
    CountTable::new(messages, HeldBack::ALL.into_iter().map(row).filter(|(_, counts)| counts.iter().sum::<u64>() > 0))
}

impl CountTable {
    fn new(messages: &Messages, rows: impl Iterator<Item = (String, [u64; 4])>) -> Self {
        let mut sums = [0; 4];
        let rows = rows
            .map(|(heading, counts)| {
                for (sum, count) in sums.iter_mut().zip(counts) {
                    *sum += count;
                }
                CountRow::new(messages, heading, &counts)
            })
            .collect();
        Self { rows, sum: CountRow::new(messages, messages.training_examples.total.clone(), &sums) }
    }
}

impl CountRow {
    fn new(messages: &Messages, heading: String, counts: &[u64]) -> Self {
        let total = counts.iter().sum();
        Self { heading, counts: counts.iter().chain([&total]).map(|&count| messages.count(count)).collect(), total }
    }
}
