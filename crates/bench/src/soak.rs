//! Sends very many requests of all kinds, and checks that the services' memory does not grow after the first tenth.

use crate::{
    config::{Process, Services, Soak},
    memory,
    pictures::{Picture, ten_digits},
    request_template::RequestTemplate,
    target::{Connection, Target},
};
use anyhow::ensure;
use hyper::StatusCode;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::sleep};

/// The number of memory reports.
const REPORTS: u64 = 20;

/// The report that growth is measured from.
const BASELINE_REPORT: u64 = REPORTS / 10;

/// The interval of memory samples. A report has the mean of its samples, since an allocator returns memory with a
/// delay.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(100);

/// The delay of a client after a rejection. The batches of all clients may need more slots than there are.
const RETRY_DELAY: Duration = Duration::from_millis(5);

/// The state that clients share.
#[derive(Debug)]
struct Shared {
    services: [Target; 2],
    pictures: Vec<Picture>,
    requests: u64,
    begun: AtomicU64,
    done: AtomicU64,
    rejected: AtomicU64,
    failures: Mutex<BTreeMap<String, u64>>,
}

/// Sends the requests, and prints the memory in the meantime.
///
/// # Errors
/// When a request fails, or a process grows by more than the limit.
pub(crate) async fn check(soak: &Soak, services: &Services) -> anyhow::Result<()> {
    ensure!(!services.processes.is_empty(), "--pid NAME=PID is missing: the command measures its memory");
    let shared = Arc::new(Shared {
        services: [Target::new("model", &services.model_url)?, Target::new("api", &services.api_url)?],
        pictures: ten_digits()?,
        requests: soak.requests,
        begun: AtomicU64::new(0),
        done: AtomicU64::new(0),
        rejected: AtomicU64::new(0),
        failures: Mutex::default(),
    });
    let mut clients = JoinSet::new();
    for client in 0..soak.clients.get() {
        clients.spawn(shared.clone().ask(ChaCha8Rng::seed_from_u64(client as u64)));
    }
    let memory = watch(&shared, &services.processes).await?;
    clients.join_all().await;
    let failures = shared.failures.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let ends = if failures.is_empty() { "none".to_owned() } else { format!("{failures:?}") };
    let rejected = shared.rejected.load(Ordering::Relaxed);
    println!("\nFailures: {ends}. Rejected and sent again: {rejected}.");
    let within = services.processes.iter().zip(&memory).filter(|(process, kib)| verdict(process, kib, soak.percent));
    ensure!(within.count() == memory.len(), "memory grew");
    ensure!(failures.is_empty(), "requests failed");
    Ok(())
}

