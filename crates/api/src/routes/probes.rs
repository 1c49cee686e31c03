//! `GET /livez` and `/readyz`: whether the service lives, and whether all that it needs does.

use crate::Api;
use axum::{Router, extract::State, routing::get};
use service::Failure;

pub(super) fn router() -> Router<Api> {
    Router::new().route("/livez", get(livez)).route("/readyz", get(readyz))
}

async fn livez() -> &'static str {
    "ok\n"
}

async fn readyz(State(api): State<Api>) -> Result<&'static str, Failure> {
    api.readiness.check()?;
    api.store.ready().await?;
    api.model.ready().await?;
    Ok("ok\n")
}
