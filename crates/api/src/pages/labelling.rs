//! `/label`: the labelling queue, one unlabelled drawing at a time, in ascending order of confidence.

use super::{
    InMessages, html,
    label::{invalid_label, record_label},
    picture::look,
    site::{Address, NavItem, Site},
};
use crate::{
    Api,
    access::{Access, Allowance, Routes, Use},
    extract::{Unread, unknown_prediction},
    identity::{Caller, Scope},
    messages::Messages,
    store::{LabelOrigin, Labeller},
};
use askama::Template;
use axum::{
    Extension, Form,
    extract::State,
    response::{Html, Redirect},
};
use serde::Deserialize;
use service::{ApiError, Query};
use std::sync::Arc;
use uuid::Uuid;
use wire::Prediction;

/// The number of drawings on the page: the one to label, and the next ones, whose pictures the browser prefetches.
const AHEAD: u8 = 4;

pub(super) fn routes() -> Routes {
    let access = Access::Labellers(Scope::Label);
    Routes::default().get(access, "/label", next).post(access, "/label", label)
}

#[derive(Debug, Deserialize)]
struct View {
    /// The drawing that was labelled or skipped last.
    after: Option<Uuid>,
    /// The drawing to show instead of the next one.
    drawing: Option<Uuid>,
}

async fn next(
    State(api): State<Arc<Api>>,
    Extension(messages): InMessages,
    address: Address,
    caller: Caller,
    allowance: Allowance,
    Query(View { after, drawing }): Query<View>,
) -> Result<Html<String>, ApiError> {
    allowance.spend(Use::Read)?;
    let mut waiting = api.store.queue(AHEAD, after, caller.account().map(|account| account.user)).await?.predictions;
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
    /// The number of unlabelled drawings.
    left: u64,
    /// The drawing to label.
    shown: Option<Waiting>,
    /// The next drawings.
    ahead: Vec<Waiting>,
    done: Option<Done>,
    /// Whether all drawings are labelled; otherwise some were skipped.
    is_all: bool,
}

/// A drawing without a label.
struct Waiting {
    id: String,
    look: &'static str,
}

impl Waiting {
    fn new(row: &Prediction) -> Self {
        Self { id: row.id.to_string(), look: look(row.input_kind) }
    }
}

/// The drawing that was just labelled, with its prediction. The page shows it only now, so that it does not influence
/// the label.
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

/// The form: a drawing's id and a label's name; an empty name withdraws the label.
#[derive(Debug, Deserialize)]
struct LabellingForm {
    id: Uuid,
    true_label: String,
}

async fn label(
    State(api): State<Arc<Api>>,
    caller: Caller,
    allowance: Allowance,
    form: Unread<Form<LabellingForm>>,
) -> Result<Redirect, ApiError> {
    allowance.spend(Use::Label)?;
    let Form(LabellingForm { id, true_label }) = form.read().await.map_err(|_| invalid_label())?;
    let label = record_label(&api, id, &true_label, Labeller::new(&caller, LabelOrigin::Queue)).await?;
    // After a withdrawn label, show the same drawing again.
    Ok(Redirect::to(&format!("/label?{}={id}", if label.is_some() { "after" } else { "drawing" })))
}
