//! The trace that a request belongs to, across services: [W3C Trace Context](https://www.w3.org/TR/trace-context/).
//!
//! A caller's `traceparent` and `tracestate` are taken on where the service is set up to believe them, or a trace begins
//! here. Either way it has an id, whether it is sent to a collector or not, and that is in the log lines of every service
//! that a request goes through.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Context,
    propagation::{Injector, TextMapPropagator},
    trace::{SpanContext, TraceContextExt, TraceFlags, TraceState},
};
use opentelemetry_sdk::{
    propagation::TraceContextPropagator,
    trace::{IdGenerator, RandomIdGenerator},
};
use std::collections::HashMap;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The target of the spans that a collector is sent. Without a collector they cost nothing, and no log line shows them.
pub const TRACED: &str = "traced";

/// The headers that tell another service the place in its trace of the request that is being answered; none outside of a
/// request.
#[must_use]
pub fn trace_headers() -> HeaderMap {
    let mut headers = Headers(HeaderMap::with_capacity(2));
    TraceContextPropagator::new().inject_context(&Context::current(), &mut headers);
    headers.0
}

/// Headers that the propagator fills.
struct Headers(HeaderMap);

impl Injector for Headers {
    fn set(&mut self, name: &str, value: String) {
        // A trace without a state has an empty one.
        if value.is_empty() {
            return;
        }
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}

/// A request's place in its caller's trace if that is to be believed, and otherwise in one of its own: that of its span
/// where there is a collector, and otherwise one that nobody keeps.
pub(crate) fn join(span: &Span, headers: &HeaderMap, trusts_caller: bool) -> Context {
    let caller = if trusts_caller { caller(headers) } else { Context::new() };
    if span.set_parent(caller.clone()).is_ok() {
        return span.context();
    }
    let caller = caller.span().span_context().clone();
    let random = RandomIdGenerator::default();
    let (trace, flags, state) = if caller.is_valid() {
        (caller.trace_id(), caller.trace_flags(), caller.trace_state().clone())
    } else {
        (random.new_trace_id(), TraceFlags::SAMPLED, TraceState::NONE)
    };
    Context::new().with_remote_span_context(SpanContext::new(trace, random.new_span_id(), flags, false, state))
}

/// The caller's place in a trace, if it names one. Lines of one header are one list, as HTTP wants it, so that a
/// `tracestate` may have several and a `traceparent` only one.
fn caller(headers: &HeaderMap) -> Context {
    let propagator = TraceContextPropagator::new();
    let line = |name: &str| {
        let lines: Vec<&str> = headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
        (!lines.is_empty()).then(|| (name.to_owned(), lines.join(",")))
    };
    let carrier: HashMap<String, String> = propagator.fields().filter_map(line).collect();
    propagator.extract_with_context(&Context::new(), &carrier)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    /// What a request with these headers tells the service that it asks, of which this one believes its callers or not.
    fn told(headers: &[(&'static str, &str)], trusts_caller: bool) -> HeaderMap {
        let header = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        let headers = headers.iter().map(header).collect();
        let _in_it = join(&Span::none(), &headers, trusts_caller).attach();
        trace_headers()
    }

    /// The fields of the `traceparent`: version, trace, parent, flags.
    fn traceparent(headers: &HeaderMap) -> [String; 4] {
        let text = headers["traceparent"].to_str().unwrap();
        let fields: Vec<String> = text.split('-').map(str::to_owned).collect();
        fields.try_into().unwrap()
    }

    #[test]
    fn a_trace_is_carried_on_from_a_place_of_its_own() {
        for flags in ["00", "01"] {
            let caller = format!("00-{TRACE}-00f067aa0ba902b7-{flags}");
            let [version, trace, parent, told] = traceparent(&told(&[("traceparent", &caller)], true));
            assert_eq!((&*version, &*trace, &*told), ("00", TRACE, flags));
            assert!(parent.len() == 16 && parent != "00f067aa0ba902b7", "{parent}");
        }
    }

    #[test]
    fn the_state_of_a_trace_is_passed_on() {
        let told = |headers: &[(&'static str, &str)]| told(headers, true).get("tracestate").cloned();
        let caller = ("traceparent", CALLER);
        assert_eq!(told(&[caller, ("tracestate", "rojo=00f067,congo=t61")]).unwrap(), "rojo=00f067,congo=t61");
        assert_eq!(
            told(&[caller, ("tracestate", "rojo=00f067"), ("tracestate", "congo=t61")]).unwrap(),
            "rojo=00f067,congo=t61"
        );
        assert_eq!(told(&[caller]), None);
        assert_eq!(told(&[("tracestate", "rojo=00f067")]), None, "a state of no trace");
    }

    #[test]
    fn a_stranger_chooses_neither_trace_nor_state_nor_whether_it_is_sampled() {
        let not_sampled = CALLER.replace("-01", "-00");
        let told = told(&[("traceparent", &not_sampled), ("tracestate", "rojo=00f067")], false);
        let [_, trace, _, flags] = traceparent(&told);
        assert_ne!(trace, TRACE);
        assert_eq!((&*flags, told.get("tracestate")), ("01", None));
    }

    #[test]
    fn a_trace_begins_where_the_caller_names_none() {
        let [one, other] = [told(&[], true), told(&[], true)].map(|told| traceparent(&told));
        assert_eq!(one[3], "01");
        assert_ne!(one[1], other[1]);
    }

    #[test]
    fn outside_of_a_request_nothing_is_told() {
        assert!(trace_headers().is_empty());
    }

    #[test]
    fn a_header_that_names_no_place_begins_a_trace() {
        for text in [
            "",
            "00-TRACE-00f067aa0ba902b7",
            "00-TRACE-00f067aa0ba902b7-01-more",
            "ff-TRACE-00f067aa0ba902b7-01",
            "00-TRACE-00F067AA0BA902B7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-TRACE-0000000000000000-01",
            "00_TRACE_00f067aa0ba902b7_01",
        ] {
            let text = text.replace("TRACE", TRACE);
            assert_ne!(traceparent(&told(&[("traceparent", &text)], true))[1], TRACE, "{text:?}");
        }
        let twice = told(&[("traceparent", CALLER), ("traceparent", CALLER)], true);
        assert_ne!(traceparent(&twice)[1], TRACE, "two headers are as good as none");
    }
}
