//! The header `Idempotency-Key` of a submission.

use crate::idempotency::IdempotencyKey;
use axum::{extract::FromRequestParts, http::request::Parts};
use service::ApiError;
use utoipa::IntoParams;
use wire::Code;

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The `Idempotency-Key` of a request, if it has one.
#[derive(Debug, Clone, Copy, IntoParams)]
#[into_params(names("Idempotency-Key"), parameter_in = Header)]
pub(crate) struct Key(
    /// A random UUID (version 4) of the client's choice, a secret. A client that repeats the request under the same key
    /// within 24 hours, because no answer came, gets the answer of the first one instead of a second row.
    // No example, because Swagger UI would send it with each drawing.
    #[param(
        value_type = Option<String>,
        pattern = r#"^"?[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-4[0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}"?$"#
    )]
    pub(crate) Option<IdempotencyKey>,
);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut values = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let key = match (values.next(), values.next()) {
            (None, _) => return Ok(Self(None)),
            (Some(value), None) => value.to_str().ok().and_then(IdempotencyKey::parse),
            (Some(_), Some(_)) => None,
        };
        key.map(|key| Self(Some(key))).ok_or_else(|| {
            let detail = "An Idempotency-Key is one random UUID (version 4). Make a new one for each submission.";
            ApiError::new(Code::InvalidIdempotencyKey, detail)
        })
    }
}
