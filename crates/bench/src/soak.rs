//! Very many requests of all kinds, and whether the services hold more memory after them than after the first tenth.

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

/// How often memory is told: so many times in all.
const TOLD: u64 = 20;

/// The report that the growth counts from.
const FIRST: u64 = TOLD / 10;

/// How often it is looked how much a process holds. What is told is the mean between two times, because an allocator
/// gives memory back in its own time.
const LOOK: Duration = Duration::from_millis(100);

/// How long a client waits that was told that there is no room: its batch and those of the others may be too much at once.
const AGAIN: Duration = Duration::from_millis(5);

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

/// Sends the requests, and prints memory meanwhile.
///
/// # Errors
/// When a request failed, or a process grew by too much.
pub(crate) async fn check(soak: &Soak, services: &Services) -> anyhow::Result<()> {
    ensure!(!services.processes.is_empty(), "say whose memory to watch: --pid NAME=PID");
    let shared = Arc::new(Shared {
        services: [Target::new("model", &services.model_url)?, Target::new("api", &services.api_url)?],
        pictures: ten_digits()?,
        requests: soak.requests,
        begun: AtomicU64::new(0),
        done: AtomicU64::new(0),
        rejected: AtomicU64::new(0),
        failures: Mutex::default(),
    });
    let mut asking = JoinSet::new();
    for client in 0..soak.clients.get() {
        asking.spawn(shared.clone().ask(ChaCha8Rng::seed_from_u64(client as u64)));
    }
    let memory = watch(&shared, &services.processes).await?;
    asking.join_all().await;
    let failures = shared.failures.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let ends = if failures.is_empty() { "none".to_owned() } else { format!("{failures:?}") };
    let rejected = shared.rejected.load(Ordering::Relaxed);
    println!("\nFailures: {ends}. {rejected} times a client was told that there is no room, and asked again.");
    let within = services.processes.iter().zip(&memory).filter(|(process, kib)| verdict(process, kib, soak.percent));
    ensure!(within.count() == memory.len(), "memory grew");
    ensure!(failures.is_empty(), "requests failed");
    Ok(())
}

impl Shared {
    /// Sends one request after the other until all are sent.
    async fn ask(self: Arc<Self>, mut random: ChaCha8Rng) {
        let mut connections: [Option<Connection>; 2] = [None, None];
        while self.begun.fetch_add(1, Ordering::Relaxed) < self.requests {
            let (service, template) = self.template(&mut random);
            let end = loop {
                match self.services[service].ask(&mut connections[service], &template).await {
                    Ok(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS => {
                        self.rejected.fetch_add(1, Ordering::Relaxed);
                        sleep(AGAIN).await;
                    }
                    Ok(answer) => break Ok(answer.status),
                    Err(error) => break Err(error),
                }
            };
            self.done.fetch_add(1, Ordering::Relaxed);
            let end = end.map_or_else(|error| format!("no answer: {error}"), |status| status.to_string());
            if end != StatusCode::OK.to_string() {
                *self.failures.lock().unwrap_or_else(PoisonError::into_inner).entry(end).or_default() += 1;
            }
        }
    }

    /// Half are tensors of 1 to 32 images for the model service. The other half are drawings for the web service, most of
    /// them previews: a row for each would fill the disk.
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

/// Prints memory as requests are answered. For each process what it held, in KiB, between one time and the next.
async fn watch(shared: &Shared, processes: &[Process]) -> anyhow::Result<Vec<Vec<u64>>> {
    let names: Vec<&str> = processes.iter().map(|process| process.name.as_str()).collect();
    println!("| requests | a second | {} |", names.join(" | "));
    println!("| --- | ---{} |", " | ---".repeat(names.len()));
    let mut means = vec![Vec::new(); processes.len()];
    for told in 1..=TOLD {
        let began = Instant::now();
        let before = shared.done.load(Ordering::Relaxed);
        let seen = look(shared, processes, told * shared.requests / TOLD).await?;
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

/// Looks at each process again and again until so many requests are done. What each held, in KiB.
async fn look(shared: &Shared, processes: &[Process], until: u64) -> anyhow::Result<Vec<Vec<u64>>> {
    let mut seen = vec![Vec::new(); processes.len()];
    loop {
        for (process, seen) in processes.iter().zip(&mut seen) {
            seen.push(memory::resident_kib(process.pid)?);
        }
        if shared.done.load(Ordering::Relaxed) >= until {
            return Ok(seen);
        }
        sleep(LOOK).await;
    }
}

/// As long as it is large, beside the largest so far.
fn bar(kib: u64, largest: u64) -> String {
    "▪".repeat(usize::try_from(kib * 20 / largest.max(1)).unwrap_or(0))
}

/// Says how much a process grew after the first tenth; whether that is little enough.
fn verdict(process: &Process, kib: &[u64], percent: u32) -> bool {
    let (Some(&first), Some(&last)) = (kib.get(usize::try_from(FIRST - 1).unwrap_or(0)), kib.last()) else {
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
    fn a_process_may_grow_by_a_twentieth_after_the_first_tenth_and_no_more() {
        let process = Process { name: "model".to_owned(), pid: 1 };
        let holding = |last| [[50_000, 100_000].as_slice(), &[200_000; 17], &[last]].concat();
        assert!(verdict(&process, &holding(105_000), 5));
        assert!(!verdict(&process, &holding(105_001), 5));
        assert!(verdict(&process, &holding(90_000), 5));
        assert!(!verdict(&process, &[], 5));
    }

    #[test]
    fn a_bar_is_as_long_as_its_share_of_the_largest() {
        assert_eq!((bar(5, 10), bar(10, 10)), ("▪".repeat(10), "▪".repeat(20)));
    }
}
