//! Rate limits, for each visitor or account and for each address.
//!
//! The counters are in the memory of this process: a restart forgets them, and each instance has its own.

use super::{
    address_slots::AddressSlots,
    daily_quotas::{Charge, DailyQuotas},
};
use crate::{client_address::ClientAddress, identity::VisitorId};
use governor::{
    InsufficientCapacity, NotUntil, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
    state::keyed::DefaultKeyedStateStore,
};
use service::ApiError;
use std::{
    num::NonZeroU32,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};
use uuid::Uuid;
use wire::Code;

/// A kind of use that is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// A preview, which is not stored.
    Preview,
    /// An explanation, for which the network classifies 26 bitmaps.
    Explanation,
    /// A drawing that is stored.
    Drawing,
    /// A label.
    Label,
    /// A list of drawings or figures.
    Read,
    /// An export of many drawings.
    Export,
}

impl Use {
    /// In the order of the variants.
    pub(crate) const ALL: [Self; 6] =
        [Self::Preview, Self::Explanation, Self::Drawing, Self::Label, Self::Read, Self::Export];

    /// Whether the use leaves something in the database.
    pub(super) const fn is_stored(self) -> bool {
        matches!(self, Self::Drawing | Self::Label)
    }
}

/// The limits of a kind of use: how often within a period.
pub(crate) struct Limit {
    pub(crate) period: Duration,
    /// For each visitor, account, or address without a cookie; also at once.
    pub(crate) of_client: u32,
    /// For each address. A school has one for all its browsers.
    pub(crate) of_address: u32,
    /// For each address at once. One address that floods the service slows it down for others no longer than so many uses
    /// take.
    pub(crate) of_address_at_once: u32,
}

impl Limit {
    const fn new(period: Duration, of_client: u32, of_address: u32, of_address_at_once: u32) -> Self {
        Self { period, of_client, of_address, of_address_at_once }
    }
}

impl Use {
    /// The limits of this kind.
    pub(crate) const fn limit(self) -> Limit {
        let (minute, hour) = (Duration::from_mins(1), Duration::from_hours(1));
        match self {
            // While a person draws, the page requests a preview as soon as the last one is there.
            Use::Preview => Limit::new(minute, 1_200, 36_000, 2_400),
            // A person reads an explanation for some seconds.
            Use::Explanation => Limit::new(minute, 60, 900, 60),
            // A person draws ten to fifteen digits a minute.
            Use::Drawing => Limit::new(minute, 40, 900, 60),
            // A labeller labels about one drawing a second.
            Use::Label => Limit::new(minute, 180, 1_800, 180),
            // For each drawing, the page requests the recent drawings and the observed accuracy.
            Use::Read => Limit::new(minute, 300, 9_000, 600),
            Use::Export => Limit::new(hour, 10, 60, 60),
        }
    }
}

/// The number of clients that have a counter of their own.
pub(super) const MOST_CLIENTS: usize = 100_000;

/// How often unused counters are removed.
const CLEAN_UP: Duration = Duration::from_mins(1);

/// A visitor, an account, or an address without a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Client {
    Visitor(VisitorId),
    User(Uuid),
    Address(ClientAddress),
}

/// The counters of one limit, with the clock that they read.
#[derive(Debug)]
struct Counters<C: Clock = DefaultClock> {
    of_client: RateLimiter<Client, DefaultKeyedStateStore<Client>, C, NoOpMiddleware<C::Instant>>,
    of_address: RateLimiter<ClientAddress, DefaultKeyedStateStore<ClientAddress>, C, NoOpMiddleware<C::Instant>>,
}

impl<C: Clock + Clone> Counters<C> {
    fn new(limit: &Limit, clock: &C) -> Self {
        let of_client = quota(limit.period, limit.of_client, limit.of_client);
        let of_address = quota(limit.period, limit.of_address, limit.of_address_at_once);
        Self {
            of_client: RateLimiter::new(of_client, DefaultKeyedStateStore::default(), clock.clone()),
            of_address: RateLimiter::new(of_address, DefaultKeyedStateStore::default(), clock.clone()),
        }
    }

    /// Counts so many uses, or returns how long the client has to wait.
    fn count(&self, client: Client, address: ClientAddress, uses: NonZeroU32) -> Result<(), Duration> {
        let wait = |until: NotUntil<C::Instant>| until.wait_time_from(self.of_client.clock().now());
        // New cookies cost nothing. If too many clients have a counter, only those of addresses count, so that the counters
        // stay in bounds and nobody suffers from the cookies of others.
        if self.of_client.len() < MOST_CLIENTS {
            // A client that has used up its share does not use up that of its address.
            enough(self.of_client.check_key_n(&client, uses))?.map_err(wait)?;
        }
        enough(self.of_address.check_key_n(&address, uses))?.map_err(wait)
    }

    fn clean_up(&self) {
        self.of_client.retain_recent();
        self.of_address.retain_recent();
    }
}

/// The result of a check. No request has more uses than a limit allows at once.
fn enough<T>(checked: Result<T, InsufficientCapacity>) -> Result<T, Duration> {
    checked.map_err(|InsufficientCapacity(_)| CLEAN_UP)
}

