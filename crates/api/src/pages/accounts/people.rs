//! `/people`: operators invite people, change roles, and end accounts.

use super::site;
use crate::{
    Api,
    access::{Access, Routes},
    identity::{Account, Actor, InvitationCode, PERSON_NAME_RULE, Role, is_valid_name, is_valid_person_name},
    messages::{Messages, Notice, TimeZone},
    pages::{
        PageRequest,
        form::{PageForm, notice, with_status},
        site::Site,
    },
    store::{User, UserChange, UserError},
};
use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use service::ApiError;
use std::sync::Arc;
use wire::{Code, Share};

pub(super) fn routes() -> Routes {
    let access = Access::Operators(None);
    Routes::default().get(access, "/people", show).post(access, "/people", change)
}

#[derive(Template)]
#[template(path = "accounts/people.html")]
struct PeoplePage {
    messages: &'static Messages,
    site: Site,
    notice: Option<&'static Notice>,
    people: Vec<PersonRow>,
    invitation: Option<Invitation>,
}

struct PersonRow {
    name: String,
    role: &'static str,
    /// The name of the role that the person does not have.
    other_role: &'static str,
    make_other_role: String,
    state: &'static str,
    seen: String,
    /// The agreement on gold drawings; empty without gold answers.
    agreement: String,
    labels_count: bool,
    is_disabled: bool,
    /// Whether this is the reader.
    is_self: bool,
}

/// The code of a person who was just invited. Nobody can see it again.
struct Invitation {
    text: String,
    code: String,
}

#[derive(Deserialize)]
struct PeopleForm {
    name: String,
    action: PeopleAction,
    role: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PeopleAction {
    Invite,
    Reset,
    SetRole,
    Disable,
    Enable,
    IgnoreLabels,
    CountLabels,
}

async fn show(State(api): State<Arc<Api>>, request: PageRequest, account: Account) -> Result<Response, ApiError> {
    page(&api, request, &account, Ok(None)).await
}

async fn change(
    State(api): State<Arc<Api>>,
    request: PageRequest,
    account: Account,
    actor: Actor,
    PageForm(form): PageForm<PeopleForm>,
) -> Result<Response, ApiError> {
    let outcome = apply(&api, request.messages, &actor, form).await;
    page(&api, request, &account, outcome).await
}

async fn apply(
    api: &Api,
    messages: &'static Messages,
    by: &Actor,
    form: PeopleForm,
) -> Result<Option<Invitation>, ApiError> {
    let PeopleForm { name, action, role } = form;
    let role = || {
        let role = role.as_deref().and_then(Role::from_name);
        role.ok_or_else(|| ApiError::new(Code::InvalidInput, "A role is labeller or operator."))
    };
    // People whom an import added have names that nobody can be invited with.
    let is_valid = if matches!(action, PeopleAction::Invite) { is_valid_person_name } else { is_valid_name };
    if !is_valid(&name) {
        return Err(ApiError::new(Code::InvalidInput, PERSON_NAME_RULE));
    }
    let code = InvitationCode::random();
    match action {
        PeopleAction::Invite => {
            api.store.invite(by, &name, role()?, code).await?;
        }
        PeopleAction::Reset => api.store.reset_password(by, &name, code, true).await?,
        PeopleAction::SetRole => {
            api.store.change_user(by, &name, UserChange::Role(role()?)).await?;
            return Ok(None);
        }
        PeopleAction::Disable | PeopleAction::Enable => {
            let is_disabling = matches!(action, PeopleAction::Disable);
            let change = if is_disabling { UserChange::Disable } else { UserChange::Enable };
            api.store.change_user(by, &name, change).await?;
            return Ok(None);
        }
        PeopleAction::IgnoreLabels | PeopleAction::CountLabels => {
            let do_count = matches!(action, PeopleAction::CountLabels);
            api.store.set_labels_count(by, &name, do_count).await?;
            return Ok(None);
        }
    }
    let base = api.settings.public_url.as_ref().map_or_else(String::new, |url| url.with_path(""));
    let address = format!("{base}/invitation");
    let values = [("name", name.as_str().into()), ("address", address.as_str().into())];
    Ok(Some(Invitation { text: messages.accounts.invitation.format(values), code: code.reveal() }))
}

async fn page(
    api: &Api,
    PageRequest { messages, zone, address }: PageRequest,
    account: &Account,
    outcome: Result<Option<Invitation>, ApiError>,
) -> Result<Response, ApiError> {
    let people = api.store.users().await?;
    let (invitation, failure) = match outcome {
        Ok(invitation) => (invitation, None),
        Err(failure) => (None, Some(failure)),
    };
    let people = people.into_iter().map(|user| PersonRow::new(messages, &zone, user, account)).collect();
    let page =
        PeoplePage { messages, site: site(address), notice: notice(messages, failure.as_ref()), people, invitation };
    Ok(with_status(failure, &page))
}

impl PersonRow {
    fn new(messages: &'static Messages, zone: &TimeZone, user: User, account: &Account) -> Self {
        let text = &messages.accounts;
        let other = if user.role == Role::Operator { Role::Labeller } else { Role::Operator };
        let state = match (user.is_disabled, user.has_password) {
            (true, _) => &text.disabled,
            (false, true) => &text.active,
            (false, false) => &text.invited,
        };
        Self {
            role: text.roles.of(user.role),
            other_role: other.name(),
            make_other_role: text.make_role.with("role", text.roles.of(other)),
            state,
            seen: user.last_seen.map_or_else(String::new, |seen| messages.moment(seen, zone)),
            agreement: agreed(messages, &user.agreement),
            labels_count: user.labels_count,
            is_disabled: user.is_disabled,
            is_self: user.id == account.user,
            name: user.name,
        }
    }
}

/// The agreement of a labeller with operators; empty without gold answers.
fn agreed(messages: &Messages, agreement: &Share) -> String {
    if agreement.total == 0 {
        return String::new();
    }
    let (agreed, total) = (messages.count(agreement.count), messages.count(agreement.total));
    let interval = messages.interval(agreement);
    let values = [("agreed", agreed.as_str().into()), ("total", total.as_str().into())];
    messages.accounts.agreed.format(values.into_iter().chain([("interval", interval.as_str().into())]))
}

impl From<UserError> for ApiError {
    fn from(error: UserError) -> Self {
        let code = match error {
            UserError::Store(error) => return error.into(),
            UserError::Unknown => Code::NotFound,
            UserError::NameTaken => Code::NameTaken,
            UserError::LastOperator => Code::LastOperator,
        };
        Self::new(code, format!("{error}."))
    }
}
