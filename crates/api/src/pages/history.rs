//! `GET /history`: recorded drawings, filtered, newest first.

use super::{
    PageRequest,
    card::DrawingCard,
    html,
    site::{NavItem, Site},
};
use crate::{
    Api,
    access::{Access, Allowance, Routes, Use},
    extract::FilterQuery,
    identity::{Caller, Identity, Reach, Role, Scope},
    messages::{Messages, TimeZone},
    store::Filter,
};
use askama::Template;
use axum::{extract::State, response::Html};
use digit::TrueLabel;
use serde::Deserialize;
use service::{ApiError, Query};
use std::sync::Arc;
use time::OffsetDateTime;
use uuid::Uuid;
use wire::{Page, Source};

/// Drawings on a page.
const PAGE: u8 = 48;

/// Query parameters that are not filters.
const NOT_FILTERS: [&str; 2] = ["before", "lang"];

pub(super) fn routes() -> Routes {
    Routes::default().get(Access::Drawings(Scope::Read), "/history", history)
}

#[derive(Debug, Deserialize)]
struct Range {
    /// Only drawings older than this one.
    before: Option<Uuid>,
}

async fn history(
    State(api): State<Arc<Api>>,
    PageRequest { messages, zone, address }: PageRequest,
    caller: Caller,
    reach: Reach,
    allowance: Allowance,
    Query(wanted): Query<FilterQuery>,
    Query(range): Query<Range>,
) -> Result<Html<String>, ApiError> {
    allowance.spend(Use::Read)?;
    let page = api.store.page(reach, &Filter::from(wanted.clone()), PAGE, range.before).await?;
    let models = api.store.model_versions(reach).await?;
    html(&HistoryPage {
        messages,
        form: Form::new(messages, &wanted, &models, &caller),
        days: by_day(messages, &zone, &page),
        older: page.next.map(|id| address.with("before", &id.to_string())),
        newest: range.before.is_some().then(|| format!("/history{}", address.query_without(&["before"]))),
        query: address.query_without(&NOT_FILTERS),
        site: Site::new(NavItem::History, address),
    })
}

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage {
    messages: &'static Messages,
    site: Site,
    form: Form,
    days: Vec<Day>,
    /// The address of the next page, with older drawings.
    older: Option<String>,
    /// The address of the first page; `None` on the first page.
    newest: Option<String>,
    /// The filter as a query string, for the exports; empty without a filter.
    query: String,
}

impl HistoryPage {
    /// The exports of the filtered drawings: file names and descriptions.
    fn exports(&self) -> [(&'static str, &'static String); 3] {
        let formats = &self.messages.history.formats;
        [("predictions.csv", &formats.csv), ("predictions.ndjson", &formats.ndjson), ("mnist.tar", &formats.idx)]
    }
}

/// The drawings of one day, newest first.
struct Day {
    /// The date in ISO 8601.
    date: String,
    heading: String,
    cards: Vec<DrawingCard>,
}

/// The filter form with its choices and current values.
struct Form {
    predicted: Vec<Choice>,
    true_label: Vec<Choice>,
    labelled: Vec<Choice>,
    model: Vec<Choice>,
    source: Vec<Choice>,
    incorrect: bool,
    low_confidence: bool,
    /// `None` if the reader is none of those who settle disputes.
    disputed: Option<bool>,
    /// `None` if the reader sees own drawings only.
    suspect: Option<bool>,
    since: String,
    until: String,
}

/// An option of a form field.
struct Choice {
    value: String,
    text: String,
    chosen: bool,
}

impl Form {
    fn new(messages: &'static Messages, wanted: &FilterQuery, models: &[String], caller: &Caller) -> Self {
        let named = |label: TrueLabel| (label.to_string(), messages.label(label));
        let classes: Vec<_> = TrueLabel::classes().map(named).collect();
        let labels = classes.iter().cloned().chain([named(TrueLabel::Unsure)]);
        let states = [("true", &messages.history.labelled), ("false", &messages.recent.unlabelled)];
        let any = &messages.history.any;
        let labels_others = caller.has_role(Role::Labeller);
        Self {
            predicted: choices(any, classes.clone(), wanted.predicted.map(|predicted| predicted.to_string())),
            true_label: choices(any, labels, wanted.true_label.map(|label| label.to_string())),
            labelled: choices(
                any,
                states.map(|(value, text)| (value.to_owned(), text.clone())),
                wanted.labelled.map(|is_labelled| is_labelled.to_string()),
            ),
            model: choices(
                any,
                models.iter().map(|model| (model.clone(), model.clone())),
                wanted.model.clone().map(String::from),
            ),
            source: choices(
                any,
                Source::ALL.map(|source| (source.name().to_owned(), messages.history.sources.of(source).to_owned())),
                wanted.source.map(|source| source.name().to_owned()),
            ),
            incorrect: wanted.incorrect == Some(true),
            low_confidence: wanted.low_confidence == Some(true),
            disputed: labels_others.then_some(wanted.disputed == Some(true)),
            suspect: (labels_others || matches!(caller.identity, Identity::Open))
                .then_some(wanted.suspect == Some(true)),
            since: wanted.since.map(day).unwrap_or_default(),
            until: wanted.until.map(day).unwrap_or_default(),
        }
    }
}

/// The options of a form field. The first option matches every prediction.
fn choices(any: &str, values: impl IntoIterator<Item = (String, String)>, chosen: Option<String>) -> Vec<Choice> {
    let any = (String::new(), any.to_owned());
    let chosen = chosen.unwrap_or_default();
    let choice = |(value, text)| Choice { chosen: value == chosen, value, text };
    [any].into_iter().chain(values).map(choice).collect()
}

/// The drawings by day in the reader's time zone.
fn by_day(messages: &'static Messages, zone: &TimeZone, page: &Page) -> Vec<Day> {
    let days = page.predictions.chunk_by(|one, next| zone.day(one.created_at) == zone.day(next.created_at));
    days.map(|rows| Day {
        date: zone.day(rows[0].created_at).to_string(),
        heading: messages.day(rows[0].created_at, zone),
        cards: rows.iter().map(|row| DrawingCard::new(messages, zone, row)).collect(),
    })
    .collect()
}

/// The day (UTC) in the format of date inputs.
fn day(time: OffsetDateTime) -> String {
    time.to_offset(time::UtcOffset::UTC).date().to_string()
}
