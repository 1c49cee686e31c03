//! Metrics of this process from the kernel, with the names of Prometheus' own clients.

use procfs::{
    ProcResult, WithCurrentSystemInfo, boot_time_secs,
    process::{LimitValue, Process},
    ticks_per_second,
};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeGaugeValue, NoLabelSet},
    metrics::MetricType,
};
use std::{fmt, time::Duration};

/// Memory, processor time, open files and start time of this process, read at each scrape.
#[derive(Debug)]
pub(crate) struct ProcessMetrics;

/// The values of one scrape.
struct Reading {
    resident_bytes: u64,
    /// The start time, since 1970.
    started: Duration,
    processor_time: Duration,
    open_files: u64,
    /// `None` if there is no limit.
    max_open_files: Option<u64>,
}

impl Reading {
    fn take() -> ProcResult<Self> {
        let process = Process::myself()?;
        let stat = process.stat()?;
        Ok(Self {
            resident_bytes: stat.rss_bytes().get(),
            started: Duration::from_secs(boot_time_secs()?) + ticks(stat.starttime),
            processor_time: ticks(stat.utime + stat.stime),
            open_files: u64::try_from(process.fd_count()?).unwrap_or(u64::MAX),
            max_open_files: match process.limits()?.max_open_files.soft_limit {
                LimitValue::Value(files) => Some(files),
                LimitValue::Unlimited => None,
            },
        })
    }
}

/// Converts the kernel's clock ticks, mostly a hundred a second.
fn ticks(ticks: u64) -> Duration {
    Duration::from_millis(ticks * 1000 / ticks_per_second())
}

impl Collector for ProcessMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let reading = match Reading::take() {
            Ok(reading) => reading,
            // The other metrics are still useful.
            Err(error) => {
                tracing::warn!(%error, "the metrics of this process cannot be read");
                return Ok(());
            }
        };
        gauge(&mut encoder, "process_resident_memory_bytes", "Resident memory in bytes", &reading.resident_bytes)?;
        let help = "Start time of the process, in seconds since 1970";
        gauge(&mut encoder, "process_start_time_seconds", help, &reading.started.as_secs_f64())?;
        gauge(&mut encoder, "process_open_fds", "Open file descriptors", &reading.open_files)?;
        if let Some(files) = reading.max_open_files {
            gauge(&mut encoder, "process_max_fds", "Limit of open file descriptors", &files)?;
        }
        let help = "Processor time of all threads, in seconds";
        let mut counter = encoder.encode_descriptor("process_cpu_seconds", help, None, MetricType::Counter)?;
        counter.encode_counter::<NoLabelSet, f64, f64>(&reading.processor_time.as_secs_f64(), None)
    }
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: &impl EncodeGaugeValue) -> fmt::Result {
    encoder.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(value)
}
