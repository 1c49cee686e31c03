//! `/v2`: the Open Inference Protocol, which the model service speaks.
//!
//! The api checks who sends a request and how many bitmaps it has, and forwards it to the model service, whose OpenAPI
//! document describes these requests.

mod batch;

use crate::{
    Api,
    access::{Access, Allowance, Routes, Use},
    extract::Unread,
    identity::Scope,
};
use axum::{
    extract::State,
    http::{HeaderMap, Method, Uri},
    response::Response,
};
use batch::bitmaps;
use service::{ApiError, RawBody};
use std::{num::NonZeroU32, sync::Arc};

pub(super) fn routes() -> Routes {
    let (everybody, operators) = (Access::Visitors(Scope::Predict), Access::Operators(None));
    Routes::default()
        .get(everybody, "/v2", forward)
        .get(everybody, "/v2/", forward)
        .get(everybody, "/v2/{*path}", forward)
        .post(everybody, "/v2/models/{model}/infer", infer)
        .post(everybody, "/v2/models/{model}/versions/{version}/infer", infer)
        .post(operators, "/v2/repository/{*path}", forward)
}

/// Classifies bitmaps. Each counts as a preview.
async fn infer(
    State(api): State<Arc<Api>>,
    allowance: Allowance,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Unread<RawBody>,
) -> Result<Response, ApiError> {
    allowance.spend(Use::Preview)?;
    let RawBody(body) = body.read().await?;
    if let Some(more) = NonZeroU32::new(bitmaps(&headers, &body).get() - 1) {
        allowance.spend_many(Use::Preview, more)?;
    }
    Ok(api.model.forward(method, uri.path(), &headers, body).await?)
}

async fn forward(
    State(api): State<Arc<Api>>,
    allowance: Allowance,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Unread<RawBody>,
) -> Result<Response, ApiError> {
    allowance.spend(Use::Read)?;
    let RawBody(body) = body.read().await?;
    Ok(api.model.forward(method, uri.path(), &headers, body).await?)
}
