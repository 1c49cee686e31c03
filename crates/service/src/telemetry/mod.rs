//! Telemetry of a process: log lines on standard error, and traces to a collector if one is configured.

mod collector;

pub use collector::CollectorError;

use crate::trace::TRACED;
use clap::{Args, ValueEnum, builder::BoolishValueParser};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::{
    io::{self, IsTerminal},
    path::PathBuf,
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

/// How long an ending process waits for the export of the last spans.
const FLUSH_LIMIT: Duration = Duration::from_secs(2);

/// The options of logs and traces.
#[derive(Debug, Clone, Default, Args)]
pub struct TelemetryOptions {
    /// Format of log lines. `RUST_LOG` selects the lines.
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value_t)]
    pub log_format: LogFormat,
    /// OpenTelemetry collector that receives traces, by OTLP over HTTP, mostly at port 4318 [default: none].
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", hide_env_values = true)]
    pub otlp_endpoint: Option<String>,
    /// File with the headers for the collector, such as `authorization=Bearer …`, separated by commas.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_HEADERS_FILE")]
    pub otlp_headers_file: Option<PathBuf>,
    /// Trusts the traceparent and tracestate of callers, and continues their traces. Without it each request starts a
    /// trace, so that clients cannot choose its id and whether it is sampled.
    #[arg(long, env = "TRUST_TRACE_CONTEXT", value_parser = BoolishValueParser::new())]
    pub trust_trace_context: bool,
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text for people.
    #[default]
    Text,
    /// A JSON object a line, for programs.
    Json,
}

/// Exports the last spans when it is dropped.
#[derive(Debug)]
#[must_use = "the last spans are lost if this is dropped early"]
pub struct Telemetry(Option<SdkTracerProvider>);

impl TelemetryOptions {
    /// Sets up the logs and traces of this process, with the name of a service. Must run outside of a Tokio runtime.
    ///
    /// # Errors
    /// When the configuration of the collector is invalid, or its headers cannot be read. An unavailable collector is not an error.
    pub fn start(&self, service: &str) -> Result<Telemetry, CollectorError> {
        let (subscriber, telemetry) = self.subscriber(service, io::stderr, io::stderr().is_terminal())?;
        subscriber.init();
        Ok(telemetry)
    }

    /// A subscriber that writes log lines to `log` and exports spans. Must run outside of a Tokio runtime.
    ///
    /// # Errors
    /// When the configuration of the collector is invalid.
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
        let headers = collector::headers(self.otlp_headers_file.as_deref())?;
        let collector = endpoint.map(|endpoint| collector::provider(endpoint, headers, service)).transpose()?;
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
            // The exporter has already logged that the collector is unavailable.
            let _ = provider.shutdown_with_timeout(FLUSH_LIMIT);
        }
    }
}
