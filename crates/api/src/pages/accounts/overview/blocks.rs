//! The blocks on the page, and the forms that add and remove them.

use super::usage::short_id;
use crate::{
    Api,
    identity::{Actor, BlockSubject},
    messages::{Messages, TimeZone},
    pages::form::{self, LONGEST_REASON},
    store::{Block, NewBlock},
};
use serde::Deserialize;
use service::ApiError;
use uuid::Uuid;
use wire::Code;

/// The durations that the form offers, in days, besides a block without an end.
pub(super) const BLOCK_DAYS: [u16; 3] = [1, 7, 30];

pub(super) struct BlockRow {
    pub(super) id: String,
    pub(super) subject: String,
    pub(super) reason: String,
    pub(super) by: String,
    pub(super) since: String,
    pub(super) until: String,
}

impl BlockRow {
    pub(super) fn new(messages: &'static Messages, zone: &TimeZone, block: Block) -> Self {
        let end = block.expires_at.map(|end| messages.moment(end, zone));
        Self {
            id: block.id.to_string(),
            subject: match block.subject {
                BlockSubject::Visitor(visitor) => short_id(visitor),
                BlockSubject::Network(_) => block.subject.to_string(),
            },
            reason: block.reason,
            by: block.created_by.unwrap_or_default(),
            since: messages.moment(block.created_at, zone),
            until: end.unwrap_or_else(|| messages.overview.until_removed.clone()),
        }
    }
}

/// The form, by its button.
#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub(super) enum BlockForm {
    Block {
        subject: String,
        reason: String,
        /// The duration in days; empty for a block without an end.
        days: String,
    },
    Unblock {
        id: Uuid,
    },
}

/// The values that the form shows again.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) subject: String,
    pub(super) reason: String,
}

impl BlockForm {
    pub(super) async fn apply(&self, api: &Api, by: &Actor) -> Result<(), ApiError> {
        match self {
            Self::Block { subject, reason, days } => {
                let subject: BlockSubject = subject.parse().map_err(|error| invalid(&error))?;
                let reason = form::reason(reason).ok_or_else(|| {
                    invalid(&format!("a reason has 1 to {LONGEST_REASON} characters and no control characters"))
                })?;
                let days = match days.as_str() {
                    "" => None,
                    days => Some(days.parse().map_err(|_| invalid(&"a duration is a number of days"))?),
                };
                Ok(api.store.block(by, NewBlock { subject, reason, days }).await?)
            }
            // If another operator has removed it already, it is gone, too.
            Self::Unblock { id } => Ok(api.store.unblock(by, *id).await.map(drop)?),
        }
    }

    pub(super) fn draft(&self) -> Draft {
        match self {
            Self::Block { subject, reason, .. } => Draft { subject: subject.clone(), reason: reason.clone() },
            Self::Unblock { .. } => Draft::default(),
        }
    }
}

fn invalid(error: &dyn std::fmt::Display) -> ApiError {
    ApiError::new(Code::InvalidInput, format!("Nothing was blocked: {error}."))
}
