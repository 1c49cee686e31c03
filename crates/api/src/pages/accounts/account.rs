//! `/account`: a person's password and sessions, and for operators the API tokens.

use super::{WithAccounts, forget_session, site, start_session};
use crate::{
    Api,
    access::{Access, KnownBrowser, Routes, log_in},
    identity::{Account, Actor, Caller, Role, Scope, SecretToken, is_valid_name},
    messages::{Messages, Notice, TimeZone},
    pages::{
        PageRequest,
        form::{PageForm, notice, with_status},
        site::Site,
    },
    store::{Action, ApiToken, NewApiToken, Session},
};
use askama::Template;
use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use form_urlencoded::parse;
use serde::Deserialize;
use service::ApiError;
use std::sync::Arc;
use uuid::Uuid;
use wire::Code;

/// The lifetimes of API tokens that the page offers, in days.
const DAYS: [u16; 3] = [7, 90, 365];

pub(super) fn routes() -> Routes {
    Routes::default()
        .get(Access::Accounts, "/account", show)
        .post(Access::Accounts, "/account/password", change_password)
        .post(Access::Accounts, "/account/sessions/end", end_session)
        .post(Access::Operators(None), "/account/tokens", create_token)
        .post(Access::Operators(None), "/account/tokens/revoke", revoke_token)
}

#[derive(Template)]
#[template(path = "accounts/account.html")]
struct AccountPage {
    messages: &'static Messages,
    site: Site,
    notice: Option<&'static Notice>,
    /// A sentence with the name and the role of the reader.
    signed_in: String,
    name: String,
    sessions: Vec<SessionRow>,
    /// `None` for people who may not manage API tokens.
    tokens: Option<Vec<TokenRow>>,
    /// The text of the token that was just made.
    new_token: Option<String>,
    scopes: [&'static str; Scope::ALL.len()],
    days: [u16; DAYS.len()],
}

struct SessionRow {
    id: String,
    began: String,
    used: String,
    is_this: bool,
}

struct TokenRow {
    id: String,
    name: String,
    user: String,
    scopes: String,
    expires: String,
    used: String,
    is_revoked: bool,
}

/// The page of an account, with what it says about the last form: a problem, or a new API token.
async fn page(
    api: &Api,
    PageRequest { messages, zone, address }: PageRequest,
    account: Account,
    failure: Option<ApiError>,
    new_token: Option<String>,
) -> Result<Response, ApiError> {
    let sessions = api.store.sessions(account.user).await?;
    let tokens = if account.role == Role::Operator { Some(api.store.tokens().await?) } else { None };
    let page = AccountPage {
        messages,
        site: site(address),
        notice: notice(messages, failure.as_ref()),
        signed_in: messages.accounts.signed_in.format([
            ("name", account.name.as_str().into()),
            ("role", messages.accounts.roles.of(account.role).into()),
        ]),
        sessions: sessions.iter().map(|row| SessionRow::new(messages, &zone, row, &account)).collect(),
        tokens: tokens.map(|tokens| tokens.iter().map(|row| TokenRow::new(messages, &zone, row)).collect()),
        name: account.name,
        new_token,
        scopes: Scope::ALL.map(Scope::name),
        days: DAYS,
    };
    Ok(with_status(failure, &page))
}

impl SessionRow {
    fn new(messages: &'static Messages, zone: &TimeZone, row: &Session, account: &Account) -> Self {
        Self {
            id: row.id.to_string(),
            began: messages.moment(row.created_at, zone),
            used: messages.moment(row.used_at, zone),
            is_this: row.id == account.session,
        }
    }
}

impl TokenRow {
    fn new(messages: &'static Messages, zone: &TimeZone, row: &ApiToken) -> Self {
        let used = row.last_used_on.map(|day| messages.day(day.midnight().assume_utc(), zone));
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            user: row.user.clone(),
            scopes: row.scopes.join(", "),
            expires: messages.day(row.expires_at, zone),
            used: used.unwrap_or_else(|| messages.accounts.never.clone()),
            is_revoked: row.revoked_at.is_some(),
        }
    }
}

