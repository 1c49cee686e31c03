//! The rate limits and the daily quotas on the page.

use crate::{
    access::{Limit, Quota, Use},
    messages::Messages,
};
use std::time::Duration;

pub(super) struct LimitRow {
    pub(super) name: &'static str,
    pub(super) of_client: String,
    pub(super) of_address: String,
    pub(super) of_address_at_once: String,
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
        let Limit { period, of_client, of_address, of_address_at_once } = of_use.limit();
        let is_bounded = of_address_at_once < of_address;
        LimitRow {
            name,
            of_client: period_of(messages, of_client, period),
            of_address: period_of(messages, of_address, period),
            of_address_at_once: if is_bounded { messages.count(of_address_at_once.into()) } else { String::new() },
        }
    };
    let quota = |of_client, of_address| LimitRow {
        name: &text.uses.drawings,
        of_client,
        of_address,
        of_address_at_once: String::new(),
    };
    let (client, address) = (Quota::OF_CLIENT, Quota::OF_ADDRESS);
    let drawings = |quota: Quota| text.a_day.with("count", u64::from(quota.drawings));
    let bytes = |quota: Quota| text.a_day_of_bytes.with("bytes", messages.bytes(quota.bytes));
    let quotas = [quota(drawings(client), drawings(address)), quota(bytes(client), bytes(address))];
    Use::ALL.into_iter().map(of_use).chain(quotas).collect()
}

fn period_of(messages: &'static Messages, count: u32, period: Duration) -> String {
    let text = &messages.overview;
    let message = if period <= Duration::from_mins(1) { &text.a_minute } else { &text.an_hour };
    message.with("count", u64::from(count))
}
