//! `/label`: what nobody has labelled yet, one drawing at a time, the least certain first.

use super::{
    InWords, html,
    label::{invalid, keep},
    picture::look,
    site::{Address, Place, Site},
};
use crate::{
    Api,
    routes::{id::unknown, words::Words},
};
use askama::Template;
use axum::{
    Extension, Form, Router,
    extract::{State, rejection::FormRejection},
    response::{Html, Redirect},
    routing::get,
};
use digit::wire::Prediction;
use serde::Deserialize;
use service::{Failure, Params};
use std::sync::Arc;
use uuid::Uuid;

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
    Extension(words): InWords,
    address: Address,
    Params(View { after, drawing }): Params<View>,
) -> Result<Html<String>, Failure> {
    let mut waiting = api.store.queue(AHEAD, after).await?.predictions;
    if let Some(id) = drawing {
        waiting.insert(0, api.store.prediction(id).await?.ok_or_else(unknown)?);
    }
    let done = match after {
        Some(id) => api.store.prediction(id).await?.filter(|row| row.true_label.is_some()),
        None => None,
    };
    let mut waiting = waiting.iter().map(Waiting::new);
    let left = api.store.unlabelled().await?;
    html(&LabellingPage {
        words,
        site: Site::new(Place::Labelling, address),
        left: words.count(left),
        shown: waiting.next(),
        ahead: waiting.collect(),
        done: done.map(|row| Done::new(words, &row)),
        is_all: left == 0,
    })
}

#[derive(Template)]
#[template(path = "labelling.html")]
struct LabellingPage {
    words: &'static Words,
    site: Site,
    /// How many nobody has labelled.
    left: String,
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
    said: String,
}

impl Done {
    fn new(words: &'static Words, row: &Prediction) -> Self {
        let label = row.true_label.map(|label| words.label(label)).unwrap_or_default();
        let said = words.said(row.verdict, row.prediction, row.confidence);
        Self { id: row.id.to_string(), label, said }
    }
}

/// The form: which drawing, and what it is; nothing takes the label back.
#[derive(Debug, Deserialize)]
struct Labelled {
    id: Uuid,
    true_label: String,
}

async fn label(State(api): State<Arc<Api>>, form: Result<Form<Labelled>, FormRejection>) -> Result<Redirect, Failure> {
    let Form(Labelled { id, true_label }) = form.map_err(|_| invalid())?;
    let label = keep(&api, id, &true_label).await?;
    // The next one, or the same one again.
    Ok(Redirect::to(&format!("/label?{}={id}", if label.is_some() { "after" } else { "drawing" })))
}
