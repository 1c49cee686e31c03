//! The addresses that store most drawings, for operators. They are in the memory of this process only, for a day at most.

use crate::client_address::ClientAddress;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How much of its daily quota each address has used.
#[derive(Debug)]
pub(super) struct BusyAddresses {
    quota: u32,
    /// The time after which a used quota is free again.
    period: Duration,
    used: Mutex<HashMap<ClientAddress, Used>>,
}

#[derive(Debug, Clone, Copy)]
struct Used {
    drawings: u32,
    at: Instant,
}

impl BusyAddresses {
    pub(super) fn new(quota: u32, period: Duration) -> Self {
        Self { quota, period, used: Mutex::default() }
    }

    /// Notes how many drawings an address may still store.
    pub(super) fn note(&self, address: ClientAddress, remaining: u32, now: Instant) {
        let drawings = self.quota.saturating_sub(remaining);
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(address, Used { drawings, at: now });
    }

    /// At most `limit` addresses and how many drawings of their quotas they have used, the busiest first.
    pub(super) fn busiest(&self, limit: usize, now: Instant) -> Vec<(ClientAddress, u32)> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let mut used: Vec<_> = used.iter().map(|(address, used)| (*address, self.left_of(*used, now))).collect();
        used.retain(|(_, drawings)| *drawings > 0);
        used.sort_by_key(|(_, drawings)| std::cmp::Reverse(*drawings));
        used.truncate(limit);
        used
    }

    /// Forgets addresses whose whole quota is free again.
    pub(super) fn clean_up(&self, now: Instant) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, used| self.left_of(*used, now) > 0);
    }

    /// The used drawings that are left of those of an earlier time. They become free evenly.
    fn left_of(&self, used: Used, now: Instant) -> u32 {
        let each = self.period / self.quota.max(1);
        let free = now.saturating_duration_since(used.at).as_nanos() / each.as_nanos().max(1);
        used.drawings.saturating_sub(u32::try_from(free).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    #[test]
    fn the_busiest_addresses_come_first_and_are_forgotten_when_their_quota_is_free_again() {
        let address = |text: &str| ClientAddress::from(text.parse::<IpAddr>().unwrap());
        let (one, two, now) = (address("198.51.100.7"), address("203.0.113.9"), Instant::now());
        let busy = BusyAddresses::new(24, Duration::from_hours(24));
        busy.note(one, 20, now);
        busy.note(two, 14, now);
        assert_eq!(busy.busiest(10, now), [(two, 10), (one, 4)]);
        assert_eq!(busy.busiest(1, now), [(two, 10)]);
        let later = now + Duration::from_hours(4);
        assert_eq!(busy.busiest(10, later), [(two, 6)]);
        busy.clean_up(later);
        assert_eq!(busy.used.lock().unwrap().len(), 1);
    }
}
