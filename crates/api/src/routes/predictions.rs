//! `/api/v1/predictions…`: recorded predictions and their labels.

use crate::{
    Api,
    access::{Access, Allowance, Routes, Use},
    extract::{FilterQuery, PathId, PredictionId, Unread, unknown_prediction},
    identity::{Actor, Caller, Identity, Reach, Role, Scope},
    store::{Deletion, LabelOrigin, Labeller, Queue},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::IntoResponse,
};
use serde::Deserialize;
use service::{ApiError, Documented, JsonBody, Query, empty_as_none, parameters::flag};
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::routes;
use uuid::Uuid;
use wire::{Code, DeletionToken, Input, Labelling, LabellingQueue, Page, Prediction, QueuedDrawing};

/// The default number of predictions on a page.
const DEFAULT_PAGE_LENGTH: u8 = 20;
/// The largest number of predictions on a page.
const MAX_PAGE_LENGTH: u8 = 100;

/// The header with a drawing's deletion token. `Authorization` stays free for credentials of people and programs.
pub(super) const DELETION_TOKEN: HeaderName = HeaderName::from_static("deletion-token");

pub(super) fn routes() -> Routes {
    let labelled = routes!(label).refuses(&[
        Code::InvalidJson,
        Code::IncompleteBody,
        Code::CrossSiteRequest,
        Code::Blocked,
        Code::NotFound,
        Code::Timeout,
        Code::PayloadTooLarge,
        Code::UnsupportedMediaType,
        Code::InvalidInput,
        Code::Overloaded,
        Code::DatabaseUnavailable,
    ]);
    let unlabelled =
        routes!(unlabel).refuses(&[Code::CrossSiteRequest, Code::Blocked, Code::NotFound, Code::DatabaseUnavailable]);
    let deleted = routes!(delete).refuses(&[
        Code::Unauthenticated,
        Code::CrossSiteRequest,
        Code::NotYours,
        Code::NotFound,
        Code::DatabaseUnavailable,
    ]);
    let (see, label) = (Access::Drawings(Scope::Read), Access::Drawings(Scope::Label));
    let list_errors = [Code::InvalidQuery, Code::DatabaseUnavailable];
    Routes::default()
        .documented(see, routes!(list).refuses(&list_errors))
        .documented(see, routes!(show).refuses(&[Code::NotFound, Code::DatabaseUnavailable]))
        .documented(Access::OwnDrawings, deleted)
        .documented(Access::Labellers(Scope::Label), routes!(labelling_queue).refuses(&list_errors))
        .documented(label, labelled)
        .documented(label, unlabelled)
        .documented(see, routes!(input).refuses(&[Code::NotFound, Code::Overloaded, Code::DatabaseUnavailable]))
        .documented(see, routes!(bitmap).refuses(&[Code::NotFound, Code::DatabaseUnavailable]))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HistoryRange {
    /// The largest number of predictions on the page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u8>,
    /// Only those older than the prediction with this id.
    before: Option<Uuid>,
}

/// Lists predictions, newest first.
#[utoipa::path(
    get, path = "/api/v1/predictions", tag = "History", params(HistoryRange, FilterQuery),
    responses((status = OK, description = "A page of predictions, and the start of the next one", body = Page)),
)]
async fn list(
    State(api): State<Arc<Api>>,
    reach: Reach,
    allowance: Allowance,
    Query(range): Query<HistoryRange>,
    Query(filter): Query<FilterQuery>,
) -> Result<Json<Page>, ApiError> {
    allowance.spend(Use::Read)?;
    Ok(Json(api.store.page(reach, &filter.into(), page_length(range.limit)?, range.before).await?))
}

