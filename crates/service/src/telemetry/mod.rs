//! Where a process tells what it does: log lines on standard error, and traces to a collector if there is one.

mod collector;

pub use collector::CollectorError;

use crate::trace::TRACED;
use clap::{Args, ValueEnum, builder::BoolishValueParser};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::{
    io::{self, IsTerminal},
    time::Duration,
};
use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, filter_fn},
    fmt::MakeWriter,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// How long a process that ends waits for the collector to take the last spans.
const FLUSH_LIMIT: Duration = Duration::from_secs(2);

/// How a process tells what it does, and whether it goes on with its callers' traces.
#[derive(Debug, Clone, Default, Args)]
pub struct TelemetryOptions {
    /// How log lines are written; `RUST_LOG` says which ones are.
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value_t)]
    pub log_format: LogFormat,
    /// OpenTelemetry collector to send traces to, by OTLP over HTTP, which is mostly at port 4318 [default: none].
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", hide_env_values = true)]
    pub otlp_endpoint: Option<String>,
    /// Believes the traceparent and tracestate of callers, so that their traces go on here. Without it each request begins
    /// a trace, because any client could otherwise choose its name and whether it is kept.
    #[arg(long, env = "TRUST_TRACE_CONTEXT", value_parser = BoolishValueParser::new())]
    pub trust_trace_context: bool,
}

/// How a log line is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: an object a line.
    Json,
}

/// Sends the last spans to the collector when it is dropped.
#[derive(Debug)]
#[must_use = "what is told last is lost when this is dropped first"]
pub struct Telemetry(Option<SdkTracerProvider>);

impl TelemetryOptions {
    /// Sets up all of this process to tell what it does, under the name of a service. Outside of any runtime.
    ///
    /// # Errors
    /// When the collector cannot be one. One that is unavailable is no error.
    pub fn start(&self, service: &str) -> Result<Telemetry, CollectorError> {
        let (subscriber, telemetry) = self.subscriber(service, io::stderr, io::stderr().is_terminal())?;
        subscriber.init();
        Ok(telemetry)
    }

    /// What receives log lines and spans, and writes the former to `log`, in colour or not. Outside of any runtime.
    ///
    /// # Errors
    /// When the collector cannot be one.
    pub fn subscriber<L>(
        &self,
        service: &str,
        log: L,
        in_colour: bool,
    ) -> Result<(impl Subscriber + Send + Sync + 'static, Telemetry), CollectorError>
    where
        L: for<'a> MakeWriter<'a> + Send + Sync + 'static,
    {
        let endpoint = self.otlp_endpoint.as_deref().filter(|endpoint| !endpoint.is_empty());
        let collector = endpoint.map(|endpoint| collector::provider(endpoint, service)).transpose()?;
        let lines = tracing_subscriber::fmt::layer().with_writer(log).with_ansi(in_colour);
        let lines = match self.log_format {
            LogFormat::Text => lines.boxed(),
            LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
        };
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
        let lines = lines.with_filter(filter.and(filter_fn(|metadata| metadata.target() != TRACED)));
        let spans = collector.as_ref().map(|provider| {
            let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("digits"));
            let spans =
                spans.with_location(false).with_threads(false).with_target(false).with_tracked_inactivity(false);
            spans.with_filter(filter_fn(|metadata| metadata.target() == TRACED))
        });
        let subscriber = tracing_subscriber::registry().with(lines).with(spans);
        Ok((subscriber, Telemetry(collector)))
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(provider) = &self.0 {
            // Of a collector that is unavailable has been told already.
            let _ = provider.shutdown_with_timeout(FLUSH_LIMIT);
        }
    }
}
