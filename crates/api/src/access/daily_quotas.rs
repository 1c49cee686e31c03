//! Daily quotas: the drawings and bytes that a visitor or account and an address may store in a day. A day begins with the
//! first drawing.
//!
//! The counters are in the memory of this process: a restart forgets them, and each instance has its own.

use super::rate_limits::{Client, MOST_CLIENTS};
use crate::client_address::ClientAddress;
use std::{
    cmp::Reverse,
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The drawings and bytes that may be stored in a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quota {
    pub(crate) drawings: u32,
    pub(crate) bytes: u64,
}

impl Quota {
    /// For each visitor, account, or address without a cookie.
    pub(crate) const OF_CLIENT: Self = Self { drawings: 1_000, bytes: 100_000_000 };
    /// For each address. A school has one for all its browsers.
    pub(crate) const OF_ADDRESS: Self = Self { drawings: 5_000, bytes: 1_000_000_000 };
}

const DAY: Duration = Duration::from_hours(24);

/// The drawings and bytes that are stored since a day began.
#[derive(Debug, Clone, Copy)]
struct Stored {
    since: Instant,
    drawings: u32,
    bytes: u64,
}

impl Stored {
    const fn nothing(since: Instant) -> Self {
        Self { since, drawings: 0, bytes: 0 }
    }

    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.since) >= DAY
    }

    /// The same with another drawing, or how long until the next day.
    fn with(self, bytes: u64, quota: Quota, now: Instant) -> Result<Self, Duration> {
        let today = if self.is_over(now) { Self::nothing(now) } else { self };
        let bytes = today.bytes.saturating_add(bytes);
        if today.drawings < quota.drawings && bytes <= quota.bytes {
            Ok(Self { drawings: today.drawings + 1, bytes, ..today })
        } else {
            Err(DAY.saturating_sub(now.saturating_duration_since(today.since)))
        }
    }
}

#[derive(Debug, Default)]
struct Counters {
    of_clients: HashMap<Client, Stored>,
    of_addresses: HashMap<ClientAddress, Stored>,
}

/// The drawings and bytes that each client and address has stored in its day.
#[derive(Debug, Clone, Default)]
pub(super) struct DailyQuotas(Arc<Mutex<Counters>>);

/// A drawing that counts for the quotas. It no longer counts when this is dropped, unless the drawing was stored.
#[derive(Debug)]
pub(crate) struct Charge {
    quotas: DailyQuotas,
    client: Client,
    address: ClientAddress,
    bytes: u64,
    is_stored: bool,
}

impl Charge {
    /// The drawing is stored.
    pub(crate) fn keep(mut self) {
        self.is_stored = true;
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        if !self.is_stored {
            let mut counters = self.quotas.lock();
            refund(&mut counters.of_clients, &self.client, self.bytes);
            refund(&mut counters.of_addresses, &self.address, self.bytes);
        }
    }
}

fn refund<K: Eq + Hash>(counters: &mut HashMap<K, Stored>, key: &K, bytes: u64) {
    if let Some(stored) = counters.get_mut(key) {
        stored.drawings = stored.drawings.saturating_sub(1);
        stored.bytes = stored.bytes.saturating_sub(bytes);
    }
}

impl DailyQuotas {
    /// Counts a drawing of so many bytes that is about to be stored, or returns how long the client has to wait.
    pub(super) fn charge(
        &self,
        client: Client,
        address: ClientAddress,
        bytes: u64,
        now: Instant,
    ) -> Result<Charge, Duration> {
        let mut counters = self.lock();
        let stored = |found: Option<&Stored>| found.copied().unwrap_or(Stored::nothing(now));
        let of_client = stored(counters.of_clients.get(&client)).with(bytes, Quota::OF_CLIENT, now)?;
        let of_address = stored(counters.of_addresses.get(&address)).with(bytes, Quota::OF_ADDRESS, now)?;
        // New cookies cost nothing. If too many clients have a counter, the others have that of their address only.
        if counters.of_clients.len() < MOST_CLIENTS || counters.of_clients.contains_key(&client) {
            counters.of_clients.insert(client, of_client);
        }
        counters.of_addresses.insert(address, of_address);
        Ok(Charge { quotas: self.clone(), client, address, bytes, is_stored: false })
    }

