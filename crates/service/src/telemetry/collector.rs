//! Traces on their way to a collector: in batches, from a thread of their own, and dropped where it does not take them.

use opentelemetry_otlp::{ExporterBuildError, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SdkTracerProvider, SpanData, SpanExporter},
};
use std::{
    env,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// How long the collector may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// Why no traces can be sent.
#[derive(Debug, thiserror::Error)]
pub enum CollectorError {
    /// The address is of another kind.
    #[error("OTEL_EXPORTER_OTLP_ENDPOINT names no collector that speaks http, such as http://127.0.0.1:4318")]
    Address,
    /// The client cannot be made.
    #[error("no client for the trace collector: {0}")]
    Client(#[from] reqwest::Error),
    /// One of OpenTelemetry's variables is wrong.
    #[error("no exporter for the trace collector: {0}")]
    Exporter(#[from] ExporterBuildError),
}

/// What makes spans and sends them. OpenTelemetry's variables say the rest: `OTEL_TRACES_SAMPLER`,
/// `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_BSP_…`.
pub(super) fn provider(endpoint: &str, service: &str) -> Result<SdkTracerProvider, CollectorError> {
    if !endpoint.starts_with("http://") {
        return Err(CollectorError::Address);
    }
    // A neighbour, as the model service is, never beyond a proxy.
    let client = reqwest::blocking::Client::builder().timeout(ANSWER_LIMIT).no_proxy().build()?;
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_http().with_http_client(client);
    let exporter = exporter.with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/'))).build()?;
    let name = env::var("OTEL_SERVICE_NAME").ok().filter(|name| !name.is_empty());
    let resource = Resource::builder().with_service_name(name.unwrap_or_else(|| service.to_owned())).build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(Telling::of(exporter)).with_resource(resource).build())
}

/// An exporter that says once that the collector takes no spans, and once that it takes them again.
#[derive(Debug)]
struct Telling<E> {
    exporter: E,
    is_failing: AtomicBool,
}

impl<E> Telling<E> {
    const fn of(exporter: E) -> Self {
        Self { exporter, is_failing: AtomicBool::new(false) }
    }
}

impl<E: SpanExporter> SpanExporter for Telling<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let result = self.exporter.export(batch).await;
        let was_failing = self.is_failing.swap(result.is_err(), Ordering::Relaxed);
        match &result {
            Err(error) if !was_failing => {
                tracing::warn!(%error, "the trace collector takes no spans; they are dropped until it does");
            }
            Ok(()) if was_failing => tracing::info!("the trace collector takes spans again"),
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
    struct Away(Mutex<Vec<bool>>);

    impl SpanExporter for Away {
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
    async fn of_a_collector_that_is_away_one_is_told_once() {
        let (log, options) = (Log::default(), TelemetryOptions::default());
        let lines = log.clone();
        let (subscriber, _telemetry) = options.subscriber("test", move || lines.clone(), false).unwrap();
        let _told = tracing::subscriber::set_default(subscriber);
        let away = [false, true, true, true, false, false, true];
        let exporter = Telling::of(Away(Mutex::new(away.to_vec())));
        for is_unavailable in away {
            assert_eq!(exporter.export(Vec::new()).await.is_err(), is_unavailable);
        }
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let told: Vec<&str> = log.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
        assert_eq!(told, ["WARN", "INFO", "WARN"], "{log}");
    }

    #[test]
    fn only_an_address_that_can_be_a_collectors_is_taken() {
        for address in ["127.0.0.1:4318", "https://127.0.0.1:4318", "grpc://127.0.0.1:4317", "http"] {
            assert!(matches!(provider(address, "test"), Err(CollectorError::Address)), "{address}");
        }
        assert!(matches!(provider("http://not an address", "test"), Err(CollectorError::Exporter(_))));
        for address in ["http://127.0.0.1:1", "http://collector:4318/"] {
            assert!(provider(address, "test").is_ok(), "{address}");
        }
    }
}
