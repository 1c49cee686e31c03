//! The pages with which people log in and manage accounts.

mod account;
mod audit;
mod invitation;
mod login;
mod overview;
mod people;

use super::site::{Address, NavItem, Site};
use crate::{
    Api, ApiAccess,
    access::{KnownBrowser, Routes},
    identity::{Actor, Caller, SecretToken, VisitorToken},
    secret_cookie::SecretCookie,
    store::{Credentials, NewSession},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use service::ApiError;
use std::sync::Arc;
use wire::Code;

pub(super) fn routes() -> Routes {
    Routes::default()
        .merge(login::routes())
        .merge(invitation::routes())
        .merge(account::routes())
        .merge(people::routes())
        .merge(overview::routes())
        .merge(audit::routes())
}

/// Succeeds if the service has accounts; without them, the pages do not exist.
struct WithAccounts;

impl FromRequestParts<Arc<Api>> for WithAccounts {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        match api.settings.access {
            ApiAccess::Accounts => Ok(Self),
            ApiAccess::Open => Err(ApiError::new(Code::NotFound, "There are accounts only with API_ACCESS=accounts.")),
        }
    }
}

/// Starts a session in this browser for a person whose password was checked, and redirects to a path. The browser gets a new
/// visitor, so that a copy of its old cookie reaches nothing that the person draws from now on.
async fn start_session(
    api: &Api,
    caller: &Caller,
    by: &Actor,
    person: &Credentials,
    path: &str,
) -> Result<Response, ApiError> {
    let (token, visitor) = (SecretToken::random(), VisitorToken::random());
    let new = NewSession {
        token,
        person,
        earlier_visitor: caller.visitor,
        visitor: visitor.id(),
        earlier_session: caller.account().map(|account| account.session),
    };
    if !api.store.start_session(by, new).await? {
        return Err(ApiError::new(Code::WrongPassword, "The password has just changed. Log in again."));
    }
    let mut headers = HeaderMap::new();
    append(&mut headers, SecretCookie::SESSION.set(&token.reveal(), &api.settings));
    append(&mut headers, SecretCookie::VISITOR.set(&visitor.cookie_value(), &api.settings));
    append(&mut headers, SecretCookie::KNOWN_BROWSER.set(&KnownBrowser::cookie_value(visitor), &api.settings));
    Ok((headers, Redirect::to(path)).into_response())
}

/// Removes what this browser holds of the person, and redirects to a path.
fn forget_session(api: &Api, path: &str) -> Response {
    let mut headers = HeaderMap::new();
    SecretCookie::forget_person(&mut headers, &api.settings);
    // The storage of the browser holds deletion tokens.
    headers.insert("clear-site-data", header::HeaderValue::from_static("\"storage\""));
    (headers, Redirect::to(path)).into_response()
}

fn append<E>(headers: &mut HeaderMap, cookie: Result<header::HeaderValue, E>) {
    if let Ok(cookie) = cookie {
        headers.append(header::SET_COOKIE, cookie);
    }
}

fn site(address: Address) -> Site {
    Site::new(NavItem::Account, address)
}
