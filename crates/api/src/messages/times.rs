//! Dates and times in the format of a language and in the reader's time zone.
//!
//! A script stores the name of the browser's time zone in a cookie (web/static/shared/time-zone.js). Without it, times
//! are in UTC and marked so.

use crate::extract::cookies;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use icu_calendar::Iso;
use icu_datetime::{
    DateTimeFormatter, DateTimeFormatterPreferences,
    fieldsets::{YMD, YMDT},
    input::{Date, DateTime, Time},
    options::TimePrecision,
};
use jiff::{Timestamp, civil};
use std::convert::Infallible;
use time::OffsetDateTime;

/// The cookie with the name of the reader's time zone.
const COOKIE: &str = "time_zone";

/// A reader's time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimeZone(jiff::tz::TimeZone);

impl TimeZone {
    /// The time zone in the cookie, else UTC.
    fn of(headers: &HeaderMap) -> Self {
        let zone = cookies(headers, COOKIE).next().and_then(|name| jiff::tz::TimeZone::get(name).ok());
        Self(zone.unwrap_or(jiff::tz::TimeZone::UTC))
    }

    /// The day of a time.
    pub(crate) fn day(&self, moment: OffsetDateTime) -> civil::Date {
        self.at(moment).date()
    }

    fn at(&self, moment: OffsetDateTime) -> civil::DateTime {
        // The database has no time outside of the range of `Timestamp`.
        let moment = Timestamp::from_second(moment.unix_timestamp()).unwrap_or(Timestamp::UNIX_EPOCH);
        self.0.to_datetime(moment)
    }

    fn is_utc(&self) -> bool {
        self.0 == jiff::tz::TimeZone::UTC
    }
}

impl<S: Sync> FromRequestParts<S> for TimeZone {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// The date and time formats of a language.
pub(super) struct Times {
    moment: DateTimeFormatter<YMDT>,
    day: DateTimeFormatter<YMD>,
}

impl Times {
    /// The formats of the language with this tag.
    ///
    /// # Errors
    /// When there is no such language.
    pub(super) fn new(tag: &str) -> Result<Self, String> {
        let locale: icu_locale_core::Locale = tag.parse().map_err(|error| format!("{tag}: {error}"))?;
        let locale = DateTimeFormatterPreferences::from(locale);
        let moment = DateTimeFormatter::try_new(locale, YMDT::medium().with_time_precision(TimePrecision::Minute));
        let day = DateTimeFormatter::try_new(locale, YMD::long());
        let error = |error| format!("{tag}: {error}");
        Ok(Self { moment: moment.map_err(error)?, day: day.map_err(error)? })
    }

    /// A time to the minute, with the suffix "UTC" in that time zone.
    pub(super) fn moment(&self, moment: OffsetDateTime, zone: &TimeZone) -> String {
        let there = zone.at(moment);
        let Some(date) = iso(there.date()) else { return there.to_string() };
        let time = Time::try_new(positive(there.hour()), positive(there.minute()), 0, 0);
        let Ok(time) = time else { return there.to_string() };
        let text = self.moment.format(&DateTime { date, time }).to_string();
        if zone.is_utc() { text + " UTC" } else { text }
    }

    /// A day.
    pub(super) fn day(&self, day: civil::Date) -> String {
        iso(day).map_or_else(|| day.to_string(), |date| self.day.format(&date).to_string())
    }
}

fn iso(day: civil::Date) -> Option<Date<Iso>> {
    Date::try_new_iso(day.year().into(), positive(day.month()), positive(day.day())).ok()
}

/// A part of a date or time, which is never negative.
fn positive(part: i8) -> u8 {
    part.unsigned_abs()
}
