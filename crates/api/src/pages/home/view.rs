//! The templates of the first page.

use crate::{
    idempotency::IdempotencyKey,
    messages::{Messages, Notice, TimeZone},
    pages::{
        PageRequest,
        answer::AnswerView,
        card::DrawingCard,
        site::{NavItem, Site},
    },
};
use askama::Template;
use wire::{Code, Page};

/// The whole page.
#[derive(Template)]
#[template(path = "home.html")]
pub(super) struct HomePage {
    messages: &'static Messages,
    /// A sentence about the storage of drawings and their readers.
    privacy: &'static str,
    /// The idempotency key of the forms of this page.
    key: String,
    site: Site,
    shown: Option<AnswerView>,
    notice: Option<&'static Notice>,
    recent: Recent,
}

/// The strip of recent drawings alone.
#[derive(Template)]
#[template(path = "recent.html")]
pub(super) struct RecentStrip {
    pub(super) messages: &'static Messages,
    pub(super) recent: Recent,
}

/// Recent drawings, newest first.
pub(super) struct Recent {
    rows: Vec<DrawingCard>,
    /// The address of older drawings.
    older: Option<String>,
    /// Whether these are the newest drawings.
    newest: bool,
    /// Whether the database is unavailable.
    unavailable: bool,
}

impl HomePage {
    pub(super) fn new(
        PageRequest { messages, address, .. }: PageRequest,
        shown: Option<AnswerView>,
        problem: Option<Code>,
        recent: Recent,
    ) -> Self {
        Self {
            messages,
            privacy: match (address.is_open(), address.has_gallery()) {
                (true, _) => &messages.canvas.privacy_open,
                (false, true) => &messages.canvas.privacy_gallery,
                (false, false) => &messages.canvas.privacy_own,
            },
            key: IdempotencyKey::random().form_value(),
            site: Site::new(NavItem::Other, address),
            shown,
            notice: problem.map(|code| messages.problems.of(code)),
            recent,
        }
    }
}

impl Recent {
    /// A page of drawings; `newest` for the first page.
    pub(super) fn new(messages: &'static Messages, zone: &TimeZone, page: &Page, newest: bool) -> Self {
        Self {
            rows: page.predictions.iter().map(|row| DrawingCard::new(messages, zone, row)).collect(),
            older: page.next.map(|id| format!("/?before={id}")),
            newest,
            unavailable: false,
        }
    }

    /// The strip without drawings, while the database is unavailable.
    pub(super) fn unavailable() -> Self {
        Self { rows: Vec::new(), older: None, newest: true, unavailable: true }
    }
}
