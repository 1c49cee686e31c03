//! The message of an error with its causes.

use std::{error::Error, iter};

/// Returns the messages of an error and of all its causes, because the message of reqwest omits the inner ones.
#[must_use]
pub fn error_chain(error: &dyn Error) -> String {
    let causes = iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |message, cause| format!("{message}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[derive(Debug, thiserror::Error)]
    #[error("no answer")]
    struct NoAnswer(#[source] io::Error);

    #[test]
    fn the_message_names_all_causes() {
        let error = NoAnswer(io::Error::other("the connection was reset"));
        assert_eq!(error_chain(&error), "no answer: the connection was reset");
    }
}
