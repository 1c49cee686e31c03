//! The check of a name and a password, with delays that make guessing slow.

use super::PasswordError;
use crate::{
    Api,
    client_address::ClientAddress,
    identity::{Actor, is_valid_person_name},
    store::Credentials,
};
use service::ApiError;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use wire::Code;

/// The number of failures after which a client waits before it may try the same name again. Each further failure doubles
/// the delay.
const FREE_FAILURES: u32 = 3;
/// The longest delay, after which the failures are forgotten.
const LONGEST_DELAY: Duration = Duration::from_mins(15);
/// The number of failures of one address, for any names, after which it waits for the longest delay.
const FAILURES_OF_ADDRESS: u32 = 50;
/// The number of clients whose failures are remembered. Beyond it, the oldest are forgotten.
const REMEMBERED: usize = 10_000;

/// The failures of each client, for each name and for all names. A client is an address, so nobody can lock a person out
/// who logs in from another one.
#[derive(Debug, Clone, Default)]
pub(crate) struct LoginDelays(Arc<Mutex<HashMap<Key, Failures>>>);

/// A name in lower case at an address; `None` stands for all names.
type Key = (Option<String>, ClientAddress);

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Failures {
    /// How long the client still waits.
    fn wait(self, free: u32, now: Instant) -> Duration {
        let Some(doublings) = self.count.checked_sub(free) else { return Duration::ZERO };
        let delay = Duration::from_secs(1).saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX));
        (self.last + delay.min(LONGEST_DELAY)).saturating_duration_since(now)
    }
}

impl LoginDelays {
    /// How long a client waits before it may try this name; zero if it may try at once.
    fn wait(&self, name: &str, address: ClientAddress, now: Instant) -> Duration {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_name = failures.get(&(Some(name.to_lowercase()), address));
        let of_address = failures.get(&(None, address)).filter(|failures| failures.count >= FAILURES_OF_ADDRESS);
        let of_name = of_name.map_or(Duration::ZERO, |failures| failures.wait(FREE_FAILURES, now));
        let of_address = of_address.map_or(Duration::ZERO, |failures| failures.wait(0, now));
        of_name.max(of_address)
    }

    fn count_failure(&self, name: &str, address: ClientAddress, now: Instant) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in [(Some(name.to_lowercase()), address), (None, address)] {
            let known = failures.get(&key).filter(|failures| now.duration_since(failures.last) < LONGEST_DELAY);
            let count = known.map_or(0, |failures| failures.count).saturating_add(1);
            failures.insert(key, Failures { count, last: now });
        }
        if failures.len() > REMEMBERED {
            let mut times: Vec<_> = failures.values().map(|failures| failures.last).collect();
            let (_, &mut middle, _) = times.select_nth_unstable(REMEMBERED / 2);
            failures.retain(|_, failures| failures.last > middle);
        }
    }

    fn forget(&self, name: &str, address: ClientAddress) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(Some(name.to_lowercase()), address));
    }
}

/// Checks a name and a password. Names that do not exist get the same answer after the same time.
///
/// # Errors
/// When they do not belong together, after too many failures, or when the database is unavailable.
pub(crate) async fn log_in(api: &Api, actor: &Actor, name: &str, password: &str) -> Result<Credentials, ApiError> {
    // A name that nobody can have counts as the empty one, so that no counter keeps a long text.
    let name = Some(name.trim()).filter(|name| is_valid_person_name(name)).unwrap_or_default();
    if let Some(address) = actor.address {
        let wait = api.logins.wait(name, address, Instant::now());
        if !wait.is_zero() {
            let detail = "Too many failed logins. Wait before the next one.";
            return Err(ApiError::new(Code::RateLimited, detail).retry_after(wait + Duration::from_secs(1)));
        }
    }
    let known = api.store.credentials(name).await?;
    let hash = known.as_ref().and_then(|known| known.password_hash.clone());
    let is_correct = api.passwords.is_correct(password, hash).await?;
    if let Some(person) = known.filter(|_| is_correct) {
        actor.address.inspect(|&address| api.logins.forget(name, address));
        return Ok(person);
    }
    actor.address.inspect(|&address| api.logins.count_failure(name, address, Instant::now()));
    api.store.record_refused_login(actor, name).await?;
    Err(ApiError::new(Code::WrongPassword, "The name and the password do not belong together."))
}

impl From<PasswordError> for ApiError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Length => Self::new(Code::InvalidPassword, "A password has 8 to 128 characters."),
            PasswordError::Common => {
                Self::new(Code::InvalidPassword, "This password is easy to guess. Choose another one.")
            }
            PasswordError::Busy => Self::new(Code::RateLimited, "Too many logins at once. Try again in a moment.")
                .retry_after(Duration::from_secs(1)),
            PasswordError::Defect => {
                Self::new(Code::Internal, "The password could not be checked. It has been logged.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderMap;

    fn address(text: &str) -> ClientAddress {
        ClientAddress::of(text.parse().unwrap(), &HeaderMap::new(), &[])
    }

    #[test]
    fn asvs_6_3_1_the_delay_grows_for_one_name_at_one_address_alone() {
        let (delays, now) = (LoginDelays::default(), Instant::now());
        let (here, elsewhere) = (address("198.51.100.7"), address("203.0.113.9"));
        let mut waits = Vec::new();
        for _ in 0..14 {
            waits.push(delays.wait("Ada", here, now).as_secs());
            delays.count_failure("ada", here, now);
        }
        assert_eq!(waits, [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]);
        assert_eq!(delays.wait("ada", elsewhere, now), Duration::ZERO, "another address is not locked out");
        assert_eq!(delays.wait("grace", here, now), Duration::ZERO);
        assert_eq!(delays.wait("ada", here, now + LONGEST_DELAY), Duration::ZERO);
        delays.forget("ADA", here);
        assert_eq!(delays.wait("ada", here, now), Duration::ZERO);
    }

    #[test]
    fn an_address_that_tries_many_names_waits() {
        let (delays, now, here) = (LoginDelays::default(), Instant::now(), address("198.51.100.7"));
        for name in 0..FAILURES_OF_ADDRESS {
            assert_eq!(delays.wait("ada", here, now), Duration::ZERO);
            delays.count_failure(&name.to_string(), here, now);
        }
        assert_eq!(delays.wait("ada", here, now), LONGEST_DELAY);
    }

    #[test]
    fn many_clients_are_remembered_and_the_oldest_forgotten() {
        let (delays, now) = (LoginDelays::default(), Instant::now());
        for number in 0..20_000_u32 {
            let client = ClientAddress::of(std::net::Ipv4Addr::from_bits(number).into(), &HeaderMap::new(), &[]);
            delays.count_failure("ada", client, now + Duration::from_millis(number.into()));
        }
        assert!(delays.0.lock().unwrap().len() <= REMEMBERED);
    }
}
