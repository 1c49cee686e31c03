//! Which predictions are wanted, as a query string says it.

use crate::store::Filter;
use digit::{TrueLabel, wire::Source};
use serde::{Deserialize, Deserializer, de::Error};
use std::{fmt::Display, str::FromStr};
use time::{Date, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339, macros::format_description};
use utoipa::IntoParams;

/// Conditions that all must hold; one that is left out or empty holds for every prediction.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Taken for this: a digit, or `not_a_digit`.
    #[serde(default, deserialize_with = "parsed")]
    #[param(value_type = Option<String>, example = "7")]
    pub(super) said: Option<TrueLabel>,
    /// Labelled as this: a digit, `not_a_digit` or `unsure`.
    #[serde(default, deserialize_with = "parsed")]
    #[param(value_type = Option<String>, example = "1")]
    pub(super) true_label: Option<TrueLabel>,
    /// Whether somebody labelled it.
    #[serde(default, deserialize_with = "parsed")]
    #[param(value_type = Option<bool>)]
    pub(super) labelled: Option<bool>,
    /// `true`: taken for something else than it is labelled.
    #[serde(default, deserialize_with = "parsed")]
    #[param(value_type = Option<bool>)]
    pub(super) wrong: Option<bool>,
    /// `true`: with a confidence below 0.9.
    #[serde(default, deserialize_with = "parsed")]
    #[param(value_type = Option<bool>)]
    pub(super) doubtful: Option<bool>,
    /// Answered by this version of the model.
    #[serde(default, deserialize_with = "version")]
    #[param(value_type = Option<String>)]
    pub(super) model: Option<String>,
    /// `canvas`, `upload` or `api`.
    #[serde(default, deserialize_with = "source")]
    pub(super) source: Option<Source>,
    /// Submitted on this day (UTC) or later: `2026-11-21`, or a time of RFC 3339.
    #[serde(default, deserialize_with = "moment")]
    #[param(value_type = Option<String>)]
    pub(super) since: Option<OffsetDateTime>,
    /// Submitted before this day or time.
    #[serde(default, deserialize_with = "moment")]
    #[param(value_type = Option<String>)]
    pub(super) until: Option<OffsetDateTime>,
}

impl From<Wanted> for Filter {
    fn from(wanted: Wanted) -> Self {
        Self {
            said: wanted.said,
            true_label: wanted.true_label,
            is_labelled: wanted.labelled,
            only_wrong: wanted.wrong == Some(true),
            only_doubtful: wanted.doubtful == Some(true),
            only_digits: false,
            model: wanted.model,
            source: wanted.source,
            since: wanted.since,
            until: wanted.until,
        }
    }
}

/// A value in text; nothing where the text is empty, as a form sends what was not filled in.
fn parsed<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(D::Error::custom) }
}

/// The name of a version; nothing where the text is empty. PostgreSQL knows no text with a zero in it.
pub(super) fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text: Option<String> = parsed(deserializer)?;
    match text {
        Some(text) if text.contains('\0') => Err(D::Error::custom("no version is called that")),
        version => Ok(version),
    }
}

fn source<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Source>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match Source::ALL.into_iter().find(|source| source.name() == text) {
        None if !text.is_empty() => Err(D::Error::custom("a source is canvas, upload or api")),
        source => Ok(source),
    }
}

/// A day's first moment, or a moment. The dates are those that PostgreSQL's and UUIDs' clocks can tell.
fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<OffsetDateTime>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    let day = Date::parse(&text, format_description!("[year]-[month]-[day]")).map(|day| day.midnight().assume_utc());
    day.or_else(|_| OffsetDateTime::parse(&text, &Rfc3339))
        .ok()
        .and_then(|moment| moment.checked_to_offset(UtcOffset::UTC)) // in another zone, a year may begin that has no name
        .map(Some)
        .ok_or_else(|| D::Error::custom("a time is a day such as 2026-11-21, or a time such as 2026-11-21T18:30:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{extract::Query, http::Uri};
    use time::macros::datetime;

    fn wanted(query: &str) -> Result<Wanted, String> {
        let uri = Uri::try_from(format!("/predictions?{query}")).unwrap();
        Query::try_from_uri(&uri).map(|Query(wanted)| wanted).map_err(|error| error.body_text())
    }

    #[test]
    fn a_form_that_was_not_filled_in_wants_everything() {
        let empty = "said=&true_label=&labelled=&wrong=&doubtful=&model=&source=&since=&until=";
        assert_eq!(wanted(empty), Ok(Wanted::default()));
        assert_eq!(wanted(""), Ok(Wanted::default()));
        assert_eq!(Filter::from(Wanted::default()), Filter::default());
    }

    #[test]
    fn every_condition_is_read() {
        let query = "said=not_a_digit&true_label=7&labelled=true&wrong=true&doubtful=false&model=a&source=upload\
                     &since=2026-11-21&until=2026-11-22T01:00:00%2B01:00";
        let filter = Filter {
            said: Some(TrueLabel::NotADigit),
            true_label: "7".parse().ok(),
            is_labelled: Some(true),
            only_wrong: true,
            only_doubtful: false,
            only_digits: false,
            model: Some("a".to_owned()),
            source: Some(Source::Upload),
            since: Some(datetime!(2026-11-21 0:00 UTC)),
            until: Some(datetime!(2026-11-22 0:00 UTC)),
        };
        assert_eq!(wanted(query).map(Filter::from), Ok(filter));
    }

    #[test]
    fn what_no_condition_can_be_is_refused() {
        for bad in [
            "said=10",
            "true_label=seven",
            "labelled=1",
            "wrong=yes",
            "source=phone",
            "since=today",
            "until=1",
            "model=a%00",
            "since=9999-12-31T23:59:59-01:00",
        ] {
            assert!(wanted(bad).is_err(), "{bad}");
        }
    }
}
