//! The number of large bodies that one address sends at a time.

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

/// The number of large bodies of one address: a quarter of those that the service reads at a time.
const OF_ADDRESS: u8 = 4;

/// The number of large bodies of each address that the service reads now.
#[derive(Debug, Clone, Default)]
pub(crate) struct LargeBodies(Arc<Mutex<HashMap<ClientAddress, u8>>>);

/// A large body of an address, until it is dropped.
struct Slot {
    bodies: LargeBodies,
    address: ClientAddress,
}

impl LargeBodies {
    /// A slot of the address; `None` if all are taken.
    fn take(&self, address: ClientAddress) -> Option<Slot> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(address).or_default();
        if *count == OF_ADDRESS {
            return None;
        }
        *count += 1;
        Some(Slot { bodies: self.clone(), address })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.bodies.0.lock().unwrap_or_else(PoisonError::into_inner);
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
    if api.rate_limits.is_none() || !service::has_large_body(&request) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let address = ClientAddress::of_request(&parts, &api.settings.trusted_proxies);
    let Some(_slot) = api.large_bodies.take(address) else {
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
    fn an_address_takes_a_few_places_and_leaves_the_others() {
        let address = |text: &str| ClientAddress::from(text.parse::<IpAddr>().unwrap());
        let (bodies, here) = (LargeBodies::default(), address("198.51.100.7"));
        let mut slots: Vec<_> = (0..OF_ADDRESS).map(|_| bodies.take(here).unwrap()).collect();
        assert!(bodies.take(here).is_none());
        assert!(bodies.take(address("203.0.113.9")).is_some(), "another address");
        slots.pop();
        assert!(bodies.take(here).is_some());
        drop(slots);
        assert!(bodies.0.lock().unwrap().is_empty(), "nothing is remembered of addresses that send nothing");
    }
}
