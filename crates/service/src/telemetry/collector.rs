//! The export of traces to a collector. A thread sends batches of spans, and drops them if the collector is
//! unavailable.

use crate::Secret;
use opentelemetry_otlp::{ExporterBuildError, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SdkTracerProvider, SpanData, SpanExporter},
};
use std::{
    collections::HashMap,
    env, io,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// How long the collector may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// Why the export of traces cannot start.
#[derive(Debug, thiserror::Error)]
pub enum CollectorError {
    /// The address is not an `http` URL.
    #[error("OTEL_EXPORTER_OTLP_ENDPOINT must be an http address of a collector, such as http://127.0.0.1:4318")]
    Address,
    /// The file with the headers cannot be read.
    #[error("OTEL_EXPORTER_OTLP_HEADERS_FILE: {0}")]
    HeadersFile(#[from] io::Error),
    /// The file with the headers has another format.
    #[error("OTEL_EXPORTER_OTLP_HEADERS_FILE must hold headers such as authorization=Bearer …, separated by commas")]
    Headers,
    /// The HTTP client cannot be created.
    #[error("no client for the trace collector: {0}")]
    Client(#[from] reqwest::Error),
    /// One of OpenTelemetry's environment variables is invalid.
    #[error("no exporter for the trace collector: {0}")]
    Exporter(#[from] ExporterBuildError),
}

/// The provider that exports spans to a collector. OpenTelemetry's environment variables configure the rest:
/// `OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_BSP_…`.
/// These headers come on top.
pub(super) fn provider(
    endpoint: &str,
    headers: HashMap<String, String>,
    service: &str,
) -> Result<SdkTracerProvider, CollectorError> {
    if !endpoint.starts_with("http://") {
        return Err(CollectorError::Address);
    }
    // The collector is on the same network, so no proxy is used.
    let client = reqwest::blocking::Client::builder().timeout(ANSWER_LIMIT).no_proxy().build()?;
    let exporter =
        opentelemetry_otlp::SpanExporter::builder().with_http().with_http_client(client).with_headers(headers);
    let exporter = exporter.with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/'))).build()?;
    let name = env::var("OTEL_SERVICE_NAME").ok().filter(|name| !name.is_empty());
    let resource = Resource::builder().with_service_name(name.unwrap_or_else(|| service.to_owned())).build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(LoggedExporter::of(exporter)).with_resource(resource).build())
}

/// The headers in a file; none without a file.
pub(super) fn headers(file: Option<&Path>) -> Result<HashMap<String, String>, CollectorError> {
    let Some(text) = Secret::in_file(file)? else { return Ok(HashMap::new()) };
    let header = |text: &str| {
        let (name, value) = text.split_once('=').filter(|(name, _)| !name.trim().is_empty())?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    };
    text.reveal().split(',').map(header).collect::<Option<_>>().ok_or(CollectorError::Headers)
}

/// An exporter that logs once when the collector becomes unavailable, and once when it is available again.
#[derive(Debug)]
struct LoggedExporter<E> {
    exporter: E,
    is_failing: AtomicBool,
}

impl<E> LoggedExporter<E> {
    const fn of(exporter: E) -> Self {
        Self { exporter, is_failing: AtomicBool::new(false) }
    }
}

impl<E: SpanExporter> SpanExporter for LoggedExporter<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let result = self.exporter.export(batch).await;
        let was_failing = self.is_failing.swap(result.is_err(), Ordering::Relaxed);
        match &result {
            Err(error) if !was_failing => {
                tracing::warn!(%error, "the trace collector is unavailable; spans are dropped until it is available again");
            }
            Ok(()) if was_failing => tracing::info!("the trace collector is available again"),
            _ => {}
        }
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::TelemetryOptions;
    use opentelemetry_sdk::error::OTelSdkError;
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    /// A collector that is unavailable for a while.
    #[derive(Debug)]
    struct UnreliableCollector(Mutex<Vec<bool>>);

    impl SpanExporter for UnreliableCollector {
        async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
            let is_unavailable = self.0.lock().unwrap().remove(0);
            if is_unavailable { Err(OTelSdkError::InternalFailure("nobody there".to_owned())) } else { Ok(()) }
        }
    }

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn an_outage_of_the_collector_is_logged_once() {
        let (log, options) = (Log::default(), TelemetryOptions::default());
        let lines = log.clone();
        let (subscriber, _telemetry) = options.subscriber("test", move || lines.clone(), false).unwrap();
        let _told = tracing::subscriber::set_default(subscriber);
        let outages = [false, true, true, true, false, false, true];
        let exporter = LoggedExporter::of(UnreliableCollector(Mutex::new(outages.to_vec())));
        for is_unavailable in outages {
            assert_eq!(exporter.export(Vec::new()).await.is_err(), is_unavailable);
        }
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let told: Vec<&str> = log.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
        assert_eq!(told, ["WARN", "INFO", "WARN"], "{log}");
    }

    #[test]
    fn the_headers_for_the_collector_are_read_from_a_file() {
        let path = std::env::temp_dir().join(format!("digits-headers-{}", std::process::id()));
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            let headers = headers(Some(&path));
            std::fs::remove_file(&path).unwrap();
            headers
        };
        let expected = [("authorization", "Bearer a=b"), ("x-tenant", "digits")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read("authorization=Bearer a=b, x-tenant=digits\n").unwrap(), HashMap::from(expected));
        assert!(matches!(read("no header"), Err(CollectorError::Headers)));
        assert!(matches!(headers(Some(&path)), Err(CollectorError::HeadersFile(_))));
        assert!(headers(None).unwrap().is_empty());
    }

    #[test]
    fn only_http_addresses_of_collectors_are_accepted() {
        for address in ["127.0.0.1:4318", "https://127.0.0.1:4318", "grpc://127.0.0.1:4317", "http"] {
            assert!(matches!(provider(address, HashMap::new(), "test"), Err(CollectorError::Address)), "{address}");
        }
        assert!(matches!(provider("http://not an address", HashMap::new(), "test"), Err(CollectorError::Exporter(_))));
        for address in ["http://127.0.0.1:1", "http://collector:4318/"] {
            assert!(provider(address, HashMap::new(), "test").is_ok(), "{address}");
        }
    }
}
