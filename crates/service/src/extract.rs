//! Extractors whose rejections are problems.

use crate::{ApiError, docs::parameters::model_version};
use axum::{
    body::Bytes,
    extract::{self, FromRequest, FromRequestParts, Request, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use digit::ModelVersion;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use std::{fmt::Display, str::FromStr};
use utoipa::IntoParams;
use wire::{Code, Problem};

/// The query string as a `T`.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query = extract::Query::from_request_parts(parts, state).await;
        query
            .map(|extract::Query(query)| Self(query))
            .map_err(|error| ApiError::new(Code::InvalidQuery, format!("{}.", error.body_text())))
    }
}

/// Reads a query parameter. An empty one counts as missing, because forms send empty fields, too.
///
/// # Errors
/// When the text is neither empty nor a `T`.
pub fn empty_as_none<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(D::Error::custom) }
}

/// The query parameter with the model version.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ModelQuery {
    /// The model version; the serving one by default. It must be loaded.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = model_version)]
    pub model: Option<ModelVersion>,
}

/// A requested addition to the answer to `POST /predict`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Include {
    /// The preprocessed drawing that the network classified.
    Bitmap,
}

impl FromStr for Include {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "bitmap" { Ok(Self::Bitmap) } else { Err("an answer can include the bitmap: ?include=bitmap") }
    }
}

/// A JSON object in the body as a `T`.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if media_type(request.headers()) != "application/json" {
            return Err(ApiError::new(Code::UnsupportedMediaType, "Send JSON as application/json."));
        }
        let bytes = whole_body(request, state).await?;
        wire::object(&bytes).map(Self).map_err(|error| {
            let detail = format!("The body is not the JSON that is expected here: {error}.");
            ApiError::new(Problem::code_of_json(&error), detail)
        })
    }
}

/// A body of any type.
#[derive(Debug)]
pub struct RawBody(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        whole_body(request, state).await.map(Self)
    }
}

/// The media type of `Content-Type` in lower case, without parameters; empty if there is none.
#[must_use]
pub fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    value.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Reads the whole body of a request.
pub(crate) async fn whole_body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state).await.map_err(|error: BytesRejection| broken_body(error.status()))
}

/// The error of a body that could not be read, from the status of axum's rejection.
pub(crate) fn broken_body(status: StatusCode) -> ApiError {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        too_large()
    } else {
        ApiError::new(Code::IncompleteBody, "The body is incomplete. Send it again.")
    }
}

/// The error of a body that is too large.
pub(crate) fn too_large() -> ApiError {
    ApiError::new(Code::PayloadTooLarge, "The body is larger than 5 MB. Send a smaller one.")
}
