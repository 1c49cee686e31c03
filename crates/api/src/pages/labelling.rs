//! `/label`: what nobody has labelled yet, one drawing at a time, the least certain first.

use super::{
    InMessages, html,
    label::{invalid, keep},
    picture::look,
    site::{Address, NavItem, Site},
};
use crate::{
    Api,
    extract::{Visitor, unknown_prediction},
    messages::Messages,
    store::{LabelOrigin, Labeller},
};
use askama::Template;
use axum::{
    Extension, Form, Router,
    extract::{State, rejection::FormRejection},
    response::{Html, Redirect},
    routing::get,
};
use serde::Deserialize;
use service::{ApiError, Query};
use std::sync::Arc;
use uuid::Uuid;
use wire::Prediction;

/// Drawings that are looked up at once: the one to label, and those whose pictures may be fetched in the meantime.
const AHEAD: u8 = 4;

pub(super) fn router() -> Router<Arc<Api>> {
    Router::new().route("/label", get(next).post(label))
}

#[derive(Debug, Deserialize)]
struct View {
    /// The drawing that was labelled or passed over last.
    after: Option<Uuid>,
    /// This drawing, whatever comes next.
    drawing: Option<Uuid>,
}

async fn next(
    State(api): State<Arc<Api>>,
    Extension(messages): InMessages,
    address: Address,
    Query(View { after, drawing }): Query<View>,
) -> Result<Html<String>, ApiError> {
    let mut waiting = api.store.queue(AHEAD, after).await?.predictions;
    if let Some(id) = drawing {
        waiting.insert(0, api.store.prediction(id).await?.ok_or_else(unknown_prediction)?);
    }
    let done = match after {
        Some(id) => api.store.prediction(id).await?.filter(|row| row.true_label.is_some()),
        None => None,
    };
    let mut waiting = waiting.iter().map(Waiting::new);
    let left = api.store.unlabelled().await?;
    html(&LabellingPage {
        messages,
        site: Site::new(NavItem::Labelling, address),
        left,
        shown: waiting.next(),
        ahead: waiting.collect(),
        done: done.map(|row| Done::new(messages, &row)),
        is_all: left == 0,
    })
}

#[derive(Template)]
#[template(path = "labelling.html")]
struct LabellingPage {
    messages: &'static Messages,
    site: Site,
    /// How many nobody has labelled.
    left: u64,
    /// The drawing to label, and those that come next.
    shown: Option<Waiting>,
    ahead: Vec<Waiting>,
    done: Option<Done>,
    /// Whether nothing is left; otherwise some were passed over.
    is_all: bool,
}

/// A drawing that waits for its label.
struct Waiting {
    id: String,
    look: &'static str,
}

impl Waiting {
    fn new(row: &Prediction) -> Self {
        Self { id: row.id.to_string(), look: look(row.input_kind) }
    }
}

/// A drawing that was just labelled, and what the network had taken it for: told only now, so that nobody is led.
struct Done {
    id: String,
    label: String,
    predicted: String,
}

impl Done {
    fn new(messages: &'static Messages, row: &Prediction) -> Self {
        let label = row.true_label.map(|label| messages.label(label)).unwrap_or_default();
        let predicted = messages.predicted(row.verdict, row.prediction, row.confidence);
        Self { id: row.id.to_string(), label, predicted }
    }
}

/// The form: which drawing, and what it is; nothing takes the label back.
#[derive(Debug, Deserialize)]
struct LabellingForm {
    id: Uuid,
    true_label: String,
}

async fn label(
    State(api): State<Arc<Api>>,
    Visitor(visitor): Visitor,
    form: Result<Form<LabellingForm>, FormRejection>,
) -> Result<Redirect, ApiError> {
    let Form(LabellingForm { id, true_label }) = form.map_err(|_| invalid())?;
    let label = keep(&api, id, &true_label, Labeller { visitor, origin: LabelOrigin::Queue }).await?;
    // The next one, or the same one again.
    Ok(Redirect::to(&format!("/label?{}={id}", if label.is_some() { "after" } else { "drawing" })))
}