pub(super) fn page_length(limit: Option<u8>) -> Result<u8, ApiError> {
    let limit = limit.unwrap_or(DEFAULT_PAGE_LENGTH);
    if (1..=MAX_PAGE_LENGTH).contains(&limit) {
        return Ok(limit);
    }
    Err(ApiError::new(Code::InvalidQuery, format!("\"limit\" is a number from 1 to {MAX_PAGE_LENGTH}.")))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct QueueQuery {
    /// The largest number of drawings.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u8>,
    /// Only drawings on whose labels people disagree.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = flag)]
    disputed: Option<bool>,
    /// Only drawings whose label is probably wrong.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = flag)]
    suspect: Option<bool>,
}

/// Lists drawings to label: the least certain ones, and some for checks of the labels and of the accuracy.
///
/// With `from_queue` in its label, a drawing leaves the queue and counts for these checks.
#[utoipa::path(
    get, path = "/api/v1/labelling-queue", tag = "Label", params(QueueQuery),
    responses((status = OK, description = "Drawings to label", body = LabellingQueue)),
)]
async fn labelling_queue(
    State(api): State<Arc<Api>>,
    caller: Caller,
    allowance: Allowance,
    Query(query): Query<QueueQuery>,
) -> Result<Json<LabellingQueue>, ApiError> {
    allowance.spend(Use::Read)?;
    let queue = Queue::new(query.disputed, query.suspect);
    let labeller = Labeller::new(&caller, LabelOrigin::Queue);
    let queued = api.store.labelling_queue(queue, page_length(query.limit)?, &[], &labeller).await?;
    Ok(Json(LabellingQueue { drawings: queued.into_iter().map(QueuedDrawing::from).collect() }))
}

/// Deletes a drawing with its prediction and its labels.
///
/// Whoever has the `deletion_token` of the answer may delete it, and sends the token as `Deletion-Token`. Without a token,
/// visitors delete their own drawings, and operators all.
#[utoipa::path(
    delete, path = "/api/v1/predictions/{id}", tag = "History", params(PredictionId), security(("deletion_token" = [])),
    responses((status = NO_CONTENT, description = "The drawing is deleted")),
)]
async fn delete(
    State(api): State<Arc<Api>>,
    caller: Caller,
    reach: Reach,
    actor: Actor,
    PathId(id): PathId,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let advice = "Send the \"deletion_token\" of the answer to its submission as the header \"Deletion-Token\".";
    let not_yours = || {
        ApiError::new(Code::NotYours, format!("The deletion token belongs to another drawing, or to none. {advice}"))
    };
    let deletion = match headers.get(DELETION_TOKEN) {
        Some(token) => {
            let token = token.to_str().ok().and_then(DeletionToken::parse).ok_or_else(not_yours)?;
            api.store.delete(id, token).await?
        }
        None => api.store.delete_within(&actor, reach, id).await?,
    };
    match deletion {
        Deletion::Done => Ok(StatusCode::NO_CONTENT),
        Deletion::Unknown => Err(unknown_prediction()),
        // Whoever may not see the drawing does not learn that it exists.
        Deletion::NotYours if headers.contains_key(DELETION_TOKEN) => {
            Err(if caller.sees_all() { not_yours() } else { unknown_prediction() })
        }
        Deletion::NotYours if caller.has_role(Role::Labeller) => {
            Err(ApiError::new(Code::NotYours, "Only operators and the person who drew may delete this drawing."))
        }
        Deletion::NotYours => {
            let detail = format!("A drawing is deleted with its deletion token. {advice}");
            Err(ApiError::new(Code::Unauthenticated, detail).challenge("DeletionToken"))
        }
    }
}

/// Returns the drawing as it was sent, without metadata: an image file, or JSON.
#[utoipa::path(
    get, path = "/api/v1/predictions/{id}/input", tag = "History", params(PredictionId),
    responses((status = OK, description = "The drawing", content(
        (Input = "application/json"), (inline(Vec<u8>) = "image/png"), (inline(Vec<u8>) = "image/jpeg"),
        (inline(Vec<u8>) = "image/webp"), (inline(Vec<u8>) = "image/gif"),
    ))),
)]
async fn input(State(api): State<Arc<Api>>, PredictionId(id): PredictionId) -> Result<impl IntoResponse, ApiError> {
    let (bytes, kind) = api.store.input(id).await?.ok_or_else(unknown_prediction)?;
    Ok((cached_briefly(kind.media_type()), bytes))
}

