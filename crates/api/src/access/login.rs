//! The check of a name and a password, with delays that make guessing slow.

use super::{KnownBrowser, PasswordError};
use crate::{
    Api,
    client_address::ClientAddress,
    identity::{Actor, is_valid_name, is_valid_person_name},
    store::Credentials,
};
use ipnet::IpNet;
use service::ApiError;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use wire::Code;

/// The longest delay, after which the failures are forgotten.
const LONGEST_DELAY: Duration = Duration::from_mins(15);
/// The number of counters that are remembered. Beyond it, the oldest are forgotten.
const REMEMBERED: usize = 20_000;

/// The failures after which clients wait: for one name, each further failure doubles the delay; for all names together, they
/// wait for the longest delay.
#[derive(Debug, Clone, Copy)]
struct Free {
    of_name: u32,
    of_all_names: u32,
}

/// The free failures of an address, and of the IPv6 network around it, which may hold several clients.
const FREE: [Free; 2] = [Free { of_name: 3, of_all_names: 50 }, Free { of_name: 12, of_all_names: 200 }];

/// The failures of each address and each network, for each name and for all names. Nobody can lock a person out who logs in
/// from another network.
#[derive(Debug, Clone, Default)]
pub(crate) struct LoginDelays(Arc<Mutex<HashMap<Key, Failures>>>);

/// A name in lower case in a network; `None` stands for all names.
type Key = (Option<String>, IpNet);

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

/// A secret that is not checked yet. It counts as a failure from its start, so that many at once are not all free.
#[derive(Debug)]
pub(crate) struct Attempt<'a> {
    delays: &'a LoginDelays,
    /// The counters of the attempt. The command line has none.
    counters: Vec<Key>,
}

impl LoginDelays {
    /// Starts a login, or returns how long the client has to wait before it may try this name.
    fn start(&self, name: &str, address: Option<ClientAddress>, now: Instant) -> Result<Attempt<'_>, Duration> {
        self.begin(address, |address| of_name(name, address).chain(of_all_names(address)).collect(), now)
    }

    /// The same for a browser in which the person has logged in before. Failures with other names do not delay it.
    fn start_in_known_browser(
        &self,
        name: &str,
        address: Option<ClientAddress>,
        now: Instant,
    ) -> Result<Attempt<'_>, Duration> {
        self.begin(address, |address| of_name(name, address).collect(), now)
    }

    /// Starts an attempt with a code, which counts as one with any name.
    ///
    /// # Errors
    /// After too many failures.
    pub(crate) fn start_code(&self, address: Option<ClientAddress>) -> Result<Attempt<'_>, ApiError> {
        self.begin(address, |address| of_all_names(address).collect(), Instant::now()).map_err(too_many)
    }

    fn begin(
        &self,
        address: Option<ClientAddress>,
        counters: impl FnOnce(ClientAddress) -> Vec<(Key, u32)>,
        now: Instant,
    ) -> Result<Attempt<'_>, Duration> {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counters = address.map(counters).unwrap_or_default();
        let waits =
            counters.iter().filter_map(|(key, free)| Some(failures.get(key)?.wait(*free, key.0.is_some(), now)));
        let wait = waits.max().unwrap_or_default();
        if !wait.is_zero() {
            return Err(wait);
        }
        for (key, _) in &counters {
            let known = failures.get(key).filter(|failures| now.duration_since(failures.last) < LONGEST_DELAY);
            let count = known.map_or(0, |failures| failures.count).saturating_add(1);
            failures.insert(key.clone(), Failures { count, last: now });
        }
        forget_oldest(&mut failures);
        Ok(Attempt { delays: self, counters: counters.into_iter().map(|(key, _)| key).collect() })
    }
}

impl Failures {
    /// How long the client still waits.
    fn wait(self, free: u32, is_of_name: bool, now: Instant) -> Duration {
        let Some(doublings) = self.count.checked_sub(free) else { return Duration::ZERO };
        let doubled = Duration::from_secs(1).saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX));
        let delay = if is_of_name { doubled.min(LONGEST_DELAY) } else { LONGEST_DELAY };
        (self.last + delay).saturating_duration_since(now)
    }
}

