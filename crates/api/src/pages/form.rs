//! The forms of the pages: their fields, and the page that shows a form again with its problem.

use super::{html, in_place_of};
use crate::messages::{Messages, Notice};
use askama::Template;
use axum::{
    extract::{Form, FromRequest, Request},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, de::DeserializeOwned};
use service::ApiError;
use wire::Code;

/// The largest number of characters of a reason.
pub(super) const LONGEST_REASON: usize = 200;

/// The fields of a form.
pub(super) struct PageForm<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for PageForm<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let form = Form::from_request(request, state).await;
        form.map(|Form(form)| Self(form))
            .map_err(|error| ApiError::new(Code::InvalidForm, format!("{}.", error.body_text())))
    }
}

/// A form that deletes something, whose reader has ticked its box to confirm.
pub(super) struct Confirmed;

#[derive(Debug, Deserialize)]
struct Confirmation {
    confirmed: Option<String>,
}

impl<S: Send + Sync> FromRequest<S> for Confirmed {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let form = Form::<Confirmation>::from_request(request, state).await;
        let is_confirmed = form.is_ok_and(|Form(form)| form.confirmed.is_some());
        is_confirmed.then_some(Self).ok_or_else(|| ApiError::new(Code::InvalidInput, "Tick the box to confirm."))
    }
}

/// The reason that an operator gives, without spaces at its ends; `None` if it is empty, too long, or has control characters.
pub(super) fn reason(text: &str) -> Option<&str> {
    let reason = text.trim();
    let is_valid = (1..=LONGEST_REASON).contains(&reason.chars().count()) && !reason.chars().any(char::is_control);
    is_valid.then_some(reason)
}

/// The page of a form, with the status and headers of a problem if there is one.
pub(super) fn with_status(failure: Option<ApiError>, page: &impl Template) -> Response {
    match failure {
        None => html(page).into_response(),
        Some(failure) => in_place_of(failure.into_response(), page),
    }
}

/// The notice about a problem.
pub(super) fn notice(messages: &'static Messages, failure: Option<&ApiError>) -> Option<&'static Notice> {
    failure.map(|failure| messages.problems.of(failure.problem.code))
}