/// Evenly as many uses in each period, and so many at once.
fn quota(period: Duration, uses: u32, at_once: u32) -> Quota {
    let [uses, at_once] = [uses, at_once].map(|count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN));
    Quota::with_period(period / uses.get()).unwrap_or(Quota::per_second(uses)).allow_burst(at_once)
}

/// The counters of all limits.
#[derive(Debug)]
pub(crate) struct RateLimits {
    /// Those of each kind of use.
    of_use: [Counters; Use::ALL.len()],
    daily: DailyQuotas,
    pub(super) large_bodies: AddressSlots,
    pub(super) own_exports: AddressSlots,
}

impl RateLimits {
    /// Counters that start at zero. A task removes unused ones as long as this value lives.
    pub(crate) fn start() -> Arc<Self> {
        let clock = DefaultClock::default();
        let limits = Arc::new(Self {
            of_use: Use::ALL.map(|of_use| Counters::new(&of_use.limit(), &clock)),
            daily: DailyQuotas::default(),
            // A quarter of those that the service reads at a time.
            large_bodies: AddressSlots::new(4),
            // Half of those that run at a time.
            own_exports: AddressSlots::new(1),
        });
        tokio::spawn(clean_up(Arc::downgrade(&limits)));
        limits
    }

    pub(super) fn count(
        &self,
        of_use: Use,
        uses: NonZeroU32,
        client: Client,
        address: ClientAddress,
    ) -> Result<(), ApiError> {
        let counters = &self.of_use[of_use as usize];
        counters.count(client, address, uses).map_err(|wait| {
            let detail = "You send more requests than a person does. Wait before the next one.";
            ApiError::new(Code::RateLimited, detail).retry_after(wait + Duration::from_secs(1))
        })
    }

    /// At most `limit` addresses and how many drawings of their daily quotas they have used, the busiest first.
    pub(crate) fn busiest_addresses(&self, limit: usize) -> Vec<(ClientAddress, u32)> {
        self.daily.busiest_addresses(limit, Instant::now())
    }

    /// Counts a drawing of so many bytes that is about to be stored.
    pub(super) fn charge(&self, bytes: usize, client: Client, address: ClientAddress) -> Result<Charge, ApiError> {
        self.daily.charge(client, address, bytes as u64, Instant::now()).map_err(|wait| {
            let detail = "You have submitted as many drawings as one may in a day. Previews go on.";
            ApiError::new(Code::QuotaExceeded, detail).retry_after(wait + Duration::from_secs(1))
        })
    }
}

async fn clean_up(limits: Weak<RateLimits>) {
    loop {
        tokio::time::sleep(CLEAN_UP).await;
        let Some(limits) = limits.upgrade() else { return };
        limits.of_use.iter().for_each(Counters::clean_up);
        limits.daily.clean_up(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;
    use std::net::{IpAddr, Ipv4Addr};

    const SCHOOL: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));

    /// Has so many browsers at one address use digits at a steady pace for a minute, all at the same moments; the uses that are
    /// counted and those that have to wait.
    fn minute(of_use: Use, browsers: usize, a_minute: u32) -> (u32, u32) {
        let clock = FakeRelativeClock::default();
        let counters = Counters::new(&of_use.limit(), &clock);
        let clients: Vec<_> = (0..browsers).map(|_| Client::User(Uuid::new_v4())).collect();
        let (mut counted, mut waiting) = (0, 0);
        for _ in 0..a_minute {
            for client in &clients {
                match counters.count(*client, SCHOOL.into(), NonZeroU32::MIN) {
                    Ok(()) => counted += 1,
                    Err(_) => waiting += 1,
                }
            }
            clock.advance(Duration::from_mins(1) / a_minute);
        }
        (counted, waiting)
    }

    #[test]
    fn thirty_browsers_at_one_address_meet_no_limit() {
        for (of_use, a_minute) in
            [(Use::Preview, 1_200), (Use::Explanation, 20), (Use::Drawing, 15), (Use::Label, 15), (Use::Read, 60)]
        {
            assert_eq!(minute(of_use, 30, a_minute).1, 0, "{of_use:?}");
        }
    }

    #[test]
    fn a_browser_at_ten_times_the_pace_of_a_person_waits() {
        let (counted, waiting) = minute(Use::Drawing, 1, 150);
        assert!(counted <= 80 && waiting >= 70, "{counted} are counted, {waiting} wait");
    }

    #[test]
    fn an_address_with_a_new_cookie_for_each_drawing_stores_few_at_once_and_then_evenly() {
        let clock = FakeRelativeClock::default();
        let counters = Counters::new(&Use::Drawing.limit(), &clock);
        let drawn = |count: usize| {
            let new = || counters.count(Client::User(Uuid::new_v4()), SCHOOL.into(), NonZeroU32::MIN);
            (0..count).filter(|_| new().is_ok()).count()
        };
        assert_eq!(drawn(1_000), 60);
        clock.advance(Duration::from_secs(1));
        assert_eq!(drawn(1_000), 15);
    }
}
