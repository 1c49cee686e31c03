//! The rate limits and the daily quotas on the page.

use crate::{
    access::{DAILY, DAILY_KILOBYTES, Limit, Use},
    messages::Messages,
};
use std::time::Duration;

pub(super) struct LimitRow {
    pub(super) name: &'static str,
    pub(super) of_client: String,
    pub(super) of_address: String,
}

/// A row for each kind of use, and then for the quotas.
pub(super) fn rows(messages: &'static Messages) -> Vec<LimitRow> {
    let text = &messages.overview;
    let of_use = |of_use: Use| {
        let name = match of_use {
            Use::Preview => &text.uses.previews,
            Use::Explanation => &text.uses.explanations,
            Use::Drawing => &text.uses.drawings,
            Use::Label => &text.uses.labels,
            Use::Read => &text.uses.lists,
            Use::Export => &text.uses.exports,
        };
        row(name, &of_use.limit(), |count, period| period_of(messages, count, period))
    };
    let bytes = |kilobytes: u32, _| text.a_day_of_bytes.with("bytes", messages.bytes(u64::from(kilobytes) * 1_000));
    let quotas = [
        row(&text.uses.drawings, &DAILY, |count, period| period_of(messages, count, period)),
        row(&text.uses.drawings, &DAILY_KILOBYTES, bytes),
    ];
    Use::ALL.into_iter().map(of_use).chain(quotas).collect()
}

fn row(name: &'static str, limit: &Limit, write: impl Fn(u32, Duration) -> String) -> LimitRow {
    LimitRow {
        name,
        of_client: write(limit.of_client, limit.period),
        of_address: write(limit.of_address, limit.period),
    }
}

fn period_of(messages: &'static Messages, count: u32, period: Duration) -> String {
    let text = &messages.overview;
    let message = match period.as_secs() {
        ..=60 => &text.a_minute,
        61..=3_600 => &text.an_hour,
        _ => &text.a_day,
    };
    message.with("count", u64::from(count))
}
