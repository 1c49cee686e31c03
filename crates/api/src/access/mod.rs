//! Who may do what: accounts, sessions and API tokens, the access that each route requires, and the check of each
//! request.

mod actor;
mod caller;
mod check;
mod invitation_code;
mod login;
mod password;
mod rate_limits;
mod routes;
mod scope;
mod secret_token;

pub(crate) use actor::Actor;
pub(crate) use caller::{Account, Caller, Identity, Owner, Program, Reach};
pub(crate) use check::{AccessCheck, check_access};
pub(crate) use invitation_code::InvitationCode;
pub(crate) use login::{LoginDelays, log_in};
pub(crate) use password::{PasswordError, Passwords};
pub(crate) use rate_limits::{Allowance, RateLimits, Use};
pub(crate) use routes::{Access, AccessTable, Routes};
pub use scope::Scope;
pub(crate) use secret_token::SecretToken;

use clap::ValueEnum;

/// Whether the service distinguishes its callers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ApiAccess {
    /// Everybody may do everything. The last label of a drawing counts.
    #[default]
    Open,
    /// Visitors see their own drawings; labellers and operators log in; programs have API tokens.
    Accounts,
}

/// What a person with an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Role {
    /// Sees all drawings and labels them.
    Labeller,
    /// Also manages people, tokens, exports and models.
    Operator,
}

/// The rule for names of people and API tokens.
pub(crate) fn is_valid_name(name: &str) -> bool {
    (1..=64).contains(&name.chars().count()) && name.trim() == name && !name.chars().any(char::is_control)
}

impl Role {
    /// Its name in the database.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Labeller => "labeller",
            Self::Operator => "operator",
        }
    }

    /// The role with this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Labeller, Self::Operator].into_iter().find(|role| role.name() == name)
    }
}