/// Returns the headers of an input or a bitmap. It never changes, but its author may delete it, so browsers cache it
/// for ten minutes only.
pub(crate) fn cached_briefly(media_type: &'static str) -> [(HeaderName, &'static str); 2] {
    [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "private, max-age=600")]
}

/// Returns a prediction with the label that counts.
#[utoipa::path(
    get, path = "/api/v1/predictions/{id}", tag = "History", params(PredictionId),
    responses((status = OK, description = "The prediction", body = Prediction)),
)]
async fn show(State(api): State<Arc<Api>>, PredictionId(id): PredictionId) -> Result<Json<Prediction>, ApiError> {
    api.store.prediction(id).await?.map(Json).ok_or_else(unknown_prediction)
}

/// Labels a drawing. Earlier labels stay recorded.
///
/// The label of an operator counts, else that of most labellers, else the latest one.
#[utoipa::path(
    put, path = "/api/v1/predictions/{id}/label", tag = "Label", params(PredictionId),
    request_body(content = Labelling, examples(
        ("digit" = (summary = "A digit", value = json!({ "true_label": 7 }))),
        ("none" = (summary = "No digit", value = json!({ "true_label": "not_a_digit" }))),
    )),
    responses((status = OK, description = "The prediction with its label", body = Prediction)),
)]
async fn label(
    State(api): State<Arc<Api>>,
    caller: Caller,
    allowance: Allowance,
    PredictionId(id): PredictionId,
    body: Unread<JsonBody<Labelling>>,
) -> Result<Json<Prediction>, ApiError> {
    allowance.spend(Use::Label)?;
    let JsonBody(Labelling { true_label, from_queue }) = body.read().await?;
    api.store.label(id, Some(true_label), labeller(&caller, from_queue)).await?.map(Json).ok_or_else(unknown_prediction)
}

/// Withdraws the label of a drawing. It stays recorded, but no longer counts.
#[utoipa::path(
    delete, path = "/api/v1/predictions/{id}/label", tag = "Label", params(PredictionId),
    responses((status = OK, description = "The prediction, without a label", body = Prediction)),
)]
async fn unlabel(
    State(api): State<Arc<Api>>,
    caller: Caller,
    allowance: Allowance,
    PredictionId(id): PredictionId,
) -> Result<Json<Prediction>, ApiError> {
    allowance.spend(Use::Label)?;
    api.store.label(id, None, labeller(&caller, false)).await?.map(Json).ok_or_else(unknown_prediction)
}

/// Returns who labels. A request with a visitor's cookie comes from a page; others come from programs.
fn labeller(caller: &Caller, from_queue: bool) -> Labeller {
    let is_program = caller.visitor.is_none() || matches!(caller.identity, Identity::Program(_));
    let origin = match (from_queue, is_program) {
        (true, _) => LabelOrigin::Queue,
        (false, true) => LabelOrigin::Api,
        (false, false) => LabelOrigin::Open,
    };
    Labeller::new(caller, origin)
}

/// Returns the preprocessed drawing as an image: 28 × 28 pixels, a black foreground on a transparent background.
#[utoipa::path(
    get, path = "/api/v1/predictions/{id}/bitmap.png", tag = "History", params(PredictionId),
    responses((status = OK, description = "The image", content_type = "image/png", body = inline(Vec<u8>))),
)]
async fn bitmap(State(api): State<Arc<Api>>, PredictionId(id): PredictionId) -> Result<impl IntoResponse, ApiError> {
    let bitmap = api.store.bitmap(id).await?.ok_or_else(unknown_prediction)?;
    Ok((cached_briefly("image/png"), bitmap.to_png()))
}
