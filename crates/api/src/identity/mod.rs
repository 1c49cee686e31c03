//! The senders of requests: visitors, people with accounts, programs with API tokens, and the secrets that prove it.

mod actor;
mod block_subject;
mod caller;
mod invitation_code;
mod scope;
mod secret_token;
mod visitor;

pub(crate) use actor::Actor;
pub(crate) use block_subject::BlockSubject;
pub(crate) use caller::{Account, Caller, Identity, Owner, Program, Reach};
pub(crate) use invitation_code::InvitationCode;
pub use scope::Scope;
pub(crate) use secret_token::SecretToken;
pub(crate) use visitor::{VisitorId, VisitorToken};

use clap::ValueEnum;

/// The role of a person with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Role {
    /// Sees all drawings and labels them.
    Labeller,
    /// Also manages people, tokens, exports and models.
    Operator,
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

/// The rule for names of people and API tokens.
pub(crate) fn is_valid_name(name: &str) -> bool {
    (1..=64).contains(&name.chars().count()) && name.trim() == name && !name.chars().any(char::is_control)
}
