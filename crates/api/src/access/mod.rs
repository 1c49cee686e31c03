//! The access that each route requires, the check of each request, logins, service tokens and rate limits.

mod address_slots;
mod allowance;
mod check;
mod daily_quotas;
mod known_browser;
mod login;
mod password;
mod rate_limits;
mod refusals;
mod routes;
mod service_tokens;

pub(crate) use address_slots::limit_large_bodies;
pub(crate) use allowance::Allowance;
pub(crate) use check::{AccessCheck, bearer, check_access};
pub(crate) use daily_quotas::{Charge, Quota};
pub(crate) use known_browser::KnownBrowser;
pub(crate) use login::{LoginDelays, log_in};
pub(crate) use password::{PasswordError, Passwords};
pub(crate) use rate_limits::{Limit, RateLimits, Use};
pub(crate) use refusals::Refusals;
pub(crate) use routes::{Access, AccessTable, Routes};
pub use service_tokens::ServiceTokenFile;
pub(crate) use service_tokens::rotate;
