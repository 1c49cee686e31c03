//! The actor of an entry of the audit log.

use crate::client_address::ClientAddress;

/// The actor of an entry: the name of a person or a program, and the address of the client.
#[derive(Debug, Clone)]
pub(crate) struct Actor {
    /// `None` if nobody has logged in.
    pub(crate) name: Option<String>,
    /// `None` if the action comes from the command line.
    pub(crate) address: Option<ClientAddress>,
}

impl Actor {
    /// An operator with a shell on the server.
    pub(crate) fn command_line() -> Self {
        Self { name: Some("command line".to_owned()), address: None }
    }

    /// The service itself.
    pub(crate) fn service() -> Self {
        Self { name: Some("digits".to_owned()), address: None }
    }

    /// The same client, after it has proved to be this person.
    pub(crate) fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }
}
