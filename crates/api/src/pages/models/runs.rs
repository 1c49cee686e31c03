//! The training runs that have not ended. `/models/runs` is the part of the pages that a script loads again.

use crate::{
    Api,
    access::{Access, Routes},
    identity::Scope,
    messages::Messages,
    pages::{InMessages, html},
};
use askama::Template;
use axum::{Extension, extract::State, response::Html};
use service::ApiError;
use std::sync::Arc;
use wire::{ModelState, RegisteredModel, TrainingProgress};

pub(super) fn routes() -> Routes {
    Routes::default().get(Access::Labellers(Scope::ModelsRead), "/models/runs", show)
}

/// The training runs as a part of a page.
#[derive(Template)]
#[template(path = "models/runs.html")]
struct Runs {
    messages: &'static Messages,
    runs: Vec<Run>,
}

/// A training run that has not ended.
pub(super) struct Run {
    pub(super) version: String,
    pub(super) step: &'static str,
    /// The completed epochs, and all epochs of the run.
    pub(super) epochs: (u32, u32),
    /// The epoch, and the loss and accuracy of the last one; empty before the trainer's first report.
    pub(super) figures: String,
}

async fn show(State(api): State<Arc<Api>>, Extension(messages): InMessages) -> Result<Html<String>, ApiError> {
    html(&Runs { messages, runs: Run::all(messages, &api.store.models(api.settings.trusts_everybody()).await?) })
}

impl Run {
    /// The runs that train these models.
    pub(super) fn all(messages: &'static Messages, models: &[RegisteredModel]) -> Vec<Self> {
        models.iter().filter_map(|model| Self::of(messages, model)).collect()
    }

    /// The run that trains the model; `None` if it has ended.
    pub(super) fn of(messages: &'static Messages, model: &RegisteredModel) -> Option<Self> {
        matches!(model.state, ModelState::Proposed | ModelState::Training).then(|| Self {
            version: model.version.to_string(),
            step: match &model.progress {
                Some(progress) => messages.runs.steps.of(progress.step),
                None => messages.models.states.of(model.state),
            },
            epochs: model.progress.as_ref().map_or((0, 1), |progress| (progress.epoch, progress.epochs)),
            figures: model.progress.as_ref().map(|progress| figures(messages, progress)).unwrap_or_default(),
        })
    }
}

/// Sentences with the epoch, the loss and the accuracy.
fn figures(messages: &Messages, progress: &TrainingProgress) -> String {
    let texts = &messages.runs;
    let epoch = texts.epoch.format([("epoch", progress.epoch.into()), ("epochs", progress.epochs.into())]);
    let loss = progress.loss.map(|loss| texts.loss.with("loss", messages.decimal(loss, 4)));
    let accuracy = progress.accuracy.map(|share| texts.accuracy.with("share", messages.percent_hundredths(share)));
    [Some(epoch), loss, accuracy].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
