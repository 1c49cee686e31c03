//! Label forms.

use crate::{
    Api,
    access::{Allowance, Use},
    extract::{Unread, unknown_prediction},
    identity::Caller,
    store::{LabelOrigin, Labeller},
};
use axum::Form;
use digit::{InvalidDigit, TrueLabel};
use serde::Deserialize;
use service::ApiError;
use uuid::Uuid;
use wire::Code;

/// A request with a form that has a label.
pub(super) type LabelForm = Unread<Form<Labelled>>;

/// The form under an answer.
#[derive(Debug, Deserialize)]
pub(super) struct Labelled {
    /// A label's name; an empty one withdraws the latest label.
    true_label: String,
}

/// Records the label of a form.
pub(super) async fn record_label_form(
    api: &Api,
    caller: &Caller,
    allowance: &Allowance,
    id: Uuid,
    form: LabelForm,
) -> Result<(), ApiError> {
    allowance.spend(Use::Label)?;
    let Form(Labelled { true_label }) = form.read().await.map_err(|_| invalid_label())?;
    record_label(api, id, &true_label, Labeller::new(caller, LabelOrigin::Open)).await.map(drop)
}

/// Records the label with this name and returns it; an empty name withdraws the latest label.
pub(super) async fn record_label(
    api: &Api,
    id: Uuid,
    name: &str,
    labeller: Labeller,
) -> Result<Option<TrueLabel>, ApiError> {
    let label = match name {
        "" => None,
        name => Some(name.parse().map_err(|_| invalid_label())?),
    };
    api.store.label(id, label, labeller).await?.ok_or_else(unknown_prediction)?;
    Ok(label)
}

/// Returns the error of a form without a valid label.
pub(super) fn invalid_label() -> ApiError {
    ApiError::new(Code::InvalidInput, InvalidDigit.to_string())
}
