//! `Idempotency-Key`: a client that repeats a submission under the same key gets the answer of the first one. The
//! header follows
//! [draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/).

use crate::random_uuid;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;
use wire::{DeletionToken, Input, Source};

/// A key from a client, a `UUIDv4`. It is a secret, because the deletion token of the drawing is derived from it: the
/// api stores only its hash, and no log or trace shows it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct IdempotencyKey(Uuid);

/// The hashes of a submission and its key, and the deletion token that the api derives from the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    /// SHA-256 of the key.
    pub(crate) key_hash: [u8; 32],
    /// SHA-256 of the input, its kind, its source and the requested model version.
    pub(crate) request_hash: [u8; 32],
    /// The token that deletes the drawing.
    pub(crate) deletion_token: DeletionToken,
}

impl IdempotencyKey {
    /// Parses a header value: a `UUIDv4`, in double quotes as in the draft, or without; `None` if it is anything else.
    pub(crate) fn parse(value: &str) -> Option<Self> {
        let bare = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
        random_uuid::parse(bare).map(Self)
    }

    /// A new key, for the forms of one page.
    pub(crate) fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// The key of an input in a form of the page with this key. Each input has a different key, because a person may go
    /// back to the page and send another input.
    pub(crate) fn for_input(self, input: &Input) -> Self {
        let hash = Sha256::new().chain_update(self.0).chain_update(input.bytes()).finalize();
        Self(uuid::Builder::from_random_bytes(random_uuid::first_half(hash.into())).into_uuid())
    }

    /// The key as a form holds it.
    pub(crate) fn form_value(self) -> String {
        self.0.to_string()
    }

    /// The claim of a submission to this key. Two submissions are the same if their stored inputs, kinds of input,
    /// sources and requested model versions are equal.
    pub(crate) fn claim(&self, input: &Input, source: Source, model: Option<&str>) -> Claim {
        let mut hash = Sha256::new();
        for part in [input.kind().name(), source.name(), model.unwrap_or_default()].map(str::as_bytes) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.update(input.bytes());
        Claim {
            key_hash: Sha256::digest(self.0).into(),
            request_hash: hash.finalize().into(),
            deletion_token: self.deletion_token(),
        }
    }

    /// HMAC-SHA-256 (RFC 2104) with this key: every instance of the api computes the same token, and nobody can compute
    /// the key from the token.
    fn deletion_token(self) -> DeletionToken {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).expect("HMAC takes keys of any length");
        mac.update(b"digits deletion token");
        DeletionToken::from_random_bytes(random_uuid::first_half(mac.finalize().into_bytes().into()))
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "8e03978e-40d5-43dd-bc93-6894a57f9324";

    fn key() -> IdempotencyKey {
        IdempotencyKey::parse(KEY).unwrap()
    }

    fn strokes(x: u8) -> Input {
        Input::json(format!(r#"{{"strokes":[[[{x},2],[3,4]]]}}"#).into()).unwrap()
    }

    #[test]
    fn a_key_is_a_random_uuid_with_or_without_quotes() {
        assert_eq!(IdempotencyKey::parse(&format!("\"{KEY}\"")), Some(key()));
        assert_eq!(IdempotencyKey::parse(&KEY.to_uppercase()), Some(key()));
        for other in [
            "",
            "\"",
            "1",
            "\"8e03978e-40d5-43dd-bc93-6894a57f9324",
            "8e03978e40d543ddbc936894a57f9324",
            "{8e03978e-40d5-43dd-bc93-6894a57f9324}",
            "00000000-0000-0000-0000-000000000000",
            "8e03978e-40d5-13dd-bc93-6894a57f9324", // version 1
            "8e03978e-40d5-43dd-cc93-6894a57f9324", // another variant
        ] {
            assert_eq!(IdempotencyKey::parse(other), None, "{other}");
        }
    }

    #[test]
    fn two_submissions_are_the_same_if_drawing_source_and_model_are_equal() {
        let claim = key().claim(&strokes(1), Source::Api, Some("a"));
        assert_eq!(claim, key().claim(&strokes(1), Source::Api, Some("a")));
        for other in [
            key().claim(&strokes(2), Source::Api, Some("a")),
            key().claim(&strokes(1), Source::Canvas, Some("a")),
            key().claim(&strokes(1), Source::Api, Some("b")),
            key().claim(&strokes(1), Source::Api, None),
        ] {
            assert_ne!(other.request_hash, claim.request_hash);
            assert_eq!((other.key_hash, other.deletion_token), (claim.key_hash, claim.deletion_token));
        }
        let other = IdempotencyKey(Uuid::new_v4()).claim(&strokes(1), Source::Api, Some("a"));
        assert_eq!(other.request_hash, claim.request_hash);
        assert!(other.key_hash != claim.key_hash && other.deletion_token != claim.deletion_token);
    }

    #[test]
    fn a_deletion_token_is_the_hmac_of_the_key() {
        // printf 'digits deletion token' | openssl dgst -sha256 -mac HMAC -macopt hexkey:8e03978e40d543ddbc936894a57f9324
        let token = serde_json::to_string(&key().deletion_token()).unwrap();
        assert_eq!(token, "\"14f7a3f8-a3e0-4455-bd08-28796030123d\"");
    }

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?}", key()), "IdempotencyKey(…)");
    }
}
