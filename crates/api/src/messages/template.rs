//! A sentence with one place in it, written `{}`, for what is known only later.

use serde::{Deserialize, Serialize};

const PLACE: &str = "{}";

/// What stands before the place and after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct MessageTemplate {
    pub(crate) before: String,
    pub(crate) after: String,
}

impl MessageTemplate {
    /// The sentence with this in its place.
    pub(crate) fn filled(&self, text: &str) -> String {
        [&self.before, text, &self.after].concat()
    }
}

impl TryFrom<String> for MessageTemplate {
    type Error = &'static str;

    fn try_from(sentence: String) -> Result<Self, Self::Error> {
        match sentence.split(PLACE).collect::<Vec<_>>()[..] {
            [before, after] => Ok(Self { before: before.to_owned(), after: after.to_owned() }),
            _ => Err("a sentence needs {} once, for what is known only later"),
        }
    }
}

impl From<MessageTemplate> for String {
    fn from(frame: MessageTemplate) -> Self {
        frame.filled(PLACE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_comes_out_as_it_went_in() {
        let sentence = "\"Danke. Benannt: {}.\"";
        let frame: MessageTemplate = serde_json::from_str(sentence).unwrap();
        assert_eq!((frame.before.as_str(), frame.after.as_str()), ("Danke. Benannt: ", "."));
        assert_eq!(serde_json::to_string(&frame).unwrap(), sentence);
    }

    #[test]
    fn a_sentence_has_exactly_one_place() {
        for sentence in ["\"Thank you.\"", "\"{} and {}\""] {
            assert!(serde_json::from_str::<MessageTemplate>(sentence).is_err(), "{sentence}");
        }
    }
}
