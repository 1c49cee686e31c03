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
    const COMMAND_LINE: &str = "command line";
    /// The service itself.
    const DIGITS: &str = "digits";
    /// Anybody who changes models with open access, where nobody has a name.
    pub(crate) const ANYBODY: &str = "anybody";
    /// The beginning of the names of people whom an import adds.
    const IMPORTED: &str = "imported ";
    /// The model service or the trainer.
    pub(super) const SERVICE: &str = "service token";
    /// A program with an API token, and the subject of a refused one.
    pub(crate) const API_TOKEN: &str = "API token";
    /// The subject of a refused invitation code.
    pub(crate) const INVITATION_CODE: &str = "invitation code";

    /// An operator with a shell on the server.
    pub(crate) fn command_line() -> Self {
        Self { name: Some(Self::COMMAND_LINE.to_owned()), address: None }
    }

    /// The service itself.
    pub(crate) fn service() -> Self {
        Self { name: Some(Self::DIGITS.to_owned()), address: None }
    }

    /// The same client, after it has proved to be this person.
    pub(crate) fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }

    /// The name of a program with this API token of a person.
    pub(super) fn program(token: &str, person: &str) -> String {
        format!("{} {token:?} of {person}", Self::API_TOKEN)
    }

    /// Whether a name could stand for something else than a person in the audit log, or for a person whom an import adds.
    pub(super) fn is_reserved(name: &str) -> bool {
        let name = name.to_lowercase();
        let beginnings = [Self::COMMAND_LINE, Self::SERVICE, Self::API_TOKEN, Self::INVITATION_CODE, Self::IMPORTED];
        [Self::DIGITS, Self::ANYBODY].contains(&&*name)
            || beginnings.iter().any(|beginning| name.starts_with(&beginning.to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::is_valid_person_name;

    #[test]
    fn no_person_has_the_name_of_another_actor() {
        let actors = [Actor::command_line(), Actor::service()].map(|actor| actor.name.unwrap());
        let others = [Actor::API_TOKEN, Actor::INVITATION_CODE, Actor::ANYBODY, Actor::SERVICE, "imported 7"];
        let programs = [Actor::program("nightly", "ada")];
        for other in actors.iter().chain(&programs).map(String::as_str).chain(others) {
            assert!(!is_valid_person_name(other), "{other}");
            assert!(!is_valid_person_name(&other.to_uppercase()), "{other}");
        }
        assert!(["ada", "Ada of API", "token", "digits2", "Anybody else"].into_iter().all(is_valid_person_name));
    }

    #[test]
    fn two_tokens_of_two_people_are_two_actors() {
        assert_eq!(Actor::program("nightly", "ada"), "API token \"nightly\" of ada");
        assert_ne!(Actor::program("a\" of \"b", "c"), Actor::program("a", "\"b\" of c"));
    }
}
