//! The senders of requests: visitors, people with accounts, programs with API tokens, and the secrets that prove it.

mod actor;
mod block_subject;
mod caller;
mod invitation_code;
mod scope;
mod secret_token;
mod service_tokens;
mod visitor;

pub(crate) use actor::Actor;
pub(crate) use block_subject::BlockSubject;
pub(crate) use caller::{Account, Caller, Drawer, Identity, Owner, Program, Reach};
pub(crate) use invitation_code::InvitationCode;
pub use scope::Scope;
pub(crate) use secret_token::SecretToken;
pub(crate) use service_tokens::{InvalidServiceTokens, ServiceTokens};
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

/// The rule for names of API tokens, and for those that a person may have already.
pub(crate) fn is_valid_name(name: &str) -> bool {
    (1..=64).contains(&name.chars().count()) && name.trim() == name && !name.chars().any(char::is_control)
}

/// The rule for names of people, as they read it.
pub(crate) const PERSON_NAME_RULE: &str = "A name has 1 to 64 characters, no control characters, and no space at its \
    ends. It is not \"digits\" or \"anybody\" and does not begin with \"command line\", \"service token\", \"API token\", \
    \"invitation code\" or \"imported \", which stand for something else.";

/// The rule for names of people to invite, who are also [`Actor`]s of the audit log.
pub(crate) fn is_valid_person_name(name: &str) -> bool {
    is_valid_name(name) && !Actor::is_reserved(name)
}
