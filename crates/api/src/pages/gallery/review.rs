//! `/gallery/review`: operators approve uploaded pictures, look at reports, and hide and show drawings.

use super::{reason_text, site};
use crate::{
    Api,
    access::{Access, Routes},
    extract::{WithGallery, unknown_prediction},
    identity::Actor,
    messages::Messages,
    pages::{PageRequest, html, site::Site},
    store::{GalleryState, ReportReason},
};
use askama::Template;
use axum::{
    extract::{Form, State, rejection::FormRejection},
    response::{Html, Redirect},
};
use serde::Deserialize;
use service::ApiError;
use std::sync::Arc;
use uuid::Uuid;
use wire::{Code, GalleryDrawing};

/// Drawings in each section of the page.
const SECTION: u8 = 24;

pub(super) fn routes() -> Routes {
    let access = Access::Operators(None);
    Routes::default().get(access, "/gallery/review", review).post(access, "/gallery/review", decide)
}

#[derive(Template)]
#[template(path = "gallery/review.html")]
struct ReviewPage {
    messages: &'static Messages,
    site: Site,
    sections: [Section; 3],
}

/// Drawings in the same state, and what an operator may decide about them.
struct Section {
    heading: &'static str,
    drawings: Vec<Row>,
    /// The decisions, as the names of states with the texts of their buttons.
    decisions: Vec<(&'static str, &'static str)>,
}

struct Row {
    id: Uuid,
    when: String,
    /// The reasons of its reports.
    reasons: Vec<&'static str>,
}

async fn review(
    _: WithGallery,
    State(api): State<Arc<Api>>,
    PageRequest { messages, zone, address }: PageRequest,
) -> Result<Html<String>, ApiError> {
    let text = &messages.gallery;
    let plain =
        |GalleryDrawing { id, created_at }| Row { id, when: messages.moment(created_at, &zone), reasons: Vec::new() };
    let in_state = async |state| -> Result<Vec<Row>, ApiError> {
        Ok(api.store.gallery(state, SECTION, None).await?.drawings.into_iter().map(plain).collect())
    };
    let reported = api.store.reported_drawings(SECTION).await?.into_iter().map(|reported| Row {
        id: reported.id,
        when: messages.moment(reported.reported_at, &zone),
        reasons: reported.reasons.iter().map(|&reason: &ReportReason| reason_text(messages, reason)).collect(),
    });
    html(&ReviewPage {
        messages,
        sections: [
            Section {
                heading: &text.reports,
                drawings: reported.collect(),
                decisions: vec![("shown", &text.keep), ("hidden", &text.hide)],
            },
            Section {
                heading: &text.waiting,
                drawings: in_state(GalleryState::Waiting).await?,
                decisions: vec![("shown", &text.approve), ("hidden", &text.hide)],
            },
            Section {
                heading: &text.hidden,
                drawings: in_state(GalleryState::Hidden).await?,
                decisions: vec![("shown", &text.show)],
            },
        ],
        site: site(address),
    })
}

#[derive(Debug, Deserialize)]
struct DecisionForm {
    id: Uuid,
    state: GalleryState,
}

async fn decide(
    _: WithGallery,
    State(api): State<Arc<Api>>,
    actor: Actor,
    form: Result<Form<DecisionForm>, FormRejection>,
) -> Result<Redirect, ApiError> {
    let invalid = || ApiError::new(Code::InvalidForm, "A decision has the id of a drawing, and shown or hidden.");
    let Form(DecisionForm { id, state }) = form.map_err(|_| invalid())?;
    if state == GalleryState::Waiting {
        return Err(invalid());
    }
    if !api.store.decide(&actor, id, state).await? {
        return Err(unknown_prediction());
    }
    Ok(Redirect::to("/gallery/review"))
}
