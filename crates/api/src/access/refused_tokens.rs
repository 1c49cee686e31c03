//! Refused API tokens: which of them the audit log records.

use crate::client_address::ClientAddress;
use ipnet::IpNet;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The interval at which the audit log records a refused token of a network.
const EVERY: Duration = Duration::from_mins(1);
/// The number of networks that are remembered. Beyond it, all are forgotten.
const REMEMBERED: usize = 10_000;

/// When the audit log last recorded a refused token of each network. Requests with invalid tokens have no other limit, so
/// they must not cost a row each.
#[derive(Debug, Clone, Default)]
pub(crate) struct RefusedTokens(Arc<Mutex<HashMap<IpNet, Instant>>>);

impl RefusedTokens {
    /// Whether the audit log records a refused token of this address now. Of an IPv6 address, the /48 around it counts.
    pub(super) fn is_recorded(&self, address: ClientAddress, now: Instant) -> bool {
        let Some(network) = address.networks().last() else { return false };
        let mut recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if recorded.get(&network).is_some_and(|last| now.duration_since(*last) < EVERY) {
            return false;
        }
        if recorded.len() >= REMEMBERED {
            recorded.clear();
        }
        recorded.insert(network, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    #[test]
    fn each_network_has_one_record_a_minute() {
        let (refused, now) = (RefusedTokens::default(), Instant::now());
        let is_recorded =
            |address: &str, now| refused.is_recorded(ClientAddress::from(address.parse::<IpAddr>().unwrap()), now);
        assert!(is_recorded("203.0.113.1", now) && is_recorded("203.0.113.2", now) && is_recorded("2001:db8::1", now));
        let later = now + EVERY / 2;
        assert!(!is_recorded("203.0.113.1", later) && !is_recorded("2001:db8:0:1::1", later), "of the same /48");
        assert!(is_recorded("203.0.113.1", now + EVERY));
    }
}
