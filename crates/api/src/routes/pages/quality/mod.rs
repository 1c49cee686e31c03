//! `GET /quality`: how good the answers have been, in pictures.
//!
//! They are SVG, drawn here, with a table behind each. What they show is what `/quality.json` tells.

mod axis;
mod confusion;
mod drift;
mod paces;
mod reliability;

use super::{
    InWords, html,
    site::{Address, Place, Site},
};
use crate::{
    Api,
    routes::{quality::Scope, words::Words},
    store::Judged,
};
use askama::Template;
use axis::Axis;
use axum::{Extension, Router, extract::State, response::Html, routing::get};
use confusion::Confusion;
use digit::{
    TrueLabel,
    wire::{ModelTally, Share},
};
use drift::Drift;
use form_urlencoded::Serializer;
use paces::Paces;
use reliability::Reliability;
use service::{Failure, Params};
use std::sync::Arc;

/// The numbers of days that the page offers to look back on.
const DAYS: [u16; 3] = [7, 30, 90];

pub(in crate::routes) fn router() -> Router<Arc<Api>> {
    Router::new().route("/quality", get(quality))
}

async fn quality(
    State(api): State<Arc<Api>>,
    Extension(words): InWords,
    address: Address,
    Params(scope): Params<Scope>,
) -> Result<Html<String>, Failure> {
    let days = scope.days;
    let seen = Seen(scope.judged()?);
    let quality = api.store.quality(&seen.0).await?;
    let models = &quality.models;
    html(&QualityPage {
        words,
        spans: spans(words, &address, days),
        all_models: seen.0.model.is_some().then(|| format!("/quality{}", address.query_without(&["model"]))),
        accuracy: Accuracy::new(words, &quality.right),
        predictions: words.count(quality.predictions),
        models: models.iter().map(|tally| Model::new(words, &address, tally)).collect(),
        confusion: Confusion::new(words, &quality, &seen),
        reliability: Reliability::new(words, &quality),
        drift: Drift::new(words, &quality),
        paces: Paces::new(words, &quality),
        site: Site::new(Place::Quality, address),
    })
}

/// What the page is about.
struct Seen(Judged);

impl Seen {
    /// Where those of its drawings are that are labelled so and were taken for that.
    fn drawings(&self, truth: TrueLabel, said: TrueLabel) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("true_label", &truth.to_string()).append_pair("said", &said.to_string());
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
    words: &'static Words,
    site: Site,
    spans: Vec<Span>,
    /// The address of the same for all models, where it is about one.
    all_models: Option<String>,
    /// Nothing where nobody said what a drawing is.
    accuracy: Option<Accuracy>,
    predictions: String,
    models: Vec<Model>,
    confusion: Confusion,
    reliability: Reliability,
    drift: Drift,
    paces: Option<Paces>,
}

/// How far the page can look back.
struct Span {
    text: String,
    href: String,
    is_shown: bool,
}

/// How many of the labelled answers were right.
struct Accuracy {
    right: String,
    interval: String,
    of: String,
}

/// A version of the model.
struct Model {
    name: String,
    href: String,
    predictions: String,
    accuracy: Option<Accuracy>,
    /// On the scale that all versions share: the interval's ends and the share itself.
    low: f64,
    high: f64,
    at: f64,
}

fn spans(words: &Words, address: &Address, shown: Option<u16>) -> Vec<Span> {
    let some = DAYS.map(|days| Span {
        text: words.quality.days.filled(&days.to_string()),
        href: address.with("days", &days.to_string()),
        is_shown: shown == Some(days),
    });
    let all = Span {
        text: words.quality.all.clone(),
        href: format!("/quality{}", address.query_without(&["days"])),
        is_shown: shown.is_none(),
    };
    some.into_iter().chain([all]).collect()
}

impl Accuracy {
    fn new(words: &Words, right: &Share) -> Option<Self> {
        let share = right.value()?;
        Some(Self { right: words.share(share), interval: words.interval(right), of: words.count(right.of) })
    }
}

impl Model {
    fn new(words: &Words, address: &Address, ModelTally { model, predictions, right }: &ModelTally) -> Self {
        let across = Axis { values: (0.0, 1.0), places: (4.0, 116.0) };
        Self {
            href: address.with("model", model),
            name: model.clone(),
            predictions: words.count(*predictions),
            accuracy: Accuracy::new(words, right),
            low: across.place(right.low),
            high: across.place(right.high),
            at: across.place(right.value().unwrap_or_default()),
        }
    }
}
