//! `/label`: the labelling queue, one drawing at a time.

use super::{
    InMessages, html,
    label::{invalid_label, record_label},
    picture::look,
    site::{Address, NavItem, Site},
};
use crate::{
    Api,
    access::{Access, Allowance, Routes, Use},
    extract::Unread,
    identity::{Caller, Scope},
    messages::Messages,
    store::{LabelOrigin, Labeller, Queue, Queued},
};
use askama::Template;
use axum::{
    Extension, Form,
    extract::State,
    response::{Html, Redirect},
};
use digit::TrueLabel;
use form_urlencoded::Serializer;
use serde::Deserialize;
use service::{ApiError, Query, empty_as_none};
use std::{iter, sync::Arc};
use uuid::Uuid;
use wire::Prediction;

/// The number of skipped drawings that an address holds. Older ones come again.
const MOST_SKIPPED: usize = 50;

pub(super) fn routes() -> Routes {
    let access = Access::Labellers(Scope::Label);
    Routes::default().get(access, "/label", next).post(access, "/label", label)
}

#[derive(Debug, Deserialize)]
struct View {
    /// The drawing that was labelled last, and its label.
    after: Option<Uuid>,
    #[serde(default, deserialize_with = "empty_as_none")]
    label: Option<TrueLabel>,
    /// The drawing to show; otherwise the queue chooses one.
    drawing: Option<Uuid>,
}

/// The person's place in the queue. Each link and each form of the page passes it on, in the same form for every kind of
/// drawing.
#[derive(Debug, Default, Deserialize)]
struct Place {
    /// Whether only disputed drawings are shown.
    #[serde(default, deserialize_with = "empty_as_none")]
    disputed: Option<bool>,
    /// Whether only label suspects are shown.
    #[serde(default, deserialize_with = "empty_as_none")]
    suspect: Option<bool>,
    /// The ids of skipped drawings, separated by commas.
    #[serde(default)]
    skipped: String,
}

async fn next(
    State(api): State<Arc<Api>>,
    Extension(messages): InMessages,
    address: Address,
    caller: Caller,
    allowance: Allowance,
    Query(View { after, label, drawing }): Query<View>,
    Query(place): Query<Place>,
) -> Result<Html<String>, ApiError> {
    allowance.spend(Use::Read)?;
    let labeller = Labeller::new(&caller, place.origin());
    let wanted = match drawing {
        Some(id) => api.store.queued(id).await?,
        None => None,
    };
    let excluded: Vec<_> = place.skipped().chain(wanted.as_ref().map(|drawing| drawing.id)).collect();
    // The drawing to label, and the next one, whose picture the browser prefetches.
    let queued = api.store.labelling_queue(place.queue(), 2, &excluded, &labeller).await?;
    let mut drawings = wanted.into_iter().chain(queued);
    let (shown, ahead) = (drawings.next(), drawings.next());
    let done = match after.zip(label) {
        Some((id, label)) => api.store.prediction(id).await?.map(|row| Done::new(messages, &row, label)),
        None => None,
    };
    html(&LabellingPage {
        messages,
        site: Site::new(NavItem::Labelling, address),
        is_mixed: caller.user().is_some(),
        left: api.store.unlabelled().await?,
        disputed: api.store.disputed_drawings().await?,
        skip: shown.as_ref().map(|shown| place.skip(shown.id, ahead.as_ref().map(|ahead| ahead.id))),
        shown: shown.as_ref().map(Waiting::new),
        ahead: ahead.as_ref().map(Waiting::new),
        done,
        place,
    })
}

impl Place {
    fn queue(&self) -> Queue {
        Queue::new(self.disputed, self.suspect)
    }

    /// The parameter that names the queue; `None` for the mixture.
    fn flag(&self) -> Option<&'static str> {
        match self.queue() {
            Queue::Mixed => None,
            Queue::Disputed => Some("disputed"),
            Queue::Suspect => Some("suspect"),
        }
    }

    fn origin(&self) -> LabelOrigin {
        match self.queue() {
            Queue::Mixed => LabelOrigin::Queue,
            Queue::Disputed | Queue::Suspect => LabelOrigin::Doubtful,
        }
    }

    fn skipped(&self) -> impl Iterator<Item = Uuid> {
        self.skipped.split(',').filter_map(|id| id.parse().ok()).take(MOST_SKIPPED)
    }

    /// The address of the page with this place and more parameters.
    fn address(&self, more: &[(&str, String)]) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(more);
        if let Some(flag) = self.flag() {
            query.append_pair(flag, "true");
        }
        if !self.skipped.is_empty() {
            query.append_pair("skipped", &self.skipped);
        }
        format!("/label?{}", query.finish())
    }

    /// The address that skips a drawing and shows the next one.
    fn skip(&self, shown: Uuid, next: Option<Uuid>) -> String {
        let skipped = iter::once(shown).chain(self.skipped()).take(MOST_SKIPPED);
        let skipped = skipped.map(|id| id.to_string()).collect::<Vec<_>>().join(",");
        let next: Vec<_> = next.map(|id| ("drawing", id.to_string())).into_iter().collect();
        Self { skipped, ..*self }.address(&next)
    }
}

#[derive(Template)]
#[template(path = "labelling.html")]
struct LabellingPage {
    messages: &'static Messages,
    site: Site,
    /// Whether the queue mixes kinds of drawings.
    is_mixed: bool,
    /// The number of unlabelled drawings.
    left: u64,
    /// The number of disputed drawings.
    disputed: u64,
    /// The drawing to label.
    shown: Option<Waiting>,
    /// The next drawing.
    ahead: Option<Waiting>,
    /// The address that skips the drawing.
    skip: Option<String>,
    done: Option<Done>,
    place: Place,
}

/// A drawing to label.
struct Waiting {
    id: String,
    look: &'static str,
}

impl Waiting {
    fn new(drawing: &Queued) -> Self {
        Self { id: drawing.id.to_string(), look: look(drawing.input_kind) }
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
    fn new(messages: &'static Messages, row: &Prediction, label: TrueLabel) -> Self {
        let label = messages.label(label);
        let predicted = messages.predicted(row.verdict, row.prediction, row.confidence);
        Self { id: row.id.to_string(), label, predicted }
    }
}

/// The form: a drawing's id and a label's name; an empty name withdraws the label.
#[derive(Debug, Deserialize)]
struct LabellingForm {
    id: Uuid,
    true_label: String,
    /// The drawing to show next.
    #[serde(default, deserialize_with = "empty_as_none")]
    next: Option<Uuid>,
    #[serde(flatten)]
    place: Place,
}

async fn label(
    State(api): State<Arc<Api>>,
    caller: Caller,
    allowance: Allowance,
    form: Unread<Form<LabellingForm>>,
) -> Result<Redirect, ApiError> {
    allowance.spend(Use::Label)?;
    let Form(LabellingForm { id, true_label, next, place }) = form.read().await.map_err(|_| invalid_label())?;
    let label = record_label(&api, id, &true_label, Labeller::new(&caller, place.origin())).await?;
    let Some(label) = label else {
        // After a withdrawn label, show the same drawing again.
        return Ok(Redirect::to(&place.address(&[("drawing", id.to_string())])));
    };
    let next = next.map(|next| ("drawing", next.to_string()));
    let done = [("after", id.to_string()), ("label", label.to_string())];
    Ok(Redirect::to(&place.address(&done.into_iter().chain(next).collect::<Vec<_>>())))
}
