//! Slots of each address: how many large bodies it sends, and how many exports of own drawings it reads, at a time.

use crate::{Api, client_address::ClientAddress};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use service::ApiError;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use wire::Code;

/// The slots of each address. An address without a taken slot needs no memory.
#[derive(Debug, Clone)]
pub(super) struct AddressSlots {
    /// The number of slots of an address.
    of_address: u8,
    taken: Arc<Mutex<HashMap<ClientAddress, u8>>>,
}

/// A slot of an address, until it is dropped.
#[derive(Debug)]
pub(crate) struct AddressSlot {
    slots: AddressSlots,
    address: ClientAddress,
}

impl AddressSlots {
    /// So many slots for each address.
    pub(super) fn new(of_address: u8) -> Self {
        Self { of_address, taken: Arc::default() }
    }

    /// A slot of the address; `None` if all are taken.
    pub(super) fn take(&self, address: ClientAddress) -> Option<AddressSlot> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(address).or_default();
        if *count == self.of_address {
            return None;
        }
        *count += 1;
        Some(AddressSlot { slots: self.clone(), address })
    }
}

impl Drop for AddressSlot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

/// Rejects a large body of an address that sends several already, so that one address cannot take all places for large bodies.
pub(crate) async fn limit_large_bodies(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let Some(limits) = api.rate_limits.as_ref().filter(|_| service::has_large_body(&request)) else {
        return next.run(request).await;
    };
    let (parts, body) = request.into_parts();
    let address = ClientAddress::of_request(&parts, &api.settings.trusted_proxies);
    let Some(_slot) = limits.large_bodies.take(address) else {
        let detail = "Your address sends too many large bodies at once. Try again in a moment.";
        return ApiError::new(Code::Overloaded, detail).retry_after(Duration::from_secs(1)).into_response();
    };
    next.run(Request::from_parts(parts, body)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    #[test]
    fn an_address_takes_a_few_slots_and_leaves_the_others() {
        let address = |text: &str| ClientAddress::from(text.parse::<IpAddr>().unwrap());
        let (bodies, here) = (AddressSlots::new(4), address("198.51.100.7"));
        let mut slots: Vec<_> = (0..4).map(|_| bodies.take(here).unwrap()).collect();
        assert!(bodies.take(here).is_none());
        assert!(bodies.take(address("203.0.113.9")).is_some(), "another address");
        slots.pop();
        assert!(bodies.take(here).is_some());
        drop(slots);
        assert!(bodies.taken.lock().unwrap().is_empty(), "nothing is remembered of addresses that send nothing");
    }
}
