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
    model_client::ForwardedRequest,
};
use axum::{
    extract::{FromRequest, Request, State},
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
        .post(operators, "/v2/repository/{*path}", forward_to_all)
}

/// Classifies bitmaps. Each counts as a preview.
async fn infer(
    State(api): State<Arc<Api>>,
    allowance: Allowance,
    request: Unread<ForwardedRequest>,
) -> Result<Response, ApiError> {
    allowance.spend(Use::Preview)?;
    let request = request.read().await?;
    if let Some(more) = NonZeroU32::new(bitmaps(&request.headers, &request.body).get() - 1) {
        allowance.spend_many(Use::Preview, more)?;
    }
    Ok(api.model.forward(&request).await?)
}

async fn forward(
    State(api): State<Arc<Api>>,
    allowance: Allowance,
    request: Unread<ForwardedRequest>,
) -> Result<Response, ApiError> {
    allowance.spend(Use::Read)?;
    Ok(api.model.forward(&request.read().await?).await?)
}

/// Forwards a request to load or unload a version. Each model service has its own loaded versions.
async fn forward_to_all(
    State(api): State<Arc<Api>>,
    allowance: Allowance,
    request: Unread<ForwardedRequest>,
) -> Result<Response, ApiError> {
    allowance.spend(Use::Read)?;
    Ok(api.model.forward_to_all(&request.read().await?).await?)
}

impl FromRequest<()> for ForwardedRequest {
    type Rejection = ApiError;

    async fn from_request(request: Request, (): &()) -> Result<Self, ApiError> {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let headers = request.headers().clone();
        let RawBody(body) = RawBody::from_request(request, &()).await?;
        Ok(Self { method, path, headers, body })
    }
}
