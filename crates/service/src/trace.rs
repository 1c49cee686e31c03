//! The trace of a request across services: [W3C Trace Context](https://www.w3.org/TR/trace-context/).
//!
//! If the service is configured to trust its callers, it continues the trace in `traceparent` and `tracestate`;
//! otherwise it starts a new one. With or without a collector, each trace has an id, which is in the log lines of both
//! services.

use axum::http::{HeaderMap, HeaderValue};
use opentelemetry::{
    Context,
    propagation::TextMapPropagator,
    trace::{SpanContext, TraceContextExt, TraceFlags, TraceState},
};
use opentelemetry_http::HeaderInjector;
use opentelemetry_sdk::{
    propagation::TraceContextPropagator,
    trace::{IdGenerator, RandomIdGenerator},
};
use std::collections::HashMap;
use tracing::{Dispatch, Span, dispatcher};
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The target of the spans for the collector. Without a collector they cost nothing. The log does not show them.
pub const TRACED: &str = "traced";

/// The header with what vendors of tracing systems add to a trace.
const TRACE_STATE: &str = "tracestate";

/// The trace context of the current request, as headers for a request to another service; empty outside of a request.
#[must_use]
pub fn trace_headers() -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(2);
    TraceContextPropagator::new().inject_context(&Context::current(), &mut HeaderInjector(&mut headers));
    // The propagator writes an empty `tracestate` if there is none.
    if headers.get(TRACE_STATE).is_some_and(HeaderValue::is_empty) {
        headers.remove(TRACE_STATE);
    }
    headers
}

/// The trace of a request, for its work on another thread.
#[derive(Debug, Clone)]
pub struct TraceContext {
    context: Context,
    subscriber: Dispatch,
}

impl TraceContext {
    /// The trace of the current request.
    #[must_use]
    pub fn current() -> Self {
        Self { context: Context::current(), subscriber: dispatcher::get_default(Dispatch::clone) }
    }

    /// Makes a span of the request.
    pub fn span(&self, make: impl FnOnce() -> Span) -> Span {
        let _within = self.context.clone().attach();
        dispatcher::with_default(&self.subscriber, make)
    }
}

/// The trace context of a request: in the caller's trace if that is trusted, else in a new one. With a collector it is
/// the context of `span`; without one it has random ids.
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

/// The trace context in a caller's headers. Lines of one header are joined to a list, as HTTP requires, so that a
/// `tracestate` may have several lines and a `traceparent` only one.
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
    use axum::http::HeaderName;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    /// The headers of a request to another service, during a request with these headers.
    fn forwarded(headers: &[(&'static str, &str)], trusts_caller: bool) -> HeaderMap {
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
    fn the_callers_trace_continues_with_a_new_parent() {
        for flags in ["00", "01"] {
            let caller = format!("00-{TRACE}-00f067aa0ba902b7-{flags}");
            let [version, trace, parent, forwarded_flags] = traceparent(&forwarded(&[("traceparent", &caller)], true));
            assert_eq!((&*version, &*trace, &*forwarded_flags), ("00", TRACE, flags));
            assert!(parent.len() == 16 && parent != "00f067aa0ba902b7", "{parent}");
        }
    }

    #[test]
    fn the_state_of_a_trace_is_forwarded() {
        let forwarded = |headers: &[(&'static str, &str)]| forwarded(headers, true).get("tracestate").cloned();
        let caller = ("traceparent", CALLER);
        assert_eq!(forwarded(&[caller, ("tracestate", "rojo=00f067,congo=t61")]).unwrap(), "rojo=00f067,congo=t61");
        assert_eq!(
            forwarded(&[caller, ("tracestate", "rojo=00f067"), ("tracestate", "congo=t61")]).unwrap(),
            "rojo=00f067,congo=t61"
        );
        assert_eq!(forwarded(&[caller]), None);
        assert_eq!(forwarded(&[("tracestate", "rojo=00f067")]), None, "a state without a trace");
    }

    #[test]
    fn an_untrusted_caller_determines_neither_trace_nor_state_nor_sampling() {
        let not_sampled = CALLER.replace("-01", "-00");
        let forwarded = forwarded(&[("traceparent", &not_sampled), ("tracestate", "rojo=00f067")], false);
        let [_, trace, _, flags] = traceparent(&forwarded);
        assert_ne!(trace, TRACE);
        assert_eq!((&*flags, forwarded.get("tracestate")), ("01", None));
    }

    #[test]
    fn a_request_without_a_trace_starts_one() {
        let [one, other] = [forwarded(&[], true), forwarded(&[], true)].map(|forwarded| traceparent(&forwarded));
        assert_eq!(one[3], "01");
        assert_ne!(one[1], other[1]);
    }

    #[test]
    fn there_are_no_trace_headers_outside_of_a_request() {
        assert!(trace_headers().is_empty());
    }

    #[test]
    fn an_invalid_traceparent_starts_a_new_trace() {
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
            assert_ne!(traceparent(&forwarded(&[("traceparent", &text)], true))[1], TRACE, "{text:?}");
        }
        let twice = forwarded(&[("traceparent", CALLER), ("traceparent", CALLER)], true);
        assert_ne!(traceparent(&twice)[1], TRACE, "two headers are invalid");
    }
}
