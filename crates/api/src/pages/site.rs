//! Where a page stands among the others, and at what address.

use crate::messages::Messages;
use axum::{
    extract::FromRequestParts,
    http::{Method, Uri, request::Parts},
};
use form_urlencoded::{Serializer, parse};
use std::convert::Infallible;

/// What the frame around a page shows.
#[derive(Debug, Clone)]
pub(super) struct Site {
    place: NavItem,
    /// Where it is.
    pub(super) address: Address,
}

/// The pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NavItem {
    /// The paper, which the site's name leads to, and pages that stand below another one.
    Other,
    /// What was drawn.
    History,
    /// What nobody has labelled yet.
    Labelling,
    /// How good the answers have been.
    Quality,
}

/// A page's address, to make others of that show the same in another way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    path: String,
    query: Vec<(String, String)>,
}

/// A link to a page.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) path: &'static str,
    pub(super) text: &'static str,
    /// Whether it is the page that is shown.
    pub(super) is_here: bool,
}

impl Site {
    pub(super) const fn new(place: NavItem, address: Address) -> Self {
        Self { place, address }
    }

    /// The pages that every page leads to.
    pub(super) fn links(&self, messages: &'static Messages) -> [Link; 3] {
        let link = |place, path, text| Link { path, text, is_here: self.place == place };
        [
            link(NavItem::History, "/history", &messages.page.history),
            link(NavItem::Labelling, "/label", &messages.page.labelling),
            link(NavItem::Quality, "/quality", &messages.page.quality),
        ]
    }
}

impl Address {
    /// Of the first page.
    pub(super) fn first() -> Self {
        Self { path: "/".to_owned(), query: Vec::new() }
    }

    /// Of this request; of the first page where that was no plain look at a page, which no link can repeat.
    fn of(method: &Method, uri: &Uri) -> Self {
        if method != Method::GET {
            return Self::first();
        }
        let query = parse(uri.query().unwrap_or_default().as_bytes()).into_owned();
        Self { path: uri.path().to_owned(), query: query.filter(|(_, value)| !value.is_empty()).collect() }
    }

    /// The address with this in its query, in the place of what it says of that.
    pub(super) fn with(&self, name: &str, value: &str) -> String {
        let rest = self.query.iter().filter(|(other, _)| other != name);
        let query = Serializer::new(String::new()).extend_pairs(rest).append_pair(name, value).finish();
        format!("{}?{query}", self.path)
    }

    /// The query without these, to be put after another path: empty, or with its question mark.
    pub(super) fn query_without(&self, names: &[&str]) -> String {
        let rest = self.query.iter().filter(|(name, _)| !names.contains(&&**name));
        let query = Serializer::new(String::new()).extend_pairs(rest).finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.method, &parts.uri))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(uri: &'static str) -> Address {
        Address::of(&Method::GET, &Uri::from_static(uri))
    }

    #[test]
    fn another_view_of_a_page_keeps_the_rest_of_its_address() {
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
    fn what_was_sent_to_a_page_is_not_sent_again_by_a_link() {
        let refused = Address::of(&Method::POST, &Uri::from_static("/upload?x=1"));
        assert_eq!(refused.with("lang", "de"), "/?lang=de");
    }
}
