//! `/models`: the registry of models. Operators promote, roll back and reject models.

mod drift;
mod one_model;
mod runs;
mod training_examples;

use super::{
    PageRequest,
    form::{self, LONGEST_REASON, PageForm, notice, with_status},
    site::{NavItem, Site},
};
use crate::{
    Api,
    access::{Access, Routes},
    identity::{Actor, Caller, Identity, Role, Scope},
    messages::{Messages, Notice, TimeZone},
    model_files::EvaluatedRanges,
    store::ModelEventError,
};
use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use digit::ModelVersion;
use drift::Drift;
use runs::Run;
use serde::Deserialize;
use service::ApiError;
use std::sync::Arc;
use time::OffsetDateTime;
use wire::{Code, ModelState, RegisteredModel, ShadowProgress};

pub(super) fn routes() -> Routes {
    Routes::default()
        .get(Access::Labellers(Scope::ModelsRead), "/models", show)
        .post(Access::Operators(None), "/models", change)
        .merge(one_model::routes())
        .merge(runs::routes())
        .merge(training_examples::routes())
}

#[derive(Template)]
#[template(path = "models.html")]
struct ModelsPage {
    messages: &'static Messages,
    site: Site,
    notice: Option<&'static Notice>,
    models: Vec<ModelRow>,
    runs: Vec<Run>,
    /// Whether the reader may promote, roll back and reject models.
    may_change: bool,
    /// Whether a model served before the present one.
    has_previous: bool,
    /// `None` if no model serves.
    drift: Option<Drift>,
}

struct ModelRow {
    version: String,
    state: &'static str,
    since: String,
    actor: String,
    reason: String,
    is_serving: bool,
    /// Sentences about the drawings that decide; empty if the model is not in shadow.
    shadow: String,
}

/// The action of an operator on a model, with its reason.
#[derive(Debug, Deserialize)]
struct ModelForm {
    action: ModelAction,
    /// The version; for a rollback, the one that serves on the page.
    version: Option<ModelVersion>,
    reason: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ModelAction {
    Promote,
    Rollback,
    Reject,
}

async fn show(State(api): State<Arc<Api>>, request: PageRequest, caller: Caller) -> Result<Response, ApiError> {
    page(&api, request, &caller, None).await
}

async fn change(
    State(api): State<Arc<Api>>,
    request: PageRequest,
    caller: Caller,
    actor: Actor,
    form: Result<PageForm<ModelForm>, ApiError>,
) -> Result<Response, ApiError> {
    let changed = match form {
        Ok(PageForm(form)) => apply(&api, &actor, form).await,
        Err(failure) => Err(failure),
    };
    match changed {
        Ok(()) => Ok(Redirect::to("/models").into_response()),
        Err(failure) => page(&api, request, &caller, Some(failure)).await,
    }
}

async fn apply(api: &Api, by: &Actor, ModelForm { action, version, reason }: ModelForm) -> Result<(), ApiError> {
    let reason = form::reason(&reason).ok_or_else(|| {
        ApiError::new(Code::InvalidInput, format!("Give a reason of 1 to {LONGEST_REASON} characters."))
    })?;
    let named = || version.as_ref().ok_or(ModelEventError::Unknown);
    match action {
        ModelAction::Promote => api.store.promote_model(by, named()?, reason).await?,
        ModelAction::Reject => api.store.reject_model(by, named()?, reason).await?,
        ModelAction::Rollback => drop(api.store.roll_back_model(by, version.as_ref(), reason).await?),
    }
    Ok(())
}

async fn page(
    api: &Api,
    PageRequest { messages, zone, address }: PageRequest,
    caller: &Caller,
    failure: Option<ApiError>,
) -> Result<Response, ApiError> {
    let models = api.store.models(api.settings.trusts_everybody()).await?;
    let drift = drift(api, messages, &models).await?;
    let page = ModelsPage {
        messages,
        notice: notice(messages, failure.as_ref()),
        may_change: may_change(caller),
        has_previous: models.iter().any(|model| model.state == ModelState::Retired),
        runs: Run::all(messages, &models),
        models: models.into_iter().map(|model| ModelRow::new(messages, &zone, model)).collect(),
        drift,
        site: Site::new(NavItem::Quality, address),
    };
    Ok(with_status(failure, &page))
}

/// Whether the caller may promote, roll back and reject models.
fn may_change(caller: &Caller) -> bool {
    matches!(caller.identity, Identity::Open) || caller.has_role(Role::Operator)
}

async fn drift(api: &Api, messages: &'static Messages, models: &[RegisteredModel]) -> Result<Option<Drift>, ApiError> {
    let Some(serving) = models.iter().find(|model| model.state == ModelState::Serving) else { return Ok(None) };
    let version = &serving.version;
    let begin = Drift::begin(OffsetDateTime::now_utc().date());
    let weeks = api.store.weeks(version, begin).await?;
    let evaluation = api.store.model_evaluation(version).await?.as_deref().and_then(EvaluatedRanges::of);
    Ok(Some(Drift::new(messages, version, begin, &weeks, evaluation)))
}

impl ModelRow {
    fn new(messages: &'static Messages, zone: &TimeZone, model: RegisteredModel) -> Self {
        Self {
            version: model.version.to_string(),
            state: messages.models.states.of(model.state),
            since: messages.moment(model.since, zone),
            actor: model.actor,
            reason: model.reason.unwrap_or_default(),
            is_serving: model.state == ModelState::Serving,
            shadow: model.shadow.map(|progress| shadow(messages, zone, &progress)).unwrap_or_default(),
        }
    }
}

/// Sentences with the figures of a shadow.
fn shadow(messages: &Messages, zone: &TimeZone, progress: &ShadowProgress) -> String {
    let texts = &messages.models;
    let ShadowProgress { pairs, disagreements, labelled, won, lost, e_value_better, e_value_worse, ends, .. } =
        *progress;
    [
        texts.shadow_drawings.with("count", pairs),
        texts.shadow_disagreements.format([("count", disagreements.into()), ("labelled", labelled.into())]),
        texts.shadow_test.format([
            ("won", won.into()),
            ("lost", lost.into()),
            ("better", messages.decimal(e_value_better, 1).into()),
            ("worse", messages.decimal(e_value_worse, 1).into()),
        ]),
        texts.shadow_ends.with("day", messages.day(ends, zone)),
    ]
    .join(" ")
}

impl From<ModelEventError> for ApiError {
    fn from(error: ModelEventError) -> Self {
        let code = match error {
            ModelEventError::Store(error) => return error.into(),
            ModelEventError::Unknown => Code::UnknownModel,
            ModelEventError::VersionTaken | ModelEventError::State(_) | ModelEventError::NoPrevious => Code::ModelState,
        };
        Self::new(code, format!("{error}."))
    }
}
