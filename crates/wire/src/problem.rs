//! Problems in the format of RFC 9457 (Problem Details for HTTP APIs).

use crate::InputError;
use digit::preprocessing::PreprocessingError;
use serde::{Deserialize, Serialize};

/// The media type of a [`Problem`].
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The body of every error response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI that names the kind of problem: `urn:digits:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The title of the kind of problem, which is always the same.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// A description of the error, with advice for the client.
    pub detail: String,
    /// The kind of problem for programs. Its meaning never changes.
    pub code: Code,
}

impl Problem {
    /// A problem of this kind.
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

            /// Its title.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$code => $title,)* }
            }
        }
    };
}

codes! {
    /// The input is blank.
    BlankImage => 422 "Nothing is drawn",
    /// The bytes are not an image of a supported format.
    NotAnImage => 422 "Not an image",
    /// The image is truncated or damaged.
    CorruptImage => 422 "Damaged image",
    /// The image has too many pixels.
    ImageTooLarge => 413 "Too many pixels",
    /// The body has too many bytes.
    PayloadTooLarge => 413 "Too many bytes",
    /// The media type of the body is not supported.
    UnsupportedMediaType => 415 "Unsupported type",
    /// The body is not JSON.
    InvalidJson => 400 "Not JSON",
    /// The body is not a form with a file.
    InvalidForm => 400 "Not the expected form",
    /// The body is incomplete.
    IncompleteBody => 400 "The body broke off",
    /// The body is JSON or a form, but its content is invalid.
    InvalidInput => 422 "Not what is expected",
    /// The query string is invalid.
    InvalidQuery => 400 "Not the expected query",
    /// The request has no valid credential.
    Unauthenticated => 401 "No valid credential",
    /// The name and the password do not belong together.
    WrongPassword => 401 "Wrong name or password",
    /// The account or the API token does not allow this.
    Forbidden => 403 "Not allowed",
    /// An operator has blocked the visitor or the address.
    Blocked => 403 "Blocked",
    /// The password breaks a rule.
    InvalidPassword => 422 "Not a good password",
    /// The invitation code is wrong, used or expired.
    InvalidInvitation => 422 "Not a valid invitation",
    /// Another person has the name.
    NameTaken => 409 "The name is taken",
    /// Nobody else could manage the service.
    LastOperator => 409 "The last operator",
    /// The client sends too many requests.
    RateLimited => 429 "Too many requests",
    /// The header `Idempotency-Key` is invalid.
    InvalidIdempotencyKey => 422 "Not an idempotency key",
    /// The key belongs to another submission.
    IdempotencyKeyReused => 422 "The idempotency key belongs to another submission",
    /// The drawing was recorded and deleted.
    Deleted => 410 "Deleted",
    /// The deletion token does not belong to the drawing.
    NotYours => 403 "Not yours",
    /// A page of another site sent the request.
    CrossSiteRequest => 403 "Sent by another site",
    /// The path does not exist.
    NotFound => 404 "Not found",
    /// The requested model version is not loaded, or not in the registry.
    UnknownModel => 404 "No such model",
    /// The state of the model does not allow this.
    ModelState => 409 "Not in this state of the model",
    /// The path does not support this method.
    MethodNotAllowed => 405 "Method not allowed",
    /// The request took too long.
    Timeout => 408 "Took too long",
    /// The header `Host` names another service. Any path but a probe may answer so.
    MisdirectedRequest => 421 "Not the address of this service",
    /// The client has submitted as many drawings as one may in a day.
    QuotaExceeded => 429 "Daily quota reached",
    /// All inputs together are as large as they may be.
    StorageFull => 507 "Storage full",
    /// The service is overloaded.
    Overloaded => 429 "Too busy",
    /// The model service is unavailable.
    ModelUnavailable => 503 "The model is unavailable",
    /// The database is unavailable.
    DatabaseUnavailable => 503 "The database is unavailable",
    /// The limit of connections is reached. Any path may answer so.
    TooManyConnections => 503 "Too many connections",
    /// The service is about to stop.
    Stopping => 503 "Stopping",
    /// A defect of the service.
    Internal => 500 "A defect on our side",
}

impl Problem {
    /// The code of a JSON error: malformed JSON, or valid JSON with an invalid content.
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
            InputError::NotAnImage(error) => return error.into(),
            InputError::Json(json) => Self::code_of_json(json),
            InputError::Neither | InputError::Canvas => Code::InvalidInput,
        };
        Self::new(code, sentence(error))
    }
}

/// The message of an error as a sentence.
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
    fn type_code_and_status_of_a_problem_agree() {
        let problem = Problem::from(&PreprocessingError::Blank);
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(json["type"], "urn:digits:problem:blank_image");
        assert_eq!((json["code"].as_str(), json["status"].as_u64()), (Some("blank_image"), Some(422)));
        assert_eq!(json["detail"], "Nothing is drawn here. Draw a digit that stands out from its background.");
    }
}
