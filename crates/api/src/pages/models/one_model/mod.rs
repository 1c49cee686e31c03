//! `/models/{version}`: a model of the registry with its history, its data, its scores, and its comparison.

mod comparison;
mod evaluation;
mod training;

use super::runs::Run;
use crate::{
    Api,
    access::{Access, Routes},
    extract::{Version, unknown_model},
    identity::{Caller, Scope},
    messages::{Messages, TimeZone},
    pages::{
        PageRequest, html,
        site::{NavItem, Site},
    },
    store::{ModelDetails, ModelEvent},
};
use askama::Template;
use axum::{extract::State, response::Html};
use comparison::ComparisonView;
use evaluation::ScoreRow;
use service::ApiError;
use std::sync::Arc;
use training::TrainingView;
use wire::ModelState;

pub(super) fn routes() -> Routes {
    let access = Access::Labellers(Scope::ModelsRead);
    Routes::default().get(access, "/models/{version}", show).merge(comparison::routes())
}

#[derive(Template)]
#[template(path = "models/one_model.html")]
struct OneModelPage {
    messages: &'static Messages,
    site: Site,
    version: String,
    /// `None` after the training.
    run: Option<Run>,
    /// The changes of its state, newest first.
    events: Vec<EventRow>,
    /// `None` before the end of the training.
    training: Option<TrainingView>,
    /// Sentences about the drawings of people in the training examples; empty if there were none.
    examples: String,
    scores: Vec<ScoreRow>,
    comparison: Option<ComparisonView>,
    /// Whether the reader may promote the model.
    may_promote: bool,
    /// Whether the reader may reject the model.
    may_reject: bool,
}

struct EventRow {
    state: &'static str,
    at: String,
    actor: String,
    reason: String,
}

async fn show(
    State(api): State<Arc<Api>>,
    PageRequest { messages, zone, address }: PageRequest,
    caller: Caller,
    Version(version): Version,
) -> Result<Html<String>, ApiError> {
    let models = api.store.models(api.settings.trusts_everybody()).await?;
    let model = models.iter().find(|model| model.version == version).ok_or_else(unknown_model)?;
    let details = api.store.model_details(&version).await?.ok_or_else(unknown_model)?;
    let may_change = super::may_change(&caller);
    html(&OneModelPage {
        messages,
        run: Run::of(messages, model),
        examples: examples(messages, &details),
        training: details.card.as_deref().and_then(|card| TrainingView::of(messages, &zone, card)),
        scores: details.evaluation.as_deref().map(|scores| ScoreRow::all(messages, scores)).unwrap_or_default(),
        may_promote: may_change && may_serve(model.state),
        may_reject: may_change && !matches!(model.state, ModelState::Serving | ModelState::Rejected),
        events: details.events.into_iter().map(|event| EventRow::new(messages, &zone, event)).collect(),
        comparison: details
            .comparison
            .map(|comparison| ComparisonView::new(messages, &zone, &comparison, &details.compared_drawings)),
        version: version.to_string(),
        site: Site::new(NavItem::Quality, address),
    })
}

/// Whether an operator may promote a model in this state.
const fn may_serve(state: ModelState) -> bool {
    matches!(state, ModelState::Evaluated | ModelState::Shadow | ModelState::Retired)
}

fn examples(messages: &Messages, &ModelDetails { examples, deleted_examples, .. }: &ModelDetails) -> String {
    let texts = &messages.model;
    match (examples, deleted_examples) {
        (0, _) => String::new(),
        (_, 0) => texts.examples.with("count", examples),
        _ => format!(
            "{} {}",
            texts.examples.with("count", examples),
            texts.deleted_examples.with("count", deleted_examples)
        ),
    }
}

impl EventRow {
    fn new(messages: &'static Messages, zone: &TimeZone, event: ModelEvent) -> Self {
        Self {
            state: messages.models.states.of(event.state),
            at: messages.moment(event.at, zone),
            actor: event.actor,
            reason: event.reason.unwrap_or_default(),
        }
    }
}
