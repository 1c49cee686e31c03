//! The stored inputs, the running exports, and the busiest visitors and addresses.

use crate::{
    ByteSize,
    access::Quota,
    client_address::ClientAddress,
    identity::VisitorId,
    messages::Messages,
    store::{ExportsUnderWay, StoredByVisitor, StoredInputs},
};

/// A sentence about the stored inputs.
pub(super) fn storage(messages: &'static Messages, stored: StoredInputs) -> String {
    let values = [("count", stored.drawings.into()), ("bytes", messages.bytes(stored.bytes).into())];
    messages.overview.stored.format(values)
}

/// A sentence about their limit.
pub(super) fn storage_limit(messages: &'static Messages, stored: StoredInputs, limit: Option<ByteSize>) -> String {
    let text = &messages.overview;
    let Some(ByteSize(limit)) = limit else { return text.storage_unlimited.clone() };
    let share = messages.share(ratio(stored.bytes, limit));
    text.storage_limited.format([("limit", messages.bytes(limit).into()), ("share", share.into())])
}

/// A sentence about the exports that run.
pub(super) fn exports(messages: &'static Messages, exports: ExportsUnderWay) -> String {
    let ExportsUnderWay { all, own, limit } = exports;
    messages.overview.running.format([("all", all.into()), ("own", own.into()), ("limit", limit.into())])
}

/// A visitor who stored drawings in the last 24 hours.
pub(super) struct VisitorRow {
    pub(super) id: String,
    pub(super) short_id: String,
    pub(super) name: String,
    pub(super) drawings: String,
    pub(super) bytes: String,
    /// The share of the daily quota that is used; empty if the visitor has none.
    pub(super) quota: String,
}

impl VisitorRow {
    pub(super) fn new(messages: &'static Messages, row: StoredByVisitor, has_limits: bool) -> Self {
        let of_drawings = ratio(row.drawings, Quota::OF_CLIENT.drawings.into());
        let of_bytes = ratio(row.bytes, Quota::OF_CLIENT.bytes);
        let has_quota = has_limits && !row.is_program;
        Self {
            id: row.visitor.uuid().to_string(),
            short_id: short_id(row.visitor),
            name: row.name.unwrap_or_default(),
            drawings: messages.count(row.drawings),
            bytes: messages.bytes(row.bytes),
            quota: if has_quota { messages.share(of_drawings.max(of_bytes)) } else { String::new() },
        }
    }
}

/// The beginning of a visitor's id, by which people recognise the visitor.
pub(super) fn short_id(visitor: VisitorId) -> String {
    visitor.uuid().to_string().chars().take(8).collect()
}

/// An address that stored drawings in the last 24 hours.
pub(super) struct AddressRow {
    pub(super) address: String,
    pub(super) drawings: String,
    /// The share of the daily quota that is used.
    pub(super) quota: String,
}

impl AddressRow {
    pub(super) fn new(messages: &'static Messages, address: ClientAddress, drawings: u32) -> Self {
        Self {
            address: address.to_string(),
            drawings: messages.count(drawings.into()),
            quota: messages.share(ratio(drawings.into(), Quota::OF_ADDRESS.drawings.into())),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "the page shows tenths of a percent")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}
