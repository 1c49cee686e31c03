//! The trace that a request belongs to, across services: [W3C Trace Context](https://www.w3.org/TR/trace-context/).
//!
//! A caller's `traceparent` is taken on, or a trace begins here. Either way it has an id, whether it is sent to a
//! collector or not, and that is in the log lines of every service that a request goes through.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The header that names the trace and the caller's place in it.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The target of the spans that a collector is sent. Without a collector they cost nothing, and no log line shows them.
pub const TRACED: &str = "traced";

/// What a request that is being answered tells another service in [`TRACEPARENT`]; nothing outside of a request.
#[must_use]
pub fn traceparent() -> Option<HeaderValue> {
    let context = Context::current();
    let span = context.span();
    let place = span.span_context();
    let text = || format!("00-{}-{}-{:02x}", place.trace_id(), place.span_id(), place.trace_flags());
    HeaderValue::try_from(place.is_valid().then(text)?).ok()
}

/// A request's place in its caller's trace, or in one of its own: that of its span where there is a collector, and
/// otherwise one that nobody keeps.
pub(crate) fn join(span: &Span, headers: &HeaderMap) -> Context {
    let caller = caller(headers);
    let parent = caller.clone().map_or_else(Context::new, |place| Context::new().with_remote_span_context(place));
    if span.set_parent(parent).is_ok() {
        return span.context();
    }
    let random = RandomIdGenerator::default();
    let trace = caller.as_ref().map_or_else(|| random.new_trace_id(), SpanContext::trace_id);
    let flags = caller.as_ref().map_or(TraceFlags::SAMPLED, SpanContext::trace_flags);
    let place = SpanContext::new(trace, random.new_span_id(), flags, false, TraceState::NONE);
    Context::new().with_remote_span_context(place)
}

/// The caller's place in a trace, if it names one, and only one, as the standard wants it.
fn caller(headers: &HeaderMap) -> Option<SpanContext> {
    let mut values = headers.get_all(TRACEPARENT).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    parse(value.to_str().ok()?)
}

/// Reads `version-trace-parent-flags`. Later versions may have more fields, and `ff` never will be one.
fn parse(text: &str) -> Option<SpanContext> {
    let mut fields = text.split('-');
    let version = hex(fields.next()?, 2)?;
    let trace = TraceId::from(hex(fields.next()?, 32)?);
    let parent = SpanId::from(u64::try_from(hex(fields.next()?, 16)?).ok()?);
    let flags = TraceFlags::new(u8::try_from(hex(fields.next()?, 2)?).ok()?) & TraceFlags::SAMPLED;
    if version == 0xff || version == 0 && fields.next().is_some() {
        return None;
    }
    let place = SpanContext::new(trace, parent, flags, true, TraceState::NONE);
    place.is_valid().then_some(place)
}

/// A number of exactly so many hexadecimal digits, the letters small.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != digits || !text.bytes().all(is_digit) {
        return None;
    }
    u128::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn headers(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (TRACEPARENT, HeaderValue::from_str(value).unwrap())).collect()
    }

    /// What a request with these headers tells the service that it asks.
    fn told(values: &[&str]) -> String {
        let _in_it = join(&Span::none(), &headers(values)).attach();
        traceparent().unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn a_trace_is_carried_on_from_a_place_of_its_own() {
        for flags in ["00", "01"] {
            let caller = format!("00-{TRACE}-00f067aa0ba902b7-{flags}");
            let told = told(&[&caller]);
            let fields: Vec<&str> = told.split('-').collect();
            assert_eq!((fields[0], fields[1], fields[3]), ("00", TRACE, flags));
            assert!(fields[2].len() == 16 && fields[2] != "00f067aa0ba902b7", "{told}");
        }
    }

    #[test]
    fn a_trace_begins_where_the_caller_names_none() {
        let (one, other) = (told(&[]), told(&[]));
        assert!(parse(&one).is_some_and(|place| place.is_sampled()), "{one}");
        assert_ne!(one[3..35], other[3..35]);
    }

    #[test]
    fn outside_of_a_request_nothing_is_told() {
        assert_eq!(traceparent(), None);
    }

    #[test]
    fn unknown_flags_are_not_passed_on() {
        let place = parse(&format!("00-{TRACE}-00f067aa0ba902b7-ff")).unwrap();
        assert_eq!(place.trace_flags().to_u8(), 1);
    }

    #[test]
    fn a_later_version_may_say_more() {
        for text in ["01-TRACE-00f067aa0ba902b7-01", "cc-TRACE-00f067aa0ba902b7-01-what-else"] {
            let place = parse(&text.replace("TRACE", TRACE)).unwrap();
            assert_eq!(place.trace_id().to_string(), TRACE);
        }
    }

    #[test]
    fn only_a_well_formed_header_is_believed() {
        for text in [
            "",
            "00",
            "00-TRACE",
            "00-TRACE-00f067aa0ba902b7",
            "00-TRACE-00f067aa0ba902b7-01-more",
            "00-TRACE-00f067aa0ba902b7-01-",
            "ff-TRACE-00f067aa0ba902b7-01",
            "0-TRACE-00f067aa0ba902b7-01",
            "00-TRACE-00f067aa0ba902b7-1",
            "00-TRACE-00f067aa0ba902b7-0g",
            "00-TRACE-00F067AA0BA902B7-01",
            "00-TRACE-+0f067aa0ba902b7-01",
            "00-TRACE-0f067aa0ba902b7-01",
            "00-TRACE0-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-TRACE-0000000000000000-01",
            " 00-TRACE-00f067aa0ba902b7-01",
            "00-TRACE-00f067aa0ba902b7-01\t",
            "00_TRACE_00f067aa0ba902b7_01",
        ] {
            let text = text.replace("TRACE", TRACE);
            assert!(parse(&text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn two_headers_are_as_good_as_none() {
        let one = format!("00-{TRACE}-00f067aa0ba902b7-01");
        assert!(caller(&headers(&[&one])).is_some());
        assert!(caller(&headers(&[&one, &one])).is_none());
    }
}
