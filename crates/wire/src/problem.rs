//! What went wrong, as RFC 9457 (Problem Details for HTTP APIs) has it.

use crate::InputError;
use digit::preprocessing::PreprocessingError;
use serde::{Deserialize, Serialize};

/// The media type of a [`Problem`].
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The body of every error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI that names the kind of problem: `urn:digits:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in words, the same each time.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time and what to do about it.
    pub detail: String,
    /// The kind of problem for programs; it never changes its meaning.
    pub code: Code,
}

impl Problem {
    /// A problem with what happened this time.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let name = serde_json::to_value(code).ok();
        let name = name.as_ref().and_then(|name| name.as_str()).unwrap_or("unknown");
        Self {
            kind: format!("urn:digits:problem:{name}"),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            code,
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident => $status:literal $title:literal,)*) => {
        /// The kinds of problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($(#[$doc])* $code,)*
        }

        impl Code {
            /// Its HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$code => $status,)* }
            }

            /// Its name in words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$code => $title,)* }
            }
        }
    };
}

codes! {
    /// Nothing is drawn.
    BlankImage => 422 "Nothing is drawn",
    /// The bytes are no image of a known format.
    NotAnImage => 422 "Not an image",
    /// The image is truncated or damaged.
    CorruptImage => 422 "Damaged image",
    /// The image has too many pixels.
    ImageTooLarge => 413 "Too many pixels",
    /// The body has too many bytes.
    PayloadTooLarge => 413 "Too many bytes",
    /// The body is of a type that is not read here.
    UnsupportedMediaType => 415 "Unsupported type",
    /// The body is not JSON.
    InvalidJson => 400 "Not JSON",
    /// The body is not a form with a file.
    InvalidForm => 400 "Not the expected form",
    /// The body broke off.
    IncompleteBody => 400 "The body broke off",
    /// The body is JSON or a form, but not what is asked for.
    InvalidInput => 422 "Not what is expected",
    /// The query string is wrong.
    InvalidQuery => 400 "Not the expected query",
    /// The request has no credential.
    Unauthenticated => 401 "No credential",
    /// The header `Idempotency-Key` is no key.
    InvalidIdempotencyKey => 422 "Not an idempotency key",
    /// The key belongs to another submission.
    IdempotencyKeyReused => 422 "The idempotency key belongs to another submission",
    /// The drawing was recorded and deleted.
    Deleted => 410 "Deleted",
    /// The drawing was submitted by somebody else.
    NotYours => 403 "Not yours",
    /// A page of another site sent the request.
    CrossSiteRequest => 403 "Sent by another site",
    /// There is nothing at this address.
    NotFound => 404 "Not found",
    /// The model that is asked for is not loaded.
    UnknownModel => 404 "No such model",
    /// The address does not take this method.
    MethodNotAllowed => 405 "Method not allowed",
    /// The body took too long to arrive, or the answer to be made.
    Timeout => 408 "Took too long",
    /// There are more requests than can be answered.
    Overloaded => 429 "Too busy",
    /// The model service is unavailable.
    ModelUnavailable => 503 "The model is unavailable",
    /// The database is unavailable.
    DatabaseUnavailable => 503 "The database is unavailable",
    /// More connections are open than may be; any address may answer so.
    TooManyConnections => 503 "Too many connections",
    /// The service is about to stop.
    Stopping => 503 "Stopping",
    /// A defect of the service.
    Internal => 500 "A defect on our side",
}

impl Problem {
    /// The kind of a body that is no JSON at all, or JSON that is well-formed but not what is asked for.
    #[must_use]
    pub fn code_of_json(error: &serde_json::Error) -> Code {
        if error.is_data() { Code::InvalidInput } else { Code::InvalidJson }
    }
}

impl From<&PreprocessingError> for Problem {
    fn from(error: &PreprocessingError) -> Self {
        let (code, advice) = match error {
            PreprocessingError::NotAnImage => (Code::NotAnImage, "Send a PNG, JPEG, WebP or GIF."),
            PreprocessingError::Corrupt(_) => (Code::CorruptImage, "Save it again, or send another."),
            PreprocessingError::TooLarge { .. } => (Code::ImageTooLarge, "Send a smaller one."),
            PreprocessingError::Blank => (Code::BlankImage, "Draw a digit that stands out from its background."),
        };
        Self::new(code, format!("{} {advice}", sentence(error)))
    }
}

impl From<&InputError> for Problem {
    fn from(error: &InputError) -> Self {
        let code = match error {
            InputError::NotAnImage(ink) => return ink.into(),
            InputError::Json(json) => Self::code_of_json(json),
            InputError::Neither | InputError::Canvas => Code::InvalidInput,
        };
        Self::new(code, sentence(error))
    }
}

/// An error's message as a sentence for people.
fn sentence(error: &dyn std::fmt::Display) -> String {
    let message = error.to_string();
    let mut rest = message.chars();
    let first = rest.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(rest).chain(['.']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_its_kind_three_times_the_same() {
        let problem = Problem::from(&PreprocessingError::Blank);
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(json["type"], "urn:digits:problem:blank_image");
        assert_eq!((json["code"].as_str(), json["status"].as_u64()), (Some("blank_image"), Some(422)));
        assert_eq!(json["detail"], "Nothing is drawn here. Draw a digit that stands out from its background.");
    }
}
