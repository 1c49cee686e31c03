//! The access that each route requires, the check of each request, logins, service tokens and rate limits.

mod allowance;
mod busy_addresses;
mod check;
mod large_bodies;
mod login;
mod password;
mod rate_limits;
mod refused_tokens;
mod routes;
mod service_tokens;

pub(crate) use allowance::Allowance;
pub(crate) use check::{AccessCheck, bearer, check_access};
pub(crate) use large_bodies::{LargeBodies, limit_large_bodies};
pub(crate) use login::{LoginDelays, log_in};
pub(crate) use password::{PasswordError, Passwords};
pub(crate) use rate_limits::{DAILY, DAILY_KILOBYTES, Limit, RateLimits, Use};
pub(crate) use refused_tokens::RefusedTokens;
pub(crate) use routes::{Access, AccessTable, Routes};
pub use service_tokens::ServiceTokenFile;
pub(crate) use service_tokens::rotate;
