//! `/privacy`: what the service stores, who sees it and for how long, and how people delete their drawings.

use super::{
    PageRequest,
    form::Confirmed,
    html,
    site::{NavItem, Site},
};
use crate::{
    Api, ApiAccess,
    access::{Access, Routes},
    identity::{Actor, Caller, Scope},
    messages::Messages,
};
use askama::Template;
use axum::{
    extract::State,
    response::{Html, Redirect},
};
use serde::Deserialize;
use service::{ApiError, Query};
use std::sync::Arc;

pub(super) fn routes() -> Routes {
    let access = Access::Visitors(Scope::Predict);
    Routes::default().get(access, "/privacy", show).post(access, "/privacy/delete", delete)
}

#[derive(Template)]
#[template(path = "privacy.html")]
struct PrivacyPage {
    messages: &'static Messages,
    site: Site,
    /// A sentence that names the operator.
    operator: String,
    contact: Option<String>,
    imprint: Option<String>,
    /// A sentence about the readers of drawings.
    seen: &'static str,
    /// A sentence about the gallery, if there is one.
    gallery: Option<&'static str>,
    /// For how long the service holds drawings.
    how_long: String,
    /// For how long backups hold what was deleted.
    backups: String,
    /// Whether the drawings of the reader were just deleted.
    is_deleted: bool,
    /// Whether the service knows the reader, who may own drawings.
    is_known: bool,
}

#[derive(Debug, Deserialize)]
struct View {
    deleted: Option<String>,
}

async fn show(
    State(api): State<Arc<Api>>,
    PageRequest { messages, address, .. }: PageRequest,
    caller: Caller,
    Query(View { deleted }): Query<View>,
) -> Result<Html<String>, ApiError> {
    let (text, operator) = (&messages.privacy, &api.settings.operator);
    let seen = match api.settings.access {
        ApiAccess::Open => &text.seen_open,
        ApiAccess::Accounts => &text.seen_own,
    };
    html(&PrivacyPage {
        messages,
        site: Site::new(NavItem::Other, address),
        operator: match operator.operator_name.as_deref() {
            Some(name) => text.operator.with("name", name),
            None => text.operator_unknown.clone(),
        },
        contact: operator.contact.as_deref().map(|contact| text.contact.with("contact", contact)),
        imprint: operator.imprint_url.as_ref().map(ToString::to_string),
        seen,
        gallery: api.settings.has_public_gallery.then_some(&text.seen_gallery),
        how_long: match api.settings.retention_days {
            Some(days) => format!("{} {}", text.how_long_days.with("count", u64::from(days)), text.totals),
            None => text.how_long.clone(),
        },
        backups: match operator.backup_days {
            Some(days) => text.backups.with("count", u64::from(days)),
            None => text.backups_unknown.clone(),
        },
        is_deleted: deleted.is_some(),
        is_known: caller.owner().is_known(),
    })
}

/// Deletes all drawings of the reader.
async fn delete(State(api): State<Arc<Api>>, caller: Caller, actor: Actor, _: Confirmed) -> Result<Redirect, ApiError> {
    if caller.owner().is_known() {
        api.store.delete_all_of(&actor, caller.owner()).await?;
    }
    Ok(Redirect::to("/privacy?deleted=1"))
}
