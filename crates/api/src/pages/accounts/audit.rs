//! `/audit`: operators read the audit log.

use super::{WithAccounts, site};
use crate::{
    Api,
    access::{Access, Routes},
    messages::Messages,
    pages::{PageRequest, html, site::Site},
    store::AuditEntry,
};
use askama::Template;
use axum::{extract::State, response::Html};
use serde::Deserialize;
use service::{ApiError, Query};
use std::sync::Arc;

/// The number of entries on a page.
const PAGE: u8 = 100;

pub(super) fn routes() -> Routes {
    Routes::default().get(Access::Operators(None), "/audit", show)
}

#[derive(Debug, Deserialize)]
struct View {
    /// Show entries older than this one.
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "accounts/audit.html")]
struct AuditPage {
    messages: &'static Messages,
    site: Site,
    rows: Vec<Row>,
    /// The address of older entries.
    older: Option<String>,
}

struct Row {
    when: String,
    entry: AuditEntry,
}

async fn show(
    _: WithAccounts,
    State(api): State<Arc<Api>>,
    PageRequest { messages, zone, address }: PageRequest,
    Query(View { before }): Query<View>,
) -> Result<Html<String>, ApiError> {
    let (entries, next) = api.store.audit_log(PAGE, before).await?;
    let older = next.map(|id| address.with("before", &id.to_string()));
    let rows = entries.into_iter().map(|entry| Row { when: messages.moment(entry.created_at, &zone), entry }).collect();
    html(&AuditPage { messages, site: site(address), rows, older })
}
