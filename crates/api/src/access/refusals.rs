//! Refused API tokens, and accounts and programs without the role or the scope: which of them the audit log records.

use crate::client_address::ClientAddress;
use ipnet::IpNet;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The interval at which the audit log records a refusal of a name in a network.
const EVERY: Duration = Duration::from_mins(1);
/// The number of refusals that are remembered. Beyond it, all are forgotten.
const REMEMBERED: usize = 10_000;

/// When the audit log last recorded a refusal of each name in each network; `None` stands for a client that has proved no
/// name. Such requests have no other limit, so they must not cost a row each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Refusals(Arc<Mutex<HashMap<Key, Instant>>>);

/// A name in a network.
type Key = (Option<String>, IpNet);

impl Refusals {
    /// Whether the audit log records a refusal of this name at this address now. Of an IPv6 address, the /48 around it
    /// counts.
    pub(super) fn is_recorded(&self, name: Option<&str>, address: ClientAddress, now: Instant) -> bool {
        let Some(network) = address.networks().last() else { return false };
        let refusal = (name.map(str::to_owned), network);
        let mut recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if recorded.get(&refusal).is_some_and(|last| now.duration_since(*last) < EVERY) {
            return false;
        }
        if recorded.len() >= REMEMBERED {
            recorded.clear();
        }
        recorded.insert(refusal, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    #[test]
    fn each_name_has_one_record_a_minute_in_each_network() {
        let (refusals, now) = (Refusals::default(), Instant::now());
        let client = |address: &str| ClientAddress::from(address.parse::<IpAddr>().unwrap());
        let is_recorded = |address: &str, now| refusals.is_recorded(None, client(address), now);
        assert!(is_recorded("203.0.113.1", now) && is_recorded("203.0.113.2", now) && is_recorded("2001:db8::1", now));
        let later = now + EVERY / 2;
        assert!(!is_recorded("203.0.113.1", later) && !is_recorded("2001:db8:0:1::1", later), "of the same /48");
        assert!(is_recorded("203.0.113.1", now + EVERY));
        for name in ["ada", "grace"] {
            let is_recorded = || refusals.is_recorded(Some(name), client("203.0.113.1"), later);
            assert!(is_recorded() && !is_recorded(), "{name}");
        }
    }
}