impl Attempt<'_> {
    /// The secret is correct: the failures of the name are forgotten.
    pub(crate) fn succeeded(self) {
        self.settle(|of_name, failures| if of_name { failures.count = 0 } else { failures.count -= 1 });
    }

    /// The secret could not be checked, so the attempt does not count.
    pub(crate) fn take_back(self) {
        self.settle(|_, failures| failures.count -= 1);
    }

    fn settle(self, change: impl Fn(bool, &mut Failures)) {
        let mut failures = self.delays.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in self.counters {
            if let Some(of_key) = failures.get_mut(&key).filter(|failures| failures.count > 0) {
                change(key.0.is_some(), of_key);
            }
        }
        failures.retain(|_, failures| failures.count > 0);
    }
}

/// The counters of a name, each with its free failures.
fn of_name(name: &str, address: ClientAddress) -> impl Iterator<Item = (Key, u32)> {
    let name = name.to_lowercase();
    address.networks().zip(FREE).map(move |(network, free)| ((Some(name.clone()), network), free.of_name))
}

/// The counters of all names, each with its free failures.
fn of_all_names(address: ClientAddress) -> impl Iterator<Item = (Key, u32)> {
    address.networks().zip(FREE).map(|(network, free)| ((None, network), free.of_all_names))
}

fn too_many(wait: Duration) -> ApiError {
    let detail = "Too many failed logins. Wait before the next one.";
    ApiError::new(Code::RateLimited, detail).retry_after(wait + Duration::from_secs(1))
}

fn forget_oldest(failures: &mut HashMap<Key, Failures>) {
    if failures.len() > REMEMBERED {
        let mut times: Vec<_> = failures.values().map(|failures| failures.last).collect();
        let (_, &mut middle, _) = times.select_nth_unstable(REMEMBERED / 2);
        failures.retain(|_, failures| failures.last > middle);
    }
}

/// Checks a name and a password. Names that do not exist get the same answer after the same time.
///
/// # Errors
/// When they do not belong together, after too many failures, or when the database is unavailable.
pub(crate) async fn log_in(
    api: &Api,
    actor: &Actor,
    browser: KnownBrowser,
    name: &str,
    password: &str,
) -> Result<Credentials, ApiError> {
    // A name that nobody can have counts as the empty one, so that no counter keeps a long text.
    let name = Some(name.trim()).filter(|name| is_valid_name(name)).unwrap_or_default();
    let now = Instant::now();
    let attempt = match api.logins.start(name, actor.address, now) {
        // Somebody else at the address, such as another pupil of the school, may have tried many names.
        Err(_) if browser.is_known_to(api, name).await? => api.logins.start_in_known_browser(name, actor.address, now),
        started => started,
    };
    let attempt = attempt.map_err(too_many)?;
    match check(api, name, password).await {
        Ok(Some(person)) => {
            attempt.succeeded();
            Ok(person)
        }
        Ok(None) => {
            // Nobody writes the name of another actor into the log.
            let subject = Some(name).filter(|name| is_valid_person_name(name)).unwrap_or_default();
            api.store.record_refused_login(actor, subject).await?;
            Err(ApiError::new(Code::WrongPassword, "The name and the password do not belong together."))
        }
        Err(failure) => {
            attempt.take_back();
            Err(failure)
        }
    }
}

