//! A round of load in a closed loop: each client sends the next request after each response.

use crate::{request_template::RequestTemplate, stats::percentile, target::Target};
use hyper::StatusCode;
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::sleep};

/// The pause of a client after a request without a response.
const PAUSE: Duration = Duration::from_millis(20);

/// The results of a round.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Round {
    /// The number of predictions.
    pub(crate) answers: u32,
    /// The number of predictions per second.
    pub(crate) per_second: f64,
    /// The median latency, in milliseconds.
    pub(crate) p50_ms: f64,
    /// The 99th percentile of the latency, in milliseconds.
    pub(crate) p99_ms: f64,
    /// The number of requests with each other outcome.
    pub(crate) failures: BTreeMap<String, u32>,
}

impl Round {
    /// Formats the failures.
    pub(crate) fn errors(&self) -> String {
        let errors: Vec<String> = self.failures.iter().map(|(end, count)| format!("{count} × {end}")).collect();
        if errors.is_empty() { "none".to_owned() } else { errors.join(", ") }
    }
}

/// The counts of one client.
#[derive(Debug, Default)]
struct Tally {
    latencies: Vec<Duration>,
    failures: BTreeMap<String, u32>,
}

/// Loads a target with `clients` clients for the given time. Each client starts with another drawing.
pub(crate) async fn round(
    target: &Arc<Target>,
    templates: &[RequestTemplate],
    clients: usize,
    length: Duration,
) -> Round {
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for client in 0..clients {
        let (later, first) = templates.split_at(client % templates.len());
        tasks.spawn(ask_until(started + length, target.clone(), [first, later].concat()));
    }
    summary(&tasks.join_all().await, started.elapsed())
}

/// Sends requests until `end`.
async fn ask_until(end: Instant, target: Arc<Target>, templates: Vec<RequestTemplate>) -> Tally {
    let mut tally = Tally::default();
    let mut connection = None;
    for template in templates.iter().cycle() {
        let started = Instant::now();
        if started >= end {
            break;
        }
        match target.ask(&mut connection, template).await.map(|answer| answer.status) {
            Ok(StatusCode::OK) => tally.latencies.push(started.elapsed()),
            Ok(status) => tally.failed(status.as_u16().to_string()),
            Err(_) => {
                tally.failed("no response".to_owned());
                sleep(PAUSE).await;
            }
        }
    }
    tally
}

impl Tally {
    fn failed(&mut self, end: String) {
        *self.failures.entry(end).or_default() += 1;
    }
}

fn summary(tallies: &[Tally], elapsed: Duration) -> Round {
    let mut latencies: Vec<Duration> = tallies.iter().flat_map(|tally| &tally.latencies).copied().collect();
    latencies.sort_unstable();
    let mut failures = BTreeMap::new();
    for (end, count) in tallies.iter().flat_map(|tally| &tally.failures) {
        *failures.entry(end.clone()).or_default() += count;
    }
    let answers = u32::try_from(latencies.len()).unwrap_or(u32::MAX);
    let milliseconds = |share| percentile(&latencies, share).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3);
    Round {
        answers,
        per_second: f64::from(answers) / elapsed.as_secs_f64(),
        p50_ms: milliseconds(0.5),
        p99_ms: milliseconds(0.99),
        failures,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_counts_all_clients_and_only_predictions_count_as_throughput() {
        let client = |latencies: [u64; 2], failure: &str| Tally {
            latencies: latencies.map(Duration::from_millis).to_vec(),
            failures: BTreeMap::from([(failure.to_owned(), 3)]),
        };
        let tallies = [client([4, 1], "429"), client([2, 3], "429"), client([5, 6], "no response")];
        let round = summary(&tallies, Duration::from_secs(2));
        assert_eq!((round.answers, round.per_second), (6, 3.0));
        assert_eq!((round.p50_ms, round.p99_ms), (3.0, 6.0));
        assert_eq!(round.errors(), "6 × 429, 3 × no response");
    }
}
