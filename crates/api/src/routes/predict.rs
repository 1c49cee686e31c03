//! `POST /predict`: recognises a drawing, and records it unless it is a preview.

use crate::{
    Api,
    access::{Access, Allowance, Routes, Use},
    extract::{Key, SubmittedDrawing, Unread},
    identity::{Caller, Scope},
    submission::{Submission, submit},
};
use axum::{Json, extract::State};
use serde::Deserialize;
use service::{
    ApiError, Documented, Include, ModelQuery, Query, empty_as_none,
    parameters::{flag, include},
};
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::routes;
use wire::{Answer, Code, PredictResponse, Source};

pub(super) fn routes() -> Routes {
    let documented = routes!(predict).takes_a_drawing(&[
        Code::Deleted,
        Code::InvalidIdempotencyKey,
        Code::IdempotencyKeyReused,
        Code::Blocked,
        Code::StorageFull,
        Code::DatabaseUnavailable,
    ]);
    let access = Access::Visitors(Scope::Predict);
    Routes::default().documented(access, documented).post(access, "/predict/", predict)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Options {
    /// Whether to answer without a record.
    #[serde(default)]
    #[param(default = false)]
    preview: bool,
    /// An addition to the answer: `bitmap`, the preprocessed drawing that the network classified.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = include)]
    include: Option<Include>,
    /// The source of the drawing; `api` by default.
    #[serde(default)]
    source: Source,
    /// Whether the person who drew allows the drawing to train a model; leave it out if nobody was asked.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = flag)]
    may_train: Option<bool>,
}

/// Recognises a drawing, and records it unless it is a preview.
///
/// Every drawing with a foreground gets an answer with a verdict. If the verdict is `not_a_digit`, the answer has a
/// reason, and its prediction is only the most similar digit.
#[utoipa::path(
    post, path = "/predict", tag = "Recognise", params(Options, ModelQuery, Key),
    responses((status = OK, description = "The prediction", body = PredictResponse)),
)]
async fn predict(
    State(api): State<Arc<Api>>,
    Query(options): Query<Options>,
    Query(query): Query<ModelQuery>,
    Key(key): Key,
    caller: Caller,
    allowance: Allowance,
    body: Unread<SubmittedDrawing>,
) -> Result<Json<PredictResponse>, ApiError> {
    allowance.spend(if options.preview { Use::Preview } else { Use::Drawing })?;
    let SubmittedDrawing(drawing) = body.read().await?;
    let model = query.model.as_deref();
    let mut outcome = if !options.preview {
        let (source, drawer) = (options.source, caller.drawer(options.may_train));
        submit(&api, &allowance, Submission { drawing, source, model, key, drawer }).await?
    } else if key.is_none() {
        let (answer, bitmap) = api.model.answer(drawing.input(), model).await?;
        PredictResponse {
            id: None,
            answer: Answer { bitmap: Some(bitmap), ..answer },
            saved: false,
            deletion_token: None,
        }
    } else {
        let detail = "A preview records nothing, so it takes no Idempotency-Key. Leave the header out.";
        return Err(ApiError::new(Code::InvalidQuery, detail));
    };
    if options.include.is_none() {
        outcome.answer.bitmap = None;
    }
    Ok(Json(outcome))
}