    /// At most `limit` addresses and how many drawings they have stored, the busiest first.
    pub(super) fn busiest_addresses(&self, limit: usize, now: Instant) -> Vec<(ClientAddress, u32)> {
        let counters = self.lock();
        let recent = counters.of_addresses.iter().filter(|(_, stored)| stored.drawings > 0 && !stored.is_over(now));
        let mut busiest: Vec<_> = recent.map(|(address, stored)| (*address, stored.drawings)).collect();
        busiest.sort_by_key(|(_, drawings)| Reverse(*drawings));
        busiest.truncate(limit);
        busiest
    }

    /// Forgets the clients and addresses whose day is over.
    pub(super) fn clean_up(&self, now: Instant) {
        let mut counters = self.lock();
        counters.of_clients.retain(|_, stored| !stored.is_over(now));
        counters.of_addresses.retain(|_, stored| !stored.is_over(now));
    }

    fn lock(&self) -> MutexGuard<'_, Counters> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;
    use uuid::Uuid;

    fn address(text: &str) -> ClientAddress {
        text.parse::<IpAddr>().unwrap().into()
    }

    fn new_client() -> Client {
        Client::User(Uuid::new_v4())
    }

    /// Stores drawings every second until the quota ends that, at most for two days; their number.
    fn stored(quotas: &DailyQuotas, client: impl Fn() -> Client, address: ClientAddress, from: Instant) -> u32 {
        let store = |second| quotas.charge(client(), address, 1_000, from + Duration::from_secs(second));
        (0..2 * DAY.as_secs()).map_while(|second| store(second).map(Charge::keep).ok()).fold(0, |stored, ()| stored + 1)
    }

    #[test]
    fn nobody_stores_more_than_the_quota_in_a_day() {
        let (quotas, now, client) = (DailyQuotas::default(), Instant::now(), new_client());
        let (school, other) = (address("203.0.113.9"), address("198.51.100.7"));
        assert_eq!(stored(&quotas, || client, school, now), 1_000);
        let wait = quotas.charge(client, school, 1, now + DAY / 2).unwrap_err();
        assert_eq!(wait, DAY / 2);
        // With a new cookie for each drawing.
        assert_eq!(stored(&quotas, new_client, school, now), 4_000);
        assert!(quotas.charge(new_client(), other, 1, now).is_ok(), "another address");
        // The same on the next day.
        assert_eq!(stored(&quotas, || client, school, now + DAY), 1_000);
        assert_eq!(stored(&quotas, new_client, school, now + DAY), 4_000);
    }

    #[test]
    fn bytes_count_too_and_drawings_that_were_not_stored_count_for_nothing() {
        let (quotas, now, client, here) =
            (DailyQuotas::default(), Instant::now(), new_client(), address("203.0.113.9"));
        let charge = |bytes| quotas.charge(client, here, bytes, now);
        drop(charge(60_000_000).unwrap());
        charge(60_000_000).unwrap().keep();
        assert!(charge(60_000_000).is_err());
        charge(40_000_000).unwrap().keep();
        assert!(charge(1).is_err());
        assert_eq!(quotas.busiest_addresses(10, now), [(here, 2)]);
    }

    #[test]
    fn the_busiest_addresses_come_first_and_are_forgotten_when_their_day_is_over() {
        let (one, two, now) = (address("198.51.100.7"), address("203.0.113.9"), Instant::now());
        let quotas = DailyQuotas::default();
        for (address, drawings) in [(one, 4), (two, 10)] {
            for _ in 0..drawings {
                quotas.charge(new_client(), address, 1, now).unwrap().keep();
            }
        }
        assert_eq!(quotas.busiest_addresses(10, now), [(two, 10), (one, 4)]);
        assert_eq!(quotas.busiest_addresses(1, now), [(two, 10)]);
        let later = now + DAY;
        assert!(quotas.busiest_addresses(10, later).is_empty());
        quotas.clean_up(later);
        assert!(quotas.lock().of_addresses.is_empty() && quotas.lock().of_clients.is_empty());
    }
}