impl Shared {
    /// Sends one request after the other until all requests are sent.
    async fn ask(self: Arc<Self>, mut random: ChaCha8Rng) {
        let mut connections: [Option<Connection>; 2] = [None, None];
        while self.begun.fetch_add(1, Ordering::Relaxed) < self.requests {
            let (service, template) = self.template(&mut random);
            let end = loop {
                match self.services[service].ask(&mut connections[service], &template).await {
                    Ok(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS => {
                        self.rejected.fetch_add(1, Ordering::Relaxed);
                        sleep(RETRY_DELAY).await;
                    }
                    Ok(answer) => break Ok(answer.status),
                    Err(error) => break Err(error),
                }
            };
            self.done.fetch_add(1, Ordering::Relaxed);
            let end = end.map_or_else(|error| format!("no response: {error}"), |status| status.to_string());
            if end != StatusCode::OK.to_string() {
                *self.failures.lock().unwrap_or_else(PoisonError::into_inner).entry(end).or_default() += 1;
            }
        }
    }

    /// Returns a random request and the index of its service. Half of the requests are tensors of 1 to 32 images for
    /// the model service. The other half are drawings for the web service, most of them previews, since storing every
    /// drawing would fill the disk.
    fn template(&self, random: &mut ChaCha8Rng) -> (usize, RequestTemplate) {
        let picture = random.random_range(0..self.pictures.len());
        let one = &self.pictures[picture];
        match random.random_range(0..20) {
            0..10 => {
                let count = random.random_range(1..=32);
                let images: Vec<&Picture> = self.pictures.iter().cycle().skip(picture).take(count).collect();
                (0, RequestTemplate::tensor("digits", &images))
            }
            10..14 => (1, RequestTemplate::form("/predict?preview=true", &one.png)),
            14..18 => (1, RequestTemplate::strokes("/predict?preview=true&include=bitmap", &one.strokes)),
            18 => (1, RequestTemplate::png("/predict", &one.png)),
            _ => (1, RequestTemplate::strokes("/predict", &one.strokes)),
        }
    }
}

/// Prints the memory at regular numbers of requests. Returns the memory of each process at each report, in KiB.
async fn watch(shared: &Shared, processes: &[Process]) -> anyhow::Result<Vec<Vec<u64>>> {
    let names: Vec<&str> = processes.iter().map(|process| process.name.as_str()).collect();
    println!("| requests | per second | {} |", names.join(" | "));
    println!("| --- | ---{} |", " | ---".repeat(names.len()));
    let mut means = vec![Vec::new(); processes.len()];
    for number in 1..=REPORTS {
        let began = Instant::now();
        let before = shared.done.load(Ordering::Relaxed);
        let seen = look(shared, processes, number * shared.requests / REPORTS).await?;
        let done = shared.done.load(Ordering::Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "there are not that many requests")]
        let per_second = (done - before) as f64 / began.elapsed().as_secs_f64();
        let mut cells = Vec::new();
        for (seen, means) in seen.iter().zip(&mut means) {
            let mean = seen.iter().sum::<u64>() / (seen.len() as u64).max(1);
            means.push(mean);
            cells.push(format!("{} MB {}", mean / 1024, bar(mean, means.iter().copied().max().unwrap_or(mean))));
        }
        println!("| {done} | {per_second:.0} | {} |", cells.join(" | "));
    }
    Ok(means)
}

/// Samples the memory of each process until `until` requests are done. Returns the means, in KiB.
async fn look(shared: &Shared, processes: &[Process], until: u64) -> anyhow::Result<Vec<Vec<u64>>> {
    let mut seen = vec![Vec::new(); processes.len()];
    loop {
        for (process, seen) in processes.iter().zip(&mut seen) {
            seen.push(memory::resident_kib(process.pid)?);
        }
        if shared.done.load(Ordering::Relaxed) >= until {
            return Ok(seen);
        }
        sleep(SAMPLE_INTERVAL).await;
    }
}

/// Returns a bar whose length is the share of the largest value.
fn bar(kib: u64, largest: u64) -> String {
    "▪".repeat(usize::try_from(kib * 20 / largest.max(1)).unwrap_or(0))
}

/// Prints the growth of a process after the first tenth, and returns whether it is within the limit.
fn verdict(process: &Process, kib: &[u64], percent: u32) -> bool {
    let (Some(&first), Some(&last)) = (kib.get(usize::try_from(BASELINE_REPORT - 1).unwrap_or(0)), kib.last()) else {
        return false;
    };
    let is_within = last * 100 <= first * u64::from(100 + percent);
    let word = if is_within { "within" } else { "NOT within" };
    let (name, first, last) = (&process.name, first / 1024, last / 1024);
    println!("{name}: {first} MB after a tenth of the requests, {last} MB after all: {word} {percent} %");
    is_within
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_grow_by_five_percent_after_the_first_tenth() {
        let process = Process { name: "model".to_owned(), pid: 1 };
        let holding = |last| [[50_000, 100_000].as_slice(), &[200_000; 17], &[last]].concat();
        assert!(verdict(&process, &holding(105_000), 5));
        assert!(!verdict(&process, &holding(105_001), 5));
        assert!(verdict(&process, &holding(90_000), 5));
        assert!(!verdict(&process, &[], 5));
    }

    #[test]
    fn the_length_of_a_bar_is_the_share_of_the_largest_value() {
        assert_eq!((bar(5, 10), bar(10, 10)), ("▪".repeat(10), "▪".repeat(20)));
    }
}
