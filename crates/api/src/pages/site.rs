//! The navigation, and the address of a page.

use crate::{
    identity::{Caller, Identity, Role},
    messages::Messages,
};
use axum::{
    extract::FromRequestParts,
    http::{Method, Uri, request::Parts},
};
use form_urlencoded::{Serializer, parse};
use std::convert::Infallible;

/// The values that the layout of every page needs.
#[derive(Debug, Clone)]
pub(super) struct Site {
    place: NavItem,
    /// The address of the page.
    pub(super) address: Address,
}

/// The items of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NavItem {
    /// The first page, and pages without an item.
    Other,
    /// The history.
    History,
    /// The labelling queue.
    Labelling,
    /// The quality of the predictions.
    Quality,
    /// The public gallery.
    Gallery,
    /// The login, and the pages of accounts.
    Account,
}

/// Who reads a page, which decides what the navigation offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// The service did not identify the reader.
    Unknown,
    /// Everybody may do everything.
    Open,
    /// Nobody has logged in.
    Anonymous,
    /// A person with this role has logged in.
    Person(Role),
}

/// Whether the service has a public gallery, an extension of the requests of pages.
#[derive(Debug, Clone, Copy)]
pub(super) struct HasGallery(pub(super) bool);

/// A page's address, from which links to other views of the page are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    path: String,
    query: Vec<(String, String)>,
    reader: Reader,
    has_gallery: bool,
}

/// A link to a page.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) path: &'static str,
    pub(super) text: &'static str,
    /// Whether it is the current page.
    pub(super) is_here: bool,
}

impl Site {
    pub(super) const fn new(place: NavItem, address: Address) -> Self {
        Self { place, address }
    }

    /// The links of the navigation.
    pub(super) fn links(&self, messages: &'static Messages) -> Vec<Link> {
        let text = &messages.page;
        let history = (NavItem::History, "/history", &text.history);
        let labelling = (NavItem::Labelling, "/label", &text.labelling);
        let quality = (NavItem::Quality, "/quality", &text.quality);
        let gallery = self.address.has_gallery.then_some((NavItem::Gallery, "/gallery", &text.gallery));
        let (before, after) = match self.address.reader {
            Reader::Unknown => (Vec::new(), None),
            Reader::Open => (vec![history, labelling, quality], None),
            Reader::Anonymous => (vec![history], Some((NavItem::Account, "/login", &text.login))),
            Reader::Person(_) => {
                (vec![history, labelling, quality], Some((NavItem::Account, "/account", &text.account)))
            }
        };
        let link = |(place, path, text): (NavItem, &'static str, &'static String)| Link {
            path,
            text,
            is_here: self.place == place,
        };
        before.into_iter().chain(gallery).chain(after).map(link).collect()
    }

    /// Whether an operator reads the page.
    pub(super) fn is_for_operator(&self) -> bool {
        matches!(self.address.reader, Reader::Open | Reader::Person(Role::Operator))
    }
}

impl Address {
    /// The address of the first page, for a reader whom the service did not identify.
    pub(super) fn first() -> Self {
        Self { path: "/".to_owned(), query: Vec::new(), reader: Reader::Unknown, has_gallery: false }
    }

    /// The address of a `GET` request; otherwise the first page, because a link cannot repeat a form.
    fn of(method: &Method, uri: &Uri, reader: Reader) -> Self {
        if method != Method::GET {
            return Self { reader, ..Self::first() };
        }
        let query = parse(uri.query().unwrap_or_default().as_bytes()).into_owned();
        let query = query.filter(|(_, value)| !value.is_empty()).collect();
        Self { path: uri.path().to_owned(), query, reader, has_gallery: false }
    }

    /// Whether everybody may see every drawing.
    pub(super) fn is_open(&self) -> bool {
        self.reader == Reader::Open
    }

    /// Whether everybody sees drawings in the gallery.
    pub(super) fn has_gallery(&self) -> bool {
        self.has_gallery
    }

    /// The address with this query parameter, which replaces an earlier one of the same name.
    pub(super) fn with(&self, name: &str, value: &str) -> String {
        let rest = self.query.iter().filter(|(other, _)| other != name);
        let query = Serializer::new(String::new()).extend_pairs(rest).append_pair(name, value).finish();
        format!("{}?{query}", self.path)
    }

    /// The query string without these parameters: empty, or with its question mark.
    pub(super) fn query_without(&self, names: &[&str]) -> String {
        let rest = self.query.iter().filter(|(name, _)| !names.contains(&&**name));
        let query = Serializer::new(String::new()).extend_pairs(rest).finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let reader = match parts.extensions.get::<Caller>().map(|caller| &caller.identity) {
            None | Some(Identity::Program(_)) => Reader::Unknown,
            Some(Identity::Open) => Reader::Open,
            Some(Identity::Anonymous) => Reader::Anonymous,
            Some(Identity::Account(account)) => Reader::Person(account.role),
        };
        let has_gallery = parts.extensions.get::<HasGallery>().is_some_and(|&HasGallery(has_gallery)| has_gallery);
        Ok(Self { has_gallery, ..Self::of(&parts.method, &parts.uri, reader) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(uri: &'static str) -> Address {
        Address::of(&Method::GET, &Uri::from_static(uri), Reader::Open)
    }

    #[test]
    fn a_changed_parameter_keeps_the_rest_of_the_address() {
        let page = address("/history?predicted=7&model=&source=a%26b&lang=en");
        assert_eq!(page.with("lang", "de"), "/history?predicted=7&source=a%26b&lang=de");
        assert_eq!(page.with("before", "x y"), "/history?predicted=7&source=a%26b&lang=en&before=x+y");
        assert_eq!(page.query_without(&["lang", "predicted"]), "?source=a%26b");
        assert_eq!(address("/history?lang=de").query_without(&["lang"]), "");
        assert_eq!(
            [page.query_without(&["lang", "source"]), page.query_without(&["lang", "source", "predicted"])],
            ["?predicted=7", ""]
        );
    }

    #[test]
    fn a_link_never_repeats_a_submitted_form() {
        let refused = Address::of(&Method::POST, &Uri::from_static("/upload?x=1"), Reader::Open);
        assert_eq!(refused.with("lang", "de"), "/?lang=de");
    }
}
