//! The body of `POST /predict`: an image, a form with an image, or JSON.

use crate::{
    ApiError,
    extract::{broken_body, media_type, too_large, whole_body},
};
use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request, multipart::MultipartError},
    http::StatusCode,
};
use wire::{Code, Input, Problem};

/// The largest image or JSON, in bytes.
pub const MAX_INPUT_BYTES: usize = 5_000_000;

/// The largest body, in bytes: an input and the overhead of a form.
pub(crate) const MAX_BODY_BYTES: usize = MAX_INPUT_BYTES + (64 << 10);

/// The drawing in the body of a request.
#[derive(Debug)]
pub struct DrawingInput(pub Input);

impl<S: Send + Sync> FromRequest<S> for DrawingInput {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (parse, bytes): (fn(Bytes) -> _, _) = match media_type(request.headers()).as_str() {
            "image/png" | "image/jpeg" | "image/webp" | "image/gif" => {
                (Input::image, whole_body(request, state).await?)
            }
            "application/json" => (Input::json, whole_body(request, state).await?),
            "multipart/form-data" => return image_form(request, state).await.map(|form| Self(form.input)),
            _ => return Err(unsupported()),
        };
        checked(bytes, parse).map(Self)
    }
}

/// A form that a page without a script posts: an image, the key of the page, and a box about training.
#[derive(Debug)]
pub struct ImageForm {
    /// The image of the field `file`.
    pub input: Input,
    /// The field `key`.
    pub key: Option<String>,
    /// Whether the box `may_train` is ticked.
    pub may_train: bool,
}

impl<S: Send + Sync> FromRequest<S> for ImageForm {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if media_type(request.headers()) != "multipart/form-data" {
            return Err(unsupported());
        }
        image_form(request, state).await
    }
}

/// The input of a body that is not too large.
fn checked<E>(bytes: Bytes, parse: impl FnOnce(Bytes) -> Result<Input, E>) -> Result<Input, ApiError>
where
    for<'a> Problem: From<&'a E>,
{
    if bytes.len() > MAX_INPUT_BYTES {
        return Err(too_large());
    }
    parse(bytes).map_err(|error| Problem::from(&error).into())
}

fn unsupported() -> ApiError {
    let detail = "Send an image as image/png, image/jpeg, image/webp or image/gif; a form as multipart/form-data \
                  with a field \"file\"; or strokes or pixels as application/json.";
    ApiError::new(Code::UnsupportedMediaType, detail)
}

/// Reads a form. Of several files, the first one counts.
async fn image_form<S: Send + Sync>(request: Request, state: &S) -> Result<ImageForm, ApiError> {
    let mut form = Multipart::from_request(request, state)
        .await
        .map_err(|_| ApiError::new(Code::InvalidForm, "The form's Content-Type names no boundary."))?;
    let (mut file, mut key, mut may_train) = (None, None, false);
    while let Some(field) = form.next_field().await.map_err(|error| broken_form(&error))? {
        match field.name() {
            Some("file") if file.is_none() => file = Some(field.bytes().await.map_err(|error| broken_form(&error))?),
            Some("key") => key = Some(field.text().await.map_err(|error| broken_form(&error))?),
            Some("may_train") => may_train = true, // a browser sends a box only if it is ticked
            _ => {}
        }
    }
    let missing = "The form has no field \"file\". Send the image in it.";
    let file = file.ok_or_else(|| ApiError::new(Code::InvalidForm, missing))?;
    if file.is_empty() {
        return Err(ApiError::new(Code::InvalidForm, "No file was chosen. Choose an image first."));
    }
    Ok(ImageForm { input: checked(file, Input::image)?, key, may_train })
}

fn broken_form(error: &MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return broken_body(error.status());
    }
    ApiError::new(Code::InvalidForm, "The form is damaged or incomplete. Send it again.")
}
