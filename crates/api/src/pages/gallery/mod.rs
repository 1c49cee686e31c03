//! `/gallery`: the bitmaps of drawings, newest first, and reports about them.

mod review;

use super::{
    PageRequest, html,
    site::{Address, NavItem, Site},
};
use crate::{
    Api,
    access::{Access, Allowance, Routes, Use},
    extract::{PathId, WithGallery, unknown_prediction},
    messages::Messages,
    store::{GalleryState, ReportReason},
};
use askama::Template;
use axum::{
    extract::{Form, State, rejection::FormRejection},
    response::{Html, Redirect},
};
use serde::Deserialize;
use service::{ApiError, Query};
use std::sync::Arc;
use uuid::Uuid;
use wire::{Code, GalleryDrawing};

/// Drawings on a page.
const PAGE: u8 = 96;

pub(super) fn routes() -> Routes {
    let everybody = Access::Everybody;
    Routes::default()
        .get(everybody, "/gallery", gallery)
        .get(everybody, "/gallery/{id}", drawing)
        .post(everybody, "/gallery/{id}/report", report)
        .merge(review::routes())
}

#[derive(Debug, Deserialize)]
struct View {
    /// Show drawings older than this one.
    before: Option<Uuid>,
    /// Whether the reader has just reported a drawing.
    reported: Option<String>,
}

#[derive(Template)]
#[template(path = "gallery/gallery.html")]
struct GalleryPage {
    messages: &'static Messages,
    site: Site,
    drawings: Vec<GalleryDrawing>,
    /// The address of the next page, with older drawings.
    older: Option<String>,
    /// Whether this is the first page.
    is_newest: bool,
    is_reported: bool,
}

async fn gallery(
    _: WithGallery,
    State(api): State<Arc<Api>>,
    PageRequest { messages, address, .. }: PageRequest,
    allowance: Allowance,
    Query(view): Query<View>,
) -> Result<Html<String>, ApiError> {
    allowance.spend(Use::Read)?;
    let page = api.store.gallery(GalleryState::Shown, PAGE, view.before).await?;
    html(&GalleryPage {
        messages,
        drawings: page.drawings,
        older: page.next.map(|id| address.with("before", &id.to_string())),
        is_newest: view.before.is_none(),
        is_reported: view.reported.is_some(),
        site: site(address),
    })
}

#[derive(Template)]
#[template(path = "gallery/drawing.html")]
struct DrawingPage {
    messages: &'static Messages,
    site: Site,
    id: Uuid,
    when: String,
}

/// Shows a drawing, with a form that reports it.
async fn drawing(
    _: WithGallery,
    State(api): State<Arc<Api>>,
    PageRequest { messages, zone, address }: PageRequest,
    PathId(id): PathId,
) -> Result<Html<String>, ApiError> {
    let (created_at, _) = api.store.gallery_drawing(id).await?.ok_or_else(unknown_prediction)?;
    html(&DrawingPage { messages, site: site(address), id, when: messages.moment(created_at, &zone) })
}

#[derive(Debug, Deserialize)]
struct ReportForm {
    #[serde(default)]
    reason: ReportReason,
}

async fn report(
    _: WithGallery,
    State(api): State<Arc<Api>>,
    allowance: Allowance,
    PathId(id): PathId,
    form: Result<Form<ReportForm>, FormRejection>,
) -> Result<Redirect, ApiError> {
    allowance.spend(Use::Label)?;
    let Form(ReportForm { reason }) =
        form.map_err(|_| ApiError::new(Code::InvalidForm, "A reason is offensive, personal or other."))?;
    if !api.store.report(id, reason).await? {
        return Err(unknown_prediction());
    }
    Ok(Redirect::to("/gallery?reported=1"))
}

/// The text of a reason.
fn reason_text(messages: &'static Messages, reason: ReportReason) -> &'static str {
    let reasons = &messages.gallery.reasons;
    match reason {
        ReportReason::Offensive => &reasons.offensive,
        ReportReason::Personal => &reasons.personal,
        ReportReason::Other => &reasons.other,
    }
}

fn site(address: Address) -> Site {
    Site::new(NavItem::Gallery, address)
}
