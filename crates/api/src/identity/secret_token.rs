//! Random secrets that identify a session or a program.

use sha2::{Digest, Sha256};
use std::fmt::{self, Write as _};

/// 256 random bits. The database holds only their SHA-256, which needs no slow hash because nobody can guess the bits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct SecretToken([u8; 32]);

impl SecretToken {
    /// The beginning of each API token, by which people and scanners recognise one.
    const API_PREFIX: &str = "dgt_";

    /// A new token.
    ///
    /// # Panics
    /// When the system has no random numbers.
    pub(crate) fn random() -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the system has random numbers");
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits; `None` if the text is anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        let mut bytes = [0; 32];
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// Reads an API token, with its prefix.
    pub(crate) fn parse_api_token(text: &str) -> Option<Self> {
        Self::parse(text.strip_prefix(Self::API_PREFIX)?)
    }

    /// The text of the token, which only its owner gets.
    pub(crate) fn reveal(self) -> String {
        self.0.iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// The text of an API token, which only its owner gets.
    pub(crate) fn reveal_api_token(self) -> String {
        format!("{}{}", Self::API_PREFIX, self.reveal())
    }

    /// The hash that the database holds.
    pub(crate) fn hash(self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl fmt::Debug for SecretToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_from_its_text_and_no_other_text_is_one() {
        let token = SecretToken::random();
        assert_eq!(SecretToken::parse(&token.reveal()), Some(token));
        assert_eq!(SecretToken::parse_api_token(&token.reveal_api_token()), Some(token));
        assert_ne!(SecretToken::random().hash(), token.hash());
        for text in ["", "00", &"g".repeat(64), &"é".repeat(32), &"0".repeat(65), "dgt_00"] {
            assert_eq!(SecretToken::parse(text).or(SecretToken::parse_api_token(text)), None, "{text}");
        }
        assert_eq!(SecretToken::parse_api_token(&token.reveal()), None, "without the prefix");
    }

    #[test]
    fn a_log_does_not_show_the_token() {
        let token = SecretToken::random();
        assert!(!format!("{token:?}").contains(&token.reveal()));
    }
}
