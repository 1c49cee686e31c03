//! A filter of predictions in a query string.

use crate::store::Filter;
use digit::{ModelVersion, TrueLabel};
use serde::{Deserialize, Deserializer, de::Error};
use service::{
    empty_as_none,
    parameters::{empty_or, empty_or_one_of, flag, model_version},
};
use time::{Date, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339, macros::format_description};
use utoipa::{
    IntoParams,
    openapi::{
        KnownFormat, ObjectBuilder, Schema, SchemaFormat,
        schema::{AnyOfBuilder, Type},
    },
};
use wire::Source;

/// Conditions, all of which must hold. A condition that is left out or empty holds for every prediction.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FilterQuery {
    /// The predicted class: a digit, or `not_a_digit`.
    #[serde(default, deserialize_with = "class")]
    #[param(schema_with = classes)]
    pub(crate) predicted: Option<TrueLabel>,
    /// The label: a digit, `not_a_digit` or `unsure`.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = labels)]
    pub(crate) true_label: Option<TrueLabel>,
    /// Whether the prediction has a label.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = flag)]
    pub(crate) labelled: Option<bool>,
    /// `true`: only predictions whose class differs from their label.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = flag)]
    pub(crate) incorrect: Option<bool>,
    /// `true`: only predictions with a confidence below 0.9.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = flag)]
    pub(crate) low_confidence: Option<bool>,
    /// `true`: only predictions on whose labels people disagree.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = flag)]
    pub(crate) disputed: Option<bool>,
    /// `true`: only label suspects, whose label is probably wrong.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = flag)]
    pub(crate) suspect: Option<bool>,
    /// The model version.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = model_version)]
    pub(crate) model: Option<ModelVersion>,
    /// The source: `canvas`, `upload` or `api`.
    #[serde(default, deserialize_with = "source")]
    #[param(schema_with = sources)]
    pub(crate) source: Option<Source>,
    /// The first day (UTC) or time of submission, inclusive: `2026-11-21`, or a time in the format of RFC 3339.
    #[serde(default, deserialize_with = "moment")]
    #[param(schema_with = moments)]
    pub(crate) since: Option<OffsetDateTime>,
    /// The end of the times of submission, exclusive: a day (UTC) or a time.
    #[serde(default, deserialize_with = "moment")]
    #[param(schema_with = moments)]
    pub(crate) until: Option<OffsetDateTime>,
}

impl From<FilterQuery> for Filter {
    fn from(wanted: FilterQuery) -> Self {
        Self {
            predicted: wanted.predicted,
            true_label: wanted.true_label,
            is_labelled: wanted.labelled,
            only_incorrect: wanted.incorrect == Some(true),
            only_low_confidence: wanted.low_confidence == Some(true),
            only_digits: false,
            only_trainable: false,
            only_disputed: wanted.disputed == Some(true),
            only_suspect: wanted.suspect == Some(true),
            model: wanted.model,
            source: wanted.source,
            since: wanted.since,
            until: wanted.until,
        }
    }
}

/// A predicted class. `unsure` is a label, but not a class.
fn class<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<TrueLabel>, D::Error> {
    match empty_as_none(deserializer)? {
        Some(TrueLabel::Unsure) => Err(D::Error::custom("a predicted class is a digit from 0 to 9 or \"not_a_digit\"")),
        class => Ok(class),
    }
}

fn source<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Source>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match Source::ALL.into_iter().find(|source| source.name() == text) {
        None if !text.is_empty() => Err(D::Error::custom("a source is canvas, upload or api")),
        source => Ok(source),
    }
}

/// The start of a day (UTC), or a time.
fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<OffsetDateTime>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    let day = Date::parse(&text, format_description!("[year]-[month]-[day]")).map(|day| day.midnight().assume_utc());
    day.or_else(|_| OffsetDateTime::parse(&text, &Rfc3339))
        .ok()
        .and_then(|moment| moment.checked_to_offset(UtcOffset::UTC)) // fails beyond the year 9999 in UTC
        .map(Some)
        .ok_or_else(|| D::Error::custom("a time is a day such as 2026-11-21, or a time such as 2026-11-21T18:30:00Z"))
}

fn classes() -> Schema {
    empty_or("[0-9]|not_a_digit")
}

fn labels() -> Schema {
    empty_or("[0-9]|not_a_digit|unsure")
}

fn sources() -> Schema {
    empty_or_one_of(Source::ALL.map(Source::name))
}

fn moments() -> Schema {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let formats = [KnownFormat::Date, KnownFormat::DateTime];
    let moment = formats
        .into_iter()
        .fold(AnyOfBuilder::new(), |any, format| any.item(text().format(Some(SchemaFormat::KnownFormat(format)))));
    moment.item(text().max_length(Some(0))).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{extract::Query, http::Uri};
    use time::macros::datetime;

    fn wanted(query: &str) -> Result<FilterQuery, String> {
        let uri = Uri::try_from(format!("/api/v1/predictions?{query}")).unwrap();
        Query::try_from_uri(&uri).map(|Query(wanted)| wanted).map_err(|error| error.body_text())
    }

    #[test]
    fn a_filter_without_conditions_matches_every_prediction() {
        let empty = "predicted=&true_label=&labelled=&incorrect=&low_confidence=&disputed=&suspect=&model=&source=&since=&until=";
        assert_eq!(wanted(empty), Ok(FilterQuery::default()));
        assert_eq!(wanted(""), Ok(FilterQuery::default()));
        assert_eq!(Filter::from(FilterQuery::default()), Filter::default());
    }

    #[test]
    fn every_condition_is_parsed() {
        let query = "predicted=not_a_digit&true_label=7&labelled=true&incorrect=true&low_confidence=false&disputed=true\
                     &suspect=true&model=a&source=upload\
                     &since=2026-11-21&until=2026-11-22T01:00:00%2B01:00";
        let filter = Filter {
            predicted: Some(TrueLabel::NotADigit),
            true_label: "7".parse().ok(),
            is_labelled: Some(true),
            only_incorrect: true,
            only_low_confidence: false,
            only_digits: false,
            only_trainable: false,
            only_disputed: true,
            only_suspect: true,
            model: "a".parse().ok(),
            source: Some(Source::Upload),
            since: Some(datetime!(2026-11-21 0:00 UTC)),
            until: Some(datetime!(2026-11-22 0:00 UTC)),
        };
        assert_eq!(wanted(query).map(Filter::from), Ok(filter));
    }

    #[test]
    fn an_invalid_condition_is_rejected() {
        for bad in [
            "predicted=10",
            "predicted=unsure",
            "true_label=seven",
            "labelled=1",
            "incorrect=yes",
            "disputed=maybe",
            "suspect=maybe",
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
