//! Rate limits and daily quotas, for each visitor or account and for each address.
//!
//! The counters are in the memory of this process: a restart forgets them, and each instance has its own.

use super::busy_addresses::BusyAddresses;
use crate::{client_address::ClientAddress, identity::VisitorId};
use governor::{
    DefaultKeyedRateLimiter, InsufficientCapacity, NotUntil, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
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

/// The limits of a kind of use: how often within a period, which also is how often at once.
pub(crate) struct Limit {
    pub(crate) period: Duration,
    /// For each visitor, account, or address without a cookie.
    pub(crate) of_client: u32,
    /// For each address. A school has one for all its browsers.
    pub(crate) of_address: u32,
}

impl Use {
    /// The limits of this kind.
    pub(crate) const fn limit(self) -> Limit {
        let (minute, hour) = (Duration::from_mins(1), Duration::from_hours(1));
        match self {
            // While a person draws, the page requests a preview as soon as the last one is there.
            Use::Preview => Limit { period: minute, of_client: 1_200, of_address: 36_000 },
            // A person reads an explanation for some seconds.
            Use::Explanation => Limit { period: minute, of_client: 60, of_address: 900 },
            // A person draws ten to fifteen digits a minute.
            Use::Drawing => Limit { period: minute, of_client: 40, of_address: 900 },
            // A labeller labels about one drawing a second.
            Use::Label => Limit { period: minute, of_client: 180, of_address: 1_800 },
            // For each drawing, the page requests the recent drawings and the observed accuracy.
            Use::Read => Limit { period: minute, of_client: 300, of_address: 9_000 },
            Use::Export => Limit { period: hour, of_client: 10, of_address: 60 },
        }
    }
}

/// The drawings that are stored in a day.
pub(crate) const DAILY: Limit = Limit { period: Duration::from_hours(24), of_client: 1_000, of_address: 5_000 };

/// The kilobytes that are stored in a day.
pub(crate) const DAILY_KILOBYTES: Limit =
    Limit { period: Duration::from_hours(24), of_client: 100_000, of_address: 1_000_000 };

/// The number of clients that have a counter of their own.
const MOST_CLIENTS: usize = 100_000;

/// How often unused counters are removed.
const CLEAN_UP: Duration = Duration::from_mins(1);

/// A visitor, an account, or an address without a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Client {
    Visitor(VisitorId),
    User(Uuid),
    Address(ClientAddress),
}

/// The counters of one limit.
#[derive(Debug)]
struct Counters {
    of_client: DefaultKeyedRateLimiter<Client>,
    of_address:
        RateLimiter<ClientAddress, DefaultKeyedStateStore<ClientAddress>, DefaultClock, StateInformationMiddleware>,
}

impl Counters {
    fn new(Limit { period, of_client, of_address }: Limit) -> Self {
        Self {
            of_client: RateLimiter::keyed(quota(period, of_client)),
            of_address: RateLimiter::keyed(quota(period, of_address)).with_middleware(),
        }
    }

    /// Counts so many uses and returns how many the address has left, or returns how long the client has to wait.
    fn count(&self, client: Client, address: ClientAddress, uses: NonZeroU32) -> Result<u32, Duration> {
        // New cookies cost nothing. Too many share the counter of their address, so that the counters stay in bounds.
        let client = if self.of_client.len() < MOST_CLIENTS { client } else { Client::Address(address) };
        // A client that has used up its share does not use up that of its address.
        or_wait(self.of_client.check_key_n(&client, uses))?;
        let state = or_wait(self.of_address.check_key_n(&address, uses))?;
        Ok(state.remaining_burst_capacity())
    }

    fn clean_up(&self) {
        self.of_client.retain_recent();
        self.of_address.retain_recent();
    }
}

/// The state of a counter, or how long the client has to wait.
fn or_wait<T>(
    checked: Result<Result<T, NotUntil<<DefaultClock as Clock>::Instant>>, InsufficientCapacity>,
) -> Result<T, Duration> {
    match checked {
        Ok(Ok(state)) => Ok(state),
        Ok(Err(wait)) => Err(wait.wait_time_from(DefaultClock::default().now())),
        // No number of uses is larger than a limit.
        Err(InsufficientCapacity(_)) => Err(CLEAN_UP),
    }
}

/// So many uses at once, and then evenly as many in each period.
fn quota(period: Duration, uses: u32) -> Quota {
    let uses = NonZeroU32::new(uses).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(period / uses.get()).map_or(Quota::per_second(uses), |quota| quota.allow_burst(uses))
}

/// The counters of all limits.
#[derive(Debug)]
pub(crate) struct RateLimits {
    /// Those of each kind of use.
    of_use: [Counters; Use::ALL.len()],
    daily: Counters,
    daily_kilobytes: Counters,
    busy_addresses: BusyAddresses,
}

impl RateLimits {
    /// Counters that start at zero. A task removes unused ones as long as this value lives.
    pub(crate) fn start() -> Arc<Self> {
        let limits = Arc::new(Self {
            of_use: Use::ALL.map(|of_use| Counters::new(of_use.limit())),
            daily: Counters::new(DAILY),
            daily_kilobytes: Counters::new(DAILY_KILOBYTES),
            busy_addresses: BusyAddresses::new(DAILY.of_address, DAILY.period),
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
        counters.count(client, address, uses).map(drop).map_err(|wait| {
            let detail = "You send more requests than a person does. Wait before the next one.";
            ApiError::new(Code::RateLimited, detail).retry_after(wait + Duration::from_secs(1))
        })
    }

    /// At most `limit` addresses and how many drawings of their daily quotas they have used, the busiest first.
    pub(crate) fn busiest_addresses(&self, limit: usize) -> Vec<(ClientAddress, u32)> {
        self.busy_addresses.busiest(limit, Instant::now())
    }

    /// Counts a drawing of so many bytes that is about to be stored.
    pub(super) fn count_stored(&self, bytes: usize, client: Client, address: ClientAddress) -> Result<(), ApiError> {
        let kilobytes = u32::try_from(bytes.div_ceil(1_000)).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        let counted = self.daily.count(client, address, NonZeroU32::MIN);
        if let Ok(remaining) = counted {
            self.busy_addresses.note(address, remaining, Instant::now());
        }
        counted.and_then(|_| self.daily_kilobytes.count(client, address, kilobytes)).map(drop).map_err(|wait| {
            let detail = "You have submitted as many drawings as one may in a day. Previews go on.";
            ApiError::new(Code::QuotaExceeded, detail).retry_after(wait + Duration::from_secs(1))
        })
    }
}

async fn clean_up(limits: Weak<RateLimits>) {
    loop {
        tokio::time::sleep(CLEAN_UP).await;
        let Some(limits) = limits.upgrade() else { return };
        let all = limits.of_use.iter().chain([&limits.daily, &limits.daily_kilobytes]);
        all.for_each(Counters::clean_up);
        limits.busy_addresses.clean_up(Instant::now());
    }
}
