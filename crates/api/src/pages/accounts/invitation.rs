//! `/invitation`: an invited person sets a password with a code.

use super::{WithAccounts, site, start_session};
use crate::{
    Api,
    access::{Access, Routes},
    identity::{Actor, Caller, InvitationCode},
    messages::{Messages, Notice},
    pages::{
        PageRequest,
        form::{PageForm, notice, with_status},
        site::Site,
    },
};
use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use service::ApiError;
use std::sync::Arc;
use wire::Code;

pub(super) fn routes() -> Routes {
    Routes::default().get(Access::Everybody, "/invitation", show).post(Access::Everybody, "/invitation", submit)
}

#[derive(Template)]
#[template(path = "accounts/invitation.html")]
struct InvitationPage {
    messages: &'static Messages,
    site: Site,
    notice: Option<&'static Notice>,
    code: String,
}

#[derive(Deserialize)]
struct InvitationForm {
    code: String,
    password: String,
}

async fn show(_: WithAccounts, PageRequest { messages, address, .. }: PageRequest) -> Response {
    with_status(None, &InvitationPage { messages, site: site(address), notice: None, code: String::new() })
}

async fn submit(
    _: WithAccounts,
    State(api): State<Arc<Api>>,
    PageRequest { messages, address, .. }: PageRequest,
    caller: Caller,
    actor: Actor,
    PageForm(InvitationForm { code, password }): PageForm<InvitationForm>,
) -> Response {
    match accept(&api, &caller, actor, &code, &password).await {
        Ok(response) => response,
        Err(failure) => {
            let notice = notice(messages, Some(&failure));
            with_status(Some(failure), &InvitationPage { messages, site: site(address), notice, code })
        }
    }
}

async fn accept(api: &Api, caller: &Caller, actor: Actor, code: &str, password: &str) -> Result<Response, ApiError> {
    let invalid = || {
        let detail = "The code is wrong, used or older than 15 minutes. Ask an operator for a new one.";
        ApiError::new(Code::InvalidInvitation, detail)
    };
    let attempt = api.logins.start_code(actor.address)?;
    let invited = match invited(api, code).await {
        Ok(invited) => invited,
        Err(failure) => {
            attempt.take_back();
            return Err(failure);
        }
    };
    let Some((code, name)) = invited else {
        api.store.record_refused_login(&actor, Actor::INVITATION_CODE).await?;
        return Err(invalid());
    };
    attempt.succeeded();
    let hash = api.passwords.hash(&name, password).await?;
    let actor = actor.named(&name);
    let person = api.store.accept_invitation(&actor, code, &hash).await?.ok_or_else(invalid)?;
    start_session(api, caller, &actor, &person, "/account").await
}

/// A valid code with the name of the person whom it invites.
async fn invited(api: &Api, code: &str) -> Result<Option<(InvitationCode, String)>, ApiError> {
    let Some(code) = InvitationCode::parse(code) else { return Ok(None) };
    Ok(api.store.invited(code).await?.map(|name| (code, name)))
}
