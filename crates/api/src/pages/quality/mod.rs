//! `GET /quality`: charts of the quality of the predictions.
//!
//! The charts are SVG, each with a table of its figures. `/api/v1/quality` returns the same figures.

mod calibration;
mod confusion;
mod drift;
mod latency;

use super::{
    InMessages, html,
    site::{Address, NavItem, Site},
};
use crate::{
    Api,
    access::{Access, Allowance, Routes, Use},
    extract::QualityQuery,
    identity::Scope,
    messages::Messages,
    store::QualityScope,
};
use askama::Template;
use axum::{Extension, extract::State, response::Html};
use calibration::CalibrationChart;
use charts::Axis;
use confusion::Confusion;
use digit::TrueLabel;
use drift::Drift;
use form_urlencoded::Serializer;
use latency::LatencyChart;
use service::{ApiError, Query};
use std::sync::Arc;
use wire::{ModelCounts, SameDrawings, Share};

/// The periods that the page offers, in days.
const DAYS: [u16; 3] = [7, 30, 90];

pub(super) fn routes() -> Routes {
    Routes::default().get(Access::Labellers(Scope::Read), "/quality", quality)
}

async fn quality(
    State(api): State<Arc<Api>>,
    Extension(messages): InMessages,
    address: Address,
    allowance: Allowance,
    Query(query): Query<QualityQuery>,
) -> Result<Html<String>, ApiError> {
    allowance.spend(Use::Read)?;
    let days = query.days;
    let scope = PageScope(query.scope()?);
    let quality = api.store.quality(&scope.0).await?;
    let models = &quality.models;
    html(&QualityPage {
        messages,
        spans: spans(messages, &address, days),
        all_models: scope.0.model.is_some().then(|| format!("/quality{}", address.query_without(&["model"]))),
        accuracy: Accuracy::new(messages, &quality.correct),
        random_sample: Accuracy::new(messages, &quality.random_sample),
        undecided: (quality.random_sample_undecided > 0).then_some(quality.random_sample_undecided),
        sample_pruned: (quality.random_sample_pruned > 0)
            .then(|| messages.quality.sample_pruned.with("count", quality.random_sample_pruned)),
        predictions: quality.predictions,
        pruned: (quality.pruned > 0).then(|| messages.quality.pruned.with("count", quality.pruned)),
        models: models.iter().map(|counts| ModelQuality::new(messages, &address, counts)).collect(),
        confusion: Confusion::new(messages, &quality, &scope),
        calibration: CalibrationChart::new(messages, &quality),
        drift: Drift::new(messages, &quality),
        latency: LatencyChart::new(messages, &quality),
        same_drawings: quality.same_drawings.iter().map(|pair| SameDrawingsRow::new(messages, pair)).collect(),
        site: Site::new(NavItem::Quality, address),
    })
}

/// The predictions that the page covers.
struct PageScope(QualityScope);

impl PageScope {
    /// The address of the history, filtered by this scope, a label and a predicted class.
    fn history_address(&self, truth: TrueLabel, predicted: TrueLabel) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("true_label", &truth.to_string()).append_pair("predicted", &predicted.to_string());
        if let Some(model) = &self.0.model {
            query.append_pair("model", model.as_str());
        }
        if let Some(since) = self.0.since {
            query.append_pair("since", &since.to_string());
        }
        format!("/history?{}", query.finish())
    }
}

#[derive(Template)]
#[template(path = "quality.html")]
struct QualityPage {
    messages: &'static Messages,
    site: Site,
    spans: Vec<Span>,
    /// The address of the page for all models, if it covers only one.
    all_models: Option<String>,
    /// `None` if no drawing is labelled.
    accuracy: Option<Accuracy>,
    /// `None` if no drawing of the random sample is labelled.
    random_sample: Option<Accuracy>,
    /// The number of drawings of the random sample without an agreed label; `None` if there are none.
    undecided: Option<u64>,
    /// A sentence about drawings of the random sample that are counted and deleted, if there are any.
    sample_pruned: Option<String>,
    predictions: u64,
    /// A sentence about predictions that are counted and deleted, if there are any.
    pruned: Option<String>,
    models: Vec<ModelQuality>,
    confusion: Confusion,
    calibration: CalibrationChart,
    drift: Drift,
    latency: Option<LatencyChart>,
    /// Empty if no challenger was in shadow.
    same_drawings: Vec<SameDrawingsRow>,
}

/// A period that the page offers.
struct Span {
    text: String,
    href: String,
    is_shown: bool,
}

/// The share of the labelled predictions that is correct.
struct Accuracy {
    correct: String,
    interval: String,
    total: u64,
}

/// The quality of a model version.
struct ModelQuality {
    name: String,
    href: String,
    predictions: String,
    accuracy: Option<Accuracy>,
    /// The ends of the confidence interval, on the axis that all versions share.
    low: f64,
    high: f64,
    /// The share, on the same axis.
    at: f64,
}

/// Two versions on the same drawings.
struct SameDrawingsRow {
    challenger: String,
    champion: String,
    /// The numbers of drawings: all, those that both classified correctly, only the challenger, only the other one, neither.
    counts: [String; 5],
}

fn spans(messages: &Messages, address: &Address, shown: Option<u16>) -> Vec<Span> {
    let some = DAYS.map(|days| Span {
        text: messages.quality.days.with("count", days),
        href: address.with("days", &days.to_string()),
        is_shown: shown == Some(days),
    });
    let all = Span {
        text: messages.quality.all.clone(),
        href: format!("/quality{}", address.query_without(&["days"])),
        is_shown: shown.is_none(),
    };
    some.into_iter().chain([all]).collect()
}

impl Accuracy {
    fn new(messages: &Messages, correct: &Share) -> Option<Self> {
        let share = correct.value()?;
        Some(Self { correct: messages.share(share), interval: messages.interval(correct), total: correct.total })
    }
}

impl ModelQuality {
    fn new(messages: &Messages, address: &Address, ModelCounts { model, predictions, correct }: &ModelCounts) -> Self {
        let across = Axis::linear((0.0, 1.0), (4.0, 116.0));
        Self {
            href: address.with("model", model),
            name: model.clone(),
            predictions: messages.count(*predictions),
            accuracy: Accuracy::new(messages, correct),
            low: across.scale(correct.low),
            high: across.scale(correct.high),
            at: across.scale(correct.value().unwrap_or_default()),
        }
    }
}

impl SameDrawingsRow {
    fn new(messages: &Messages, pair: &SameDrawings) -> Self {
        let counts = [
            pair.drawings,
            pair.both_correct,
            pair.only_challenger_correct,
            pair.only_champion_correct,
            pair.neither_correct,
        ];
        Self {
            challenger: pair.challenger.clone(),
            champion: pair.champion.clone(),
            counts: counts.map(|count| messages.count(count)),
        }
    }
}

/// A count as a float.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2⁵³")]
const fn number(count: u64) -> f64 {
    count as f64
}
