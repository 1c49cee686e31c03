//! The tokens of the model service and the trainer, as the text of a file that they share with the api.

use super::SecretToken;
use std::fmt::Write as _;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The tokens that are valid: the newest, which services send, and the one before it, which they may send until they
/// have read the file again.
///
/// The text has a line for each token, the newest first, and then `# ` and the time when that was made. The time is in
/// the text, because a restored or mounted file gets a new modification time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceTokens {
    newest: SecretToken,
    previous: Option<SecretToken>,
    /// When the newest was made.
    made_at: OffsetDateTime,
}

/// Why a text does not hold service tokens. The message shows nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidServiceTokens {
    #[error("line {0} is neither a token (dgt_ and 64 hexadecimal digits) nor the time when the first token was made")]
    Line(usize),
    #[error("there are {0} tokens, not one or two")]
    Count(usize),
    #[error("the last line is not the time when the first token was made, such as \"# 2026-11-30T12:00:00Z\"")]
    NoTime,
}

impl ServiceTokens {
    /// Reads the text of a file.
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidServiceTokens> {
        let (mut tokens, mut made_at) = (Vec::new(), None);
        for (number, line) in (1..).zip(text.lines().map(str::trim)) {
            let time = line.strip_prefix('#').and_then(|time| OffsetDateTime::parse(time.trim(), &Rfc3339).ok());
            match (SecretToken::parse_api_token(line), time) {
                (Some(token), _) => tokens.push(token),
                (None, Some(time)) => made_at = Some(time),
                (None, None) if line.is_empty() => {}
                (None, None) => return Err(InvalidServiceTokens::Line(number)),
            }
        }
        let (newest, previous) = match tokens[..] {
            [newest] => (newest, None),
            [newest, previous] => (newest, Some(previous)),
            _ => return Err(InvalidServiceTokens::Count(tokens.len())),
        };
        Ok(Self { newest, previous, made_at: made_at.ok_or(InvalidServiceTokens::NoTime)? })
    }

    /// A new token. The newest one so far remains valid.
    pub(crate) fn rotated(before: Option<&Self>, now: OffsetDateTime) -> Self {
        let made_at = now.replace_nanosecond(0).unwrap_or(now);
        Self { newest: SecretToken::random(), previous: before.map(|before| before.newest), made_at }
    }

    /// The text of the file, which only the services of this installation get.
    pub(crate) fn reveal(&self) -> String {
        let tokens = [Some(self.newest), self.previous].into_iter().flatten();
        let mut text = tokens.fold(String::new(), |text, token| text + &token.reveal_api_token() + "\n");
        let _ = writeln!(text, "# {}", self.made_at.format(&Rfc3339).unwrap_or_default());
        text
    }

    /// Whether a token is valid. The comparison of hashes takes a time that says nothing about the tokens.
    pub(crate) fn contain(&self, token: SecretToken) -> bool {
        let is_newest = self.newest.hash() == token.hash();
        is_newest || self.previous.is_some_and(|previous| previous.hash() == token.hash())
    }

    /// When the newest token was made.
    pub(crate) fn made_at(&self) -> OffsetDateTime {
        self.made_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOON: OffsetDateTime = datetime!(2026-11-30 12:00 UTC);

    #[test]
    fn two_tokens_are_valid_at_a_time() {
        let first = ServiceTokens::rotated(None, NOON);
        let second = ServiceTokens::rotated(Some(&first), NOON);
        let third = ServiceTokens::rotated(Some(&second), NOON);
        assert!(second.contain(first.newest) && second.contain(second.newest));
        assert!(third.contain(third.newest) && third.contain(second.newest) && !third.contain(first.newest));
        assert!(!third.contain(SecretToken::random()));
    }

    #[test]
    fn the_first_line_of_the_file_is_the_newest_token() {
        let first = ServiceTokens::rotated(None, NOON);
        let second = ServiceTokens::rotated(Some(&first), NOON);
        let text = second.reveal();
        let lines: Vec<_> = text.lines().collect();
        let tokens = [second.newest, first.newest].map(SecretToken::reveal_api_token);
        assert_eq!(lines, [&tokens[0], &tokens[1], "# 2026-11-30T12:00:00Z"]);
        assert_eq!(ServiceTokens::parse(&text), Ok(second.clone()));
        assert_eq!(ServiceTokens::parse(&first.reveal()), Ok(first));
    }

    #[test]
    fn another_text_is_rejected_with_a_reason_that_does_not_show_it() {
        let token = SecretToken::random().reveal_api_token();
        let time = "# 2026-11-30T12:00:00Z";
        for (text, error) in [
            (String::new(), InvalidServiceTokens::Count(0)),
            (time.to_owned(), InvalidServiceTokens::Count(0)),
            (token.clone(), InvalidServiceTokens::NoTime),
            (format!("{token}\n{token}\n{token}\n{time}"), InvalidServiceTokens::Count(3)),
            (format!("{token}\n{}\n{time}", &token[..60]), InvalidServiceTokens::Line(2)),
            (format!("{token}\n# yesterday"), InvalidServiceTokens::Line(2)),
        ] {
            assert_eq!(ServiceTokens::parse(&text), Err(error), "{text}");
            assert!(!error.to_string().contains(&token[..60]), "{error}");
        }
    }
}