/// The person with this name and this password.
async fn check(api: &Api, name: &str, password: &str) -> Result<Option<Credentials>, ApiError> {
    let known = api.store.credentials(name).await?;
    let hash = known.as_ref().and_then(|known| known.password_hash.clone());
    let is_correct = api.passwords.is_correct(password, hash).await?;
    Ok(known.filter(|_| is_correct))
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
    use std::net::{IpAddr, Ipv4Addr};

    fn address(text: &str) -> ClientAddress {
        ClientAddress::from(text.parse::<IpAddr>().unwrap())
    }

    /// How long the client waits before each of so many wrong passwords, in seconds, when it tries again as soon as it may.
    fn waits(delays: &LoginDelays, name: &str, address: ClientAddress, mut now: Instant, attempts: usize) -> Vec<u64> {
        let mut waits = Vec::new();
        for _ in 0..attempts {
            let wait = delays.start(name, Some(address), now).err().unwrap_or_default();
            now += wait;
            if !wait.is_zero() {
                delays.start(name, Some(address), now).unwrap();
            }
            waits.push(wait.as_secs());
        }
        waits
    }

    #[test]
    fn asvs_6_3_1_the_delay_grows_for_one_name_at_one_address_alone() {
        let (delays, now) = (LoginDelays::default(), Instant::now());
        let (here, elsewhere) = (address("198.51.100.7"), address("203.0.113.9"));
        assert_eq!(waits(&delays, "ada", here, now, 13), [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
        let later = now + Duration::from_secs(1023);
        assert_eq!(delays.start("Ada", Some(here), later).unwrap_err(), LONGEST_DELAY);
        assert!(delays.start("ada", Some(elsewhere), later).is_ok(), "another address is not locked out");
        assert!(delays.start("grace", Some(here), later).is_ok());
        assert!(delays.start("ada", Some(here), later + LONGEST_DELAY).is_ok());
    }

    #[test]
    fn a_correct_password_ends_the_delay_of_its_name() {
        let (delays, now, here) = (LoginDelays::default(), Instant::now(), address("198.51.100.7"));
        waits(&delays, "ada", here, now, 3);
        delays.start("ADA", Some(here), now + Duration::from_secs(1)).unwrap().succeeded();
        assert_eq!(waits(&delays, "ada", here, now + Duration::from_secs(1), 4), [0, 0, 0, 1]);
    }

    #[test]
    fn guesses_that_arrive_at_the_same_time_are_counted_before_they_are_checked() {
        let (delays, now, here) = (LoginDelays::default(), Instant::now(), Some(address("198.51.100.7")));
        let started: Vec<_> = (0..18).filter_map(|_| delays.start("ada", here, now).ok()).collect();
        assert_eq!(started.len(), 3);
        // The passwords could not be checked, because the database was unavailable.
        started.into_iter().for_each(Attempt::take_back);
        assert!(delays.0.lock().unwrap().is_empty());
    }

    #[test]
    fn an_address_that_tries_many_names_waits() {
        let (delays, now, here) = (LoginDelays::default(), Instant::now(), Some(address("198.51.100.7")));
        for name in 0..FREE[0].of_all_names {
            delays.start(&name.to_string(), here, now).unwrap();
        }
        assert_eq!(delays.start("ada", here, now).unwrap_err(), LONGEST_DELAY);
    }

    #[test]
    fn a_browser_in_which_a_person_has_logged_in_waits_for_failures_with_that_name_alone() {
        let (delays, now, school) = (LoginDelays::default(), Instant::now(), Some(address("198.51.100.7")));
        for name in 0..FREE[0].of_all_names {
            delays.start(&name.to_string(), school, now).unwrap();
        }
        assert!(delays.start("ada", school, now).is_err());
        for _ in 0..3 {
            delays.start_in_known_browser("ada", school, now).unwrap();
        }
        assert_eq!(delays.start_in_known_browser("ada", school, now).unwrap_err(), Duration::from_secs(1));
        let later = now + Duration::from_secs(1);
        delays.start_in_known_browser("ada", school, later).unwrap().succeeded();
        delays.start_in_known_browser("ada", school, later).unwrap();
    }

    #[test]
    fn codes_count_for_their_address_and_not_for_a_name() {
        let (delays, here) = (LoginDelays::default(), Some(address("198.51.100.7")));
        for _ in 0..FREE[0].of_all_names {
            delays.start_code(here).unwrap();
        }
        assert_eq!(delays.start_code(here).unwrap_err().problem.code, Code::RateLimited);
        delays.start_code(Some(address("203.0.113.9"))).unwrap().succeeded();
        assert!(delays.start("ada", Some(address("203.0.113.9")), Instant::now()).is_ok());
    }

    #[test]
    fn many_ipv6_addresses_of_one_network_count_together() {
        let client = |network: u32| address(&format!("2001:db8:1:{network:x}::1"));
        let started = |name: &dyn Fn(u32) -> String| {
            let (delays, now) = (LoginDelays::default(), Instant::now());
            (0..1_000).filter(|&guess| delays.start(&name(guess), Some(client(guess)), now).is_ok()).count()
        };
        assert_eq!(started(&|_| "ada".to_owned()), 12, "guesses for one name");
        assert_eq!(started(&|guess| guess.to_string()), 200, "guesses for many names");
        let (delays, now) = (LoginDelays::default(), Instant::now());
        (0..12).for_each(|guess| drop(delays.start("ada", Some(client(guess)), now)));
        assert!(delays.start("ada", Some(address("2001:db8:2::1")), now).is_ok(), "another network is not locked out");
    }

    #[test]
    fn many_clients_are_remembered_and_the_oldest_forgotten() {
        let (delays, now) = (LoginDelays::default(), Instant::now());
        for number in 0..40_000_u32 {
            let client = ClientAddress::from(IpAddr::from(Ipv4Addr::from_bits(number)));
            delays.start("ada", Some(client), now + Duration::from_millis(number.into())).unwrap();
        }
        assert!(delays.0.lock().unwrap().len() <= REMEMBERED);
    }
}
