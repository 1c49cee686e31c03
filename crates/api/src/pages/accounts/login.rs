//! `/login` and `/logout`.

use super::{WithAccounts, forget_session, site, start_session};
use crate::{
    Api,
    access::{Access, KnownBrowser, Routes, log_in},
    identity::{Account, Actor, Caller},
    messages::{Messages, Notice},
    pages::{
        PageRequest,
        form::{PageForm, notice, with_status},
        site::Site,
    },
    store::Action,
};
use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use service::{ApiError, Query};
use std::sync::Arc;

pub(super) fn routes() -> Routes {
    Routes::default().get(Access::Everybody, "/login", show).post(Access::Everybody, "/login", submit).post(
        Access::Accounts,
        "/logout",
        log_out,
    )
}

#[derive(Template)]
#[template(path = "accounts/login.html")]
struct LoginPage {
    messages: &'static Messages,
    site: Site,
    notice: Option<&'static Notice>,
    name: String,
    /// The path to open after the login; empty for the account.
    next: String,
}

#[derive(Debug, Deserialize)]
struct View {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct LoginForm {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

async fn show(
    _: WithAccounts,
    PageRequest { messages, address, .. }: PageRequest,
    caller: Caller,
    Query(View { next }): Query<View>,
) -> Response {
    if caller.account().is_some() {
        return Redirect::to(local(&next)).into_response();
    }
    with_status(None, &LoginPage { messages, site: site(address), notice: None, name: String::new(), next })
}

async fn submit(
    _: WithAccounts,
    State(api): State<Arc<Api>>,
    PageRequest { messages, address, .. }: PageRequest,
    caller: Caller,
    actor: Actor,
    browser: KnownBrowser,
    PageForm(LoginForm { name, password, next }): PageForm<LoginForm>,
) -> Response {
    let logged_in = async {
        let person = log_in(&api, &actor, browser, &name, &password).await?;
        start_session(&api, &caller, &actor.named(&person.name), &person, local(&next)).await
    };
    match logged_in.await {
        Ok(response) => response,
        Err(failure) => {
            let notice = notice(messages, Some(&failure));
            with_status(Some(failure), &LoginPage { messages, site: site(address), notice, name, next })
        }
    }
}

async fn log_out(State(api): State<Arc<Api>>, account: Account, actor: Actor) -> Result<Response, ApiError> {
    api.store.end_sessions(&actor, account.user, Some(account.session), Action::Logout).await?;
    Ok(forget_session(&api, "/"))
}

/// A path of this service; the account page in place of any other address, so that nobody can send people elsewhere.
fn local(next: &str) -> &str {
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(|char: char| char == '\\' || char.is_control());
    if is_local { next } else { "/account" }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn only_paths_of_this_service_are_opened_after_a_login() {
        assert_eq!(local("/label?after=1"), "/label?after=1");
        for elsewhere in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/a\nb",
            "/\t/evil.example",
            "/\u{1}",
        ] {
            assert_eq!(local(elsewhere), "/account", "{elsewhere:?}");
        }
    }
}
