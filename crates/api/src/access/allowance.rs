//! The remaining allowance of the sender of a request.

use super::{
    Use,
    address_slots::AddressSlot,
    daily_quotas::Charge,
    rate_limits::{Client, RateLimits},
};
use crate::{
    Api,
    client_address::ClientAddress,
    identity::{Caller, Identity},
    store::Block,
};
use axum::{extract::FromRequestParts, http::request::Parts};
use service::ApiError;
use std::{num::NonZeroU32, sync::Arc, time::Duration};
use wire::Code;

/// The remaining allowance of the sender of a request. Programs with an API token have no limit, because an operator gave
/// them the token.
#[derive(Debug, Clone)]
pub(crate) struct Allowance {
    /// The counters of the sender; `None` without limits.
    counters: Option<(Arc<RateLimits>, Client, ClientAddress)>,
    block: Option<Block>,
}

impl Allowance {
    /// Counts a use.
    ///
    /// # Errors
    /// `blocked` when the use stores something and an operator has blocked the sender; `rate_limited` when the client or the
    /// address has used too much.
    pub(crate) fn spend(&self, of_use: Use) -> Result<(), ApiError> {
        self.spend_many(of_use, NonZeroU32::MIN)
    }

    /// Counts several uses at once.
    ///
    /// # Errors
    /// As for [`Self::spend`]. None of them counts then.
    pub(crate) fn spend_many(&self, of_use: Use, uses: NonZeroU32) -> Result<(), ApiError> {
        if let Some(block) = self.block.as_ref().filter(|_| of_use.is_stored()) {
            return Err(blocked(block));
        }
        self.counters.as_ref().map_or(Ok(()), |(limits, client, address)| limits.count(of_use, uses, *client, *address))
    }

    /// Counts an export of the caller's own drawings, and returns what it holds until it ends; `None` without limits.
    ///
    /// # Errors
    /// `rate_limited` as for [`Self::spend`]; `overloaded` when another export of the address is running.
    pub(crate) fn export_own(&self) -> Result<Option<AddressSlot>, ApiError> {
        self.spend(Use::Export)?;
        let Some((limits, _, address)) = &self.counters else { return Ok(None) };
        let slot = limits.own_exports.take(*address).ok_or_else(|| {
            let detail = "An export of your address is running. Try again when it has ended.";
            ApiError::new(Code::Overloaded, detail).retry_after(Duration::from_secs(10))
        });
        slot.map(Some)
    }

    /// Counts a drawing of so many bytes that is about to be stored; `None` without limits.
    ///
    /// # Errors
    /// `quota_exceeded` when the client or the address has stored as much as one may in a day.
    pub(crate) fn charge(&self, bytes: usize) -> Result<Option<Charge>, ApiError> {
        let charge = |(limits, client, address): &(Arc<RateLimits>, _, _)| limits.charge(bytes, *client, *address);
        self.counters.as_ref().map(charge).transpose()
    }
}

fn blocked(block: &Block) -> ApiError {
    let end = block.expires_at.map_or_else(String::new, |end| format!(" until {} (UTC)", end.date()));
    let detail = format!(
        "An operator has blocked this visitor or address from storing and labelling{end}. Previews go on. The page \
         /privacy says how to reach the operator."
    );
    ApiError::new(Code::Blocked, detail)
}

impl FromRequestParts<Arc<Api>> for Allowance {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, api).await?;
        let address = ClientAddress::of_request(parts, &api.settings.trusted_proxies);
        // The block of a school's address holds for visitors there, and not for people and programs whom an operator admitted.
        let is_known = matches!(caller.identity, Identity::Account(_) | Identity::Program(_));
        let block = api.store.block_of(caller.visitor, (!is_known).then_some(address));
        let client = match (&caller.identity, caller.visitor) {
            (Identity::Program(_), _) => None,
            (Identity::Account(account), _) => Some(Client::User(account.user)),
            (_, Some(visitor)) => Some(Client::Visitor(visitor)),
            (_, None) => Some(Client::Address(address)),
        };
        let counters = api.rate_limits.clone().zip(client).map(|(limits, client)| (limits, client, address));
        Ok(Self { counters, block })
    }
}