async fn show(State(api): State<Arc<Api>>, request: PageRequest, account: Account) -> Result<Response, ApiError> {
    page(&api, request, account, None, None).await
}

#[derive(Deserialize)]
struct PasswordForm {
    old: String,
    new: String,
}

async fn change_password(
    State(api): State<Arc<Api>>,
    request: PageRequest,
    account: Account,
    caller: Caller,
    actor: Actor,
    browser: KnownBrowser,
    PageForm(PasswordForm { old, new }): PageForm<PasswordForm>,
) -> Result<Response, ApiError> {
    let changed = async {
        let checked = log_in(&api, &actor, browser, &account.name, &old).await?;
        let hash = api.passwords.hash(&account.name, &new).await?;
        let changed = api.store.change_password(&actor, &checked, &hash).await?;
        let detail = "The password has just changed. Log in again.";
        let person = changed.ok_or_else(|| ApiError::new(Code::WrongPassword, detail))?;
        start_session(&api, &caller, &actor, &person, "/account").await
    };
    match changed.await {
        Ok(response) => Ok(response),
        Err(failure) => page(&api, request, account, Some(failure), None).await,
    }
}

#[derive(Deserialize)]
struct SessionForm {
    /// The session to end; empty for all of them.
    id: String,
}

async fn end_session(
    State(api): State<Arc<Api>>,
    account: Account,
    actor: Actor,
    PageForm(SessionForm { id }): PageForm<SessionForm>,
) -> Result<Response, ApiError> {
    let session = match id.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| ApiError::new(Code::InvalidInput, "There is no session with this id."))?),
    };
    api.store.end_sessions(&actor, account.user, session, Action::EndSession).await?;
    if session.is_none_or(|session: Uuid| session == account.session) {
        return Ok(forget_session(&api, "/login"));
    }
    Ok(Redirect::to("/account").into_response())
}

async fn create_token(
    State(api): State<Arc<Api>>,
    request: PageRequest,
    account: Account,
    actor: Actor,
    form: Bytes,
) -> Result<Response, ApiError> {
    let token = SecretToken::random();
    let created = async {
        let TokenForm { name, scopes, days } = TokenForm::parse(&form)?;
        let new = NewApiToken { name: &name, user: &account.name, scopes: &scopes, days };
        let created = api.store.create_token(&actor, token, new).await?;
        let gone = || ApiError::new(Code::Forbidden, "Your account was disabled.");
        created.map(|_| token.reveal_api_token()).ok_or_else(gone)
    };
    let (failure, text) = match created.await {
        Ok(text) => (None, Some(text)),
        Err(failure) => (Some(failure), None),
    };
    page(&api, request, account, failure, text).await
}

/// The form of a new token. It has a field `scope` for each scope.
struct TokenForm {
    name: String,
    scopes: Vec<Scope>,
    days: u16,
}

impl TokenForm {
    fn parse(form: &[u8]) -> Result<Self, ApiError> {
        let (mut name, mut scopes, mut days) = (String::new(), Vec::new(), 0);
        for (field, value) in parse(form) {
            match &*field {
                "name" => name = value.into_owned(),
                "scope" => scopes.extend(Scope::from_name(&value)),
                "days" => days = value.parse().unwrap_or(0),
                _ => {}
            }
        }
        if !is_valid_name(&name) || scopes.is_empty() || !(1..=366).contains(&days) {
            let detail = "A token needs a name of 1 to 64 characters, a scope, and a lifetime of 1 to 366 days.";
            return Err(ApiError::new(Code::InvalidInput, detail));
        }
        Ok(Self { name, scopes, days })
    }
}

#[derive(Deserialize)]
struct RevokeForm {
    id: Uuid,
}

async fn revoke_token(
    _: WithAccounts,
    State(api): State<Arc<Api>>,
    actor: Actor,
    PageForm(RevokeForm { id }): PageForm<RevokeForm>,
) -> Result<Redirect, ApiError> {
    api.store.revoke_token(&actor, id).await?;
    Ok(Redirect::to("/account"))
}
