//! `POST /predict`: the prediction for a drawing.

use super::answer::{answer, requested_version};
use crate::Model;
use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{header, request::Parts},
    response::{IntoResponse, Response},
    routing::post,
};
use serde::Deserialize;
use service::{ApiError, Documented, DrawingInput, Include, ModelQuery, Query, empty_as_none, parameters::include};
use std::convert::Infallible;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Answer, COMPACT_ANSWER_MEDIA_TYPE};

pub(super) fn router() -> OpenApiRouter<Model> {
    OpenApiRouter::new().routes(routes!(predict).takes_a_drawing(&[])).route("/predict/", post(predict))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Options {
    /// An addition to the response: `bitmap`, the pixels that the network classified.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = include)]
    include: Option<Include>,
}

/// Recognises a drawing.
///
/// Any drawing with foreground gets a prediction and a verdict. If the verdict is `not_a_digit`, the response
/// has a reason, and the prediction is only the most similar digit.
#[utoipa::path(
    post, path = "/predict", tag = "Recognise", params(Options, ModelQuery),
    responses((status = OK, description = "The prediction", body = Answer)),
)]
async fn predict(
    State(model): State<Model>,
    Query(options): Query<Options>,
    Query(query): Query<ModelQuery>,
    AcceptsCompact(accepts_compact): AcceptsCompact,
    DrawingInput(input): DrawingInput,
) -> Result<Response, ApiError> {
    let network = requested_version(&model, query.model.as_ref())?;
    let (preprocessed, classification) = model.engine.recognise(network.clone(), input).await?;
    let mut answer = answer(&network, preprocessed, &classification);
    let bitmap = answer.bitmap.take().filter(|_| options.include.is_some());
    if let Some(bitmap) = bitmap.as_ref().filter(|_| accepts_compact) {
        let media_type = [(header::CONTENT_TYPE, COMPACT_ANSWER_MEDIA_TYPE)];
        return Ok((media_type, answer.to_compact(bitmap)).into_response());
    }
    Ok(Json(Answer { bitmap, ..answer }).into_response())
}

/// Whether the client accepts the compact form of an answer with its bitmap. Only the api does; the OpenAPI document
/// describes JSON.
struct AcceptsCompact(bool);

impl<S: Sync> FromRequestParts<S> for AcceptsCompact {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.headers.get(header::ACCEPT).is_some_and(|accepted| accepted == COMPACT_ANSWER_MEDIA_TYPE)))
    }
}
