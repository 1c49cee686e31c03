//! The access that each route requires, the check of each request, logins, service tokens and rate limits.

mod check;
mod login;
mod password;
mod rate_limits;
mod routes;
mod service_tokens;

pub(crate) use check::{AccessCheck, bearer, check_access};
pub(crate) use login::{LoginDelays, log_in};
pub(crate) use password::{PasswordError, Passwords};
pub(crate) use rate_limits::{Allowance, RateLimits, Use};
pub(crate) use routes::{Access, AccessTable, Routes};
pub use service_tokens::ServiceTokenFile;
pub(crate) use service_tokens::rotate;
