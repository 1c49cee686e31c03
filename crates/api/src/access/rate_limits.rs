//! Rate limits and daily quotas, for each visitor or account and for each address.
//!
//! The counters are in the memory of this process: a restart forgets them, and each instance has its own.

use crate::{
    Api,
    client_address::ClientAddress,
    identity::{Caller, Identity, VisitorId},
};
use axum::{extract::FromRequestParts, http::request::Parts};
use governor::{
    DefaultKeyedRateLimiter, InsufficientCapacity, NotUntil, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use service::ApiError;
use std::{
    num::NonZeroU32,
    sync::{Arc, Weak},
    time::Duration,
};
use uuid::Uuid;
use wire::Code;

/// A kind of use that is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// A preview or an explanation, which is not stored.
    Preview,
    /// A drawing that is stored.
    Drawing,
    /// A label.
    Label,
    /// An export of many drawings.
    Export,
}

impl Use {
    /// In the order of the variants.
    const ALL: [Self; 4] = [Self::Preview, Self::Drawing, Self::Label, Self::Export];
}

/// The limits of a kind of use: how often within a period, which also is how often at once.
struct Limit {
    period: Duration,
    /// For each visitor, account, or address without a cookie.
    of_client: u32,
    /// For each address. A school has one for all its browsers.
    of_address: u32,
}

const fn limit(of_use: Use) -> Limit {
    let (minute, hour) = (Duration::from_mins(1), Duration::from_hours(1));
    match of_use {
        // While a person draws, the page requests a preview as soon as the last one is there.
        Use::Preview => Limit { period: minute, of_client: 1_200, of_address: 36_000 },
        // A person draws ten to fifteen digits a minute.
        Use::Drawing => Limit { period: minute, of_client: 40, of_address: 900 },
        // A labeller labels about one drawing a second.
        Use::Label => Limit { period: minute, of_client: 180, of_address: 1_800 },
        Use::Export => Limit { period: hour, of_client: 10, of_address: 60 },
    }
}

/// The drawings that are stored in a day.
const DAILY: Limit = Limit { period: Duration::from_hours(24), of_client: 1_000, of_address: 5_000 };

/// The kilobytes that are stored in a day.
const DAILY_KILOBYTES: Limit = Limit { period: Duration::from_hours(24), of_client: 100_000, of_address: 1_000_000 };

/// How often unused counters are removed.
const CLEAN_UP: Duration = Duration::from_mins(1);

/// A visitor, an account, or an address without a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Client {
    Visitor(VisitorId),
    User(Uuid),
    Address(ClientAddress),
}

/// The counters of one limit.
#[derive(Debug)]
struct Counters {
    of_client: DefaultKeyedRateLimiter<Client>,
    of_address: DefaultKeyedRateLimiter<ClientAddress>,
}

impl Counters {
    fn new(Limit { period, of_client, of_address }: Limit) -> Self {
        Self {
            of_client: RateLimiter::keyed(quota(period, of_client)),
            of_address: RateLimiter::keyed(quota(period, of_address)),
        }
    }

    /// Counts so many uses, or returns how long the client has to wait.
    fn count(&self, client: Client, address: ClientAddress, uses: NonZeroU32) -> Result<(), Duration> {
        let now = DefaultClock::default().now();
        let waits = |checked: Result<Result<(), NotUntil<_>>, InsufficientCapacity>| match checked {
            Ok(Ok(())) => Ok(()),
            Ok(Err(wait)) => Err(NotUntil::wait_time_from(&wait, now)),
            // No number of uses is larger than a limit.
            Err(InsufficientCapacity(_)) => Err(CLEAN_UP),
        };
        // A client that has used up its share does not use up that of its address.
        waits(self.of_client.check_key_n(&client, uses))?;
        waits(self.of_address.check_key_n(&address, uses))
    }

    fn clean_up(&self) {
        self.of_client.retain_recent();
        self.of_address.retain_recent();
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
}

impl RateLimits {
    /// Counters that start at zero. A task removes unused ones as long as this value lives.
    pub(crate) fn start() -> Arc<Self> {
        let limits = Arc::new(Self {
            of_use: Use::ALL.map(|of_use| Counters::new(limit(of_use))),
            daily: Counters::new(DAILY),
            daily_kilobytes: Counters::new(DAILY_KILOBYTES),
        });
        tokio::spawn(clean_up(Arc::downgrade(&limits)));
        limits
    }

    fn count(&self, of_use: Use, uses: NonZeroU32, client: Client, address: ClientAddress) -> Result<(), ApiError> {
        let counters = &self.of_use[of_use as usize];
        counters.count(client, address, uses).map_err(|wait| {
            let detail = "You send more requests than a person does. Wait before the next one.";
            ApiError::new(Code::RateLimited, detail).retry_after(wait + Duration::from_secs(1))
        })
    }

    /// Counts a drawing of so many bytes that is about to be stored.
    fn count_stored(&self, bytes: usize, client: Client, address: ClientAddress) -> Result<(), ApiError> {
        let kilobytes = u32::try_from(bytes.div_ceil(1_000)).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        let counted = self.daily.count(client, address, NonZeroU32::MIN);
        counted.and_then(|()| self.daily_kilobytes.count(client, address, kilobytes)).map_err(|wait| {
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
    }
}

/// The remaining allowance of the sender of a request. Programs with an API token have no limit, because an operator gave them the
/// token.
#[derive(Debug, Clone)]
pub(crate) struct Allowance(Option<(Arc<RateLimits>, Client, ClientAddress)>);

impl Allowance {
    /// Counts a use.
    ///
    /// # Errors
    /// `rate_limited` when the client or the address has used too much.
    pub(crate) fn spend(&self, of_use: Use) -> Result<(), ApiError> {
        self.spend_many(of_use, NonZeroU32::MIN)
    }

    /// Counts several uses at once.
    ///
    /// # Errors
    /// As for [`Self::spend`]. None of them counts then.
    pub(crate) fn spend_many(&self, of_use: Use, uses: NonZeroU32) -> Result<(), ApiError> {
        self.0.as_ref().map_or(Ok(()), |(limits, client, address)| limits.count(of_use, uses, *client, *address))
    }

    /// Counts a drawing of so many bytes that is about to be stored.
    ///
    /// # Errors
    /// `quota_exceeded` when the client or the address has stored as much as one may in a day.
    pub(crate) fn store(&self, bytes: usize) -> Result<(), ApiError> {
        self.0.as_ref().map_or(Ok(()), |(limits, client, address)| limits.count_stored(bytes, *client, *address))
    }
}

impl FromRequestParts<Arc<Api>> for Allowance {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let Some(limits) = api.rate_limits.clone() else { return Ok(Self(None)) };
        let caller = Caller::from_request_parts(parts, api).await?;
        let address = ClientAddress::of_request(parts, &api.settings.trusted_proxies);
        let client = match (&caller.identity, caller.visitor) {
            (Identity::Program(_), _) => return Ok(Self(None)),
            (Identity::Account(account), _) => Client::User(account.user),
            (_, Some(visitor)) => Client::Visitor(visitor),
            (_, None) => Client::Address(address),
        };
        Ok(Self(Some((limits, client, address))))
    }
}
