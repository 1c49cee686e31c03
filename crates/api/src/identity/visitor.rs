//! A visitor: a browser, known by a random token in a cookie.

use crate::random_uuid;
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;

/// The token in the cookie of a browser: 122 random bits, a `UUIDv4`. It is a secret: the database holds only a hash, and
/// no log or trace shows it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct VisitorToken(Uuid);

/// The id of a visitor in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct VisitorId(Uuid);

impl VisitorToken {
    /// A new token.
    pub(crate) fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// Reads a cookie's value; `None` if it is no token.
    pub(crate) fn parse(value: &str) -> Option<Self> {
        random_uuid::parse(value).map(Self)
    }

    /// The value of the cookie.
    pub(crate) fn cookie_value(self) -> String {
        self.0.to_string()
    }

    /// The id: 122 bits of the token's SHA-256, as a `UUIDv8`. Every instance of the api derives the same id, so
    /// two instances may insert the first rows of a visitor at the same time.
    pub(crate) fn id(self) -> VisitorId {
        let id = random_uuid::first_half(Sha256::digest(self.0).into());
        VisitorId(uuid::Builder::from_custom_bytes(id).into_uuid())
    }
}

impl VisitorId {
    /// The id in a row of the database.
    pub(crate) fn from_row(id: Uuid) -> Self {
        Self(id)
    }

    pub(crate) fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Debug for VisitorToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VisitorToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_from_its_cookie_and_gives_the_same_id() {
        let token = VisitorToken::random();
        assert_eq!(VisitorToken::parse(&token.cookie_value()), Some(token));
        assert_eq!(VisitorToken::parse(&token.cookie_value()).unwrap().id(), token.id());
        assert_ne!(VisitorToken::random().id(), token.id());
    }

    #[test]
    fn an_id_and_a_log_do_not_show_the_token() {
        let token = VisitorToken::random();
        let shown = format!("{token:?} {:?}", token.id());
        assert!(!shown.contains(&token.cookie_value()), "{shown}");
    }

    #[test]
    fn other_values_are_no_token() {
        for value in ["", "1", "00000000-0000-0000-0000-000000000000", "8e03978e40d543ddbc936894a57f9324"] {
            assert_eq!(VisitorToken::parse(value), None, "{value}");
        }
    }
}
