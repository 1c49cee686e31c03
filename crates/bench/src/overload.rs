//! Overload: many times as many requests as the services can handle. The services must answer some requests in time,
//! reject the rest at once, and keep answering their probes.

use crate::{
    arrival_rate::{ConstantArrivalRate, Done},
    config::{Overload, Process, Services},
    load, memory,
    pictures::ten_digits,
    request_template::RequestTemplate,
    slow::{self, PROBED_EVERY, PROBED_WITHIN},
    speed::WARM_UP,
    stats::{percentile, shown},
    target::Target,
};
use anyhow::ensure;
use hyper::StatusCode;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tokio::runtime;

/// The number of clients that measure the capacity: fewer than there are slots.
const CLIENTS: usize = 32;

/// The duration of the measurement of the capacity.
const MEASURED: Duration = Duration::from_secs(10);

/// The limits of the 99th percentile: for the lag of requests, and for the latency of rejections.
const SENT_WITHIN: Duration = Duration::from_millis(10);
const REJECTED_WITHIN: Duration = Duration::from_millis(10);

/// The aim that the run misses if the generator does not reach the arrival rate. The other results mean little then.
const LATE: &str = "requests are sent when they are due (the load generator lacks CPU time)";

const PROBES: [&str; 2] = ["/livez", "/readyz"];

/// The outcome of the requests and of the probes. The times are sorted.
#[derive(Debug, Default)]
struct Outcome {
    accepted: Vec<Duration>,
    rejected: Vec<Duration>,
    others: u64,
    lags: Vec<Duration>,
    probes: [Vec<Duration>; 2],
    failed_probes: u64,
}

/// Overloads the model service, then the web service, then lets slow clients hold connections, and prints the results.
///
/// # Errors
/// When an aim is missed.
pub(crate) async fn check(overload: &Overload, services: &Services) -> anyhow::Result<()> {
    println!(
        "| | capacity per second | sent per second | answered per second | p99 | rejected per second | p99 | other outcomes |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    let (mut details, mut missed) = (Vec::new(), Vec::new());
    for (name, url, path) in
        [("model", &services.model_url, "/predict"), ("api", &services.api_url, "/predict?preview=true")]
    {
        let target = || Target::new(name, url);
        let templates: Vec<RequestTemplate> =
            ten_digits()?.iter().map(|it| RequestTemplate::png(path, &it.png)).collect();
        let capacity = capacity(target()?, &templates).await?;
        let per_second = capacity * f64::from(overload.times.get());
        let (connections, is_over) = (overload.connections, AtomicBool::new(false));
        let load = ConstantArrivalRate { target: target()?, templates, per_second, connections, is_over };
        let outcome = too_much(load, target()?, Duration::from_secs(overload.seconds)).await?;
        println!("{}", outcome.row(name, capacity, overload.seconds));
        details.push(format!("{name}: {}", outcome.details()));
        missed.extend(outcome.missed(overload).into_iter().map(|aim| format!("{name}: {aim}")));
    }
    println!("\n{}", details.join("\n"));
    missed.extend(slow::check(overload, services).await?);
    println!("\nAims missed: {}.", if missed.is_empty() { "none".to_owned() } else { missed.join("; ") });
    for process in &services.processes {
        alive(process)?;
    }
    ensure!(missed.is_empty(), "aims were missed: {}", missed.join("; "));
    Ok(())
}

/// Returns the capacity: the requests per second of clients that wait for their responses.
async fn capacity(target: Target, templates: &[RequestTemplate]) -> anyhow::Result<f64> {
    let target = Arc::new(target);
    load::round(&target, templates, CLIENTS, WARM_UP).await;
    let round = load::round(&target, templates, CLIENTS, MEASURED).await;
    ensure!(round.failures.is_empty() && round.answers > 0, "{} failed: {}", target.address(), round.errors());
    Ok(round.per_second)
}

/// Sends requests at a constant rate for `length`, and probes the service in the meantime.
async fn too_much(load: ConstantArrivalRate, service: Target, length: Duration) -> anyhow::Result<Outcome> {
    let load = Arc::new(load);
    let ending = load.clone();
    // The probes have their own thread, because this thread's load would distort their latency.
    let probing = thread::spawn(move || {
        let probes = runtime::Builder::new_current_thread().enable_all().build()?.block_on(probe(&service, length));
        ending.is_over.store(true, Ordering::Relaxed);
        anyhow::Ok(probes)
    });
    let ends = load.run(|Done { answer, took, lag, .. }| (answer.map(|answer| answer.status).ok(), took, lag)).await;
    let (probes, failed_probes) = probing.join().expect("the probes do not panic")?;
    let mut outcome = Outcome { probes, failed_probes, ..Outcome::default() };
    for (status, took, lag) in ends {
        match status {
            Some(StatusCode::OK) => outcome.accepted.push(took),
            Some(StatusCode::TOO_MANY_REQUESTS) => outcome.rejected.push(took),
            _ => outcome.others += 1,
        }
        outcome.lags.push(lag);
    }
    let times = outcome.probes.iter_mut().chain([&mut outcome.accepted, &mut outcome.rejected, &mut outcome.lags]);
    times.for_each(|times| times.sort_unstable());
    Ok(outcome)
}

/// Probes a service repeatedly. Returns the latencies and the number of failed probes.
async fn probe(target: &Target, length: Duration) -> ([Vec<Duration>; 2], u64) {
    let (mut took, mut failed, mut connection) = ([const { Vec::new() }; 2], 0, None);
    let began = Instant::now();
    while began.elapsed() < length {
        for (path, took) in PROBES.into_iter().zip(&mut took) {
            let asked = Instant::now();
            match target.ask(&mut connection, &RequestTemplate::get(path)).await {
                Ok(answer) if answer.status == StatusCode::OK => took.push(asked.elapsed()),
                _ => failed += 1,
            }
        }
        tokio::time::sleep(PROBED_EVERY).await;
    }
    (took, failed)
}

impl Outcome {
    fn row(&self, name: &str, capacity: f64, seconds: u64) -> String {
        let (accepted, rejected) = (self.accepted.len() as u64, self.rejected.len() as u64);
        let sent = accepted + rejected + self.others;
        let a_second = |count: u64| count / seconds.max(1);
        format!(
            "| {name} | {capacity:.0} | {} | {} | {} | {} | {} | {} |",
            a_second(sent),
            a_second(accepted),
            p99(&self.accepted),
            a_second(rejected),
            p99(&self.rejected),
            self.others
        )
    }

    fn details(&self) -> String {
        let probe = |(path, took): (&&str, &Vec<Duration>)| {
            format!("{path} p99 {}, at most {} of {}", p99(took), shown(took.last().copied()), took.len())
        };
        format!(
            "{}; {} probes failed; the slowest prediction took {}; requests were sent up to {} late (p99)",
            PROBES.iter().zip(&self.probes).map(probe).collect::<Vec<_>>().join("; "),
            self.failed_probes,
            shown(self.accepted.last().copied()),
            p99(&self.lags)
        )
    }

    /// Returns the missed aims.
    fn missed(&self, overload: &Overload) -> Vec<String> {
        let patience = Duration::from_millis(overload.patience_ms.into());
        let within = |times: &[Duration], most| percentile(times, 0.99).is_none_or(|p99| p99 <= most);
        let aims = [
            (!self.accepted.is_empty(), "some requests are answered"),
            (self.accepted.last().is_none_or(|slowest| *slowest <= patience), "answers arrive before the timeout"),
            (!self.rejected.is_empty(), "some requests are rejected"),
            (within(&self.lags, SENT_WITHIN), LATE),
            (within(&self.rejected, REJECTED_WITHIN), "rejections arrive within 10 ms"),
            (self.others == 0, "every request is answered or rejected"),
            (self.failed_probes == 0, "the probes are answered"),
            (self.probes.iter().all(|took| within(took, PROBED_WITHIN)), "the probes are answered within 50 ms"),
        ];
        aims.into_iter().filter(|(is_met, _)| !is_met).map(|(_, aim)| aim.to_owned()).collect()
    }
}

fn p99(sorted: &[Duration]) -> String {
    shown(percentile(sorted, 0.99))
}

/// Checks that a process still runs, and prints its memory.
fn alive(process: &Process) -> anyhow::Result<()> {
    println!(
        "{}: still process {}, {} MB resident",
        process.name,
        process.pid,
        memory::resident_kib(process.pid)? / 1024
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overload() -> Overload {
        Overload {
            times: 10.try_into().unwrap(),
            seconds: 1,
            connections: 1,
            patience_ms: 2000,
            half_sent: 0,
            slow_readers: 0,
        }
    }

    fn valid() -> Outcome {
        let (fast, slow) = (Duration::from_millis(1), Duration::from_millis(1500));
        Outcome {
            accepted: vec![fast, slow],
            rejected: vec![fast],
            probes: [vec![fast], vec![fast]],
            ..Outcome::default()
        }
    }

    #[test]
    fn missed_aims_are_named() {
        assert!(valid().missed(&overload()).is_empty());
        let late = Duration::from_millis(2001);
        for (bad, aim) in [
            (Outcome { accepted: Vec::new(), ..valid() }, "some requests are answered"),
            (Outcome { accepted: vec![late], ..valid() }, "answers arrive before the timeout"),
            (Outcome { rejected: Vec::new(), ..valid() }, "some requests are rejected"),
            (Outcome { rejected: vec![late], ..valid() }, "rejections arrive within 10 ms"),
            (Outcome { lags: vec![late], ..valid() }, LATE),
            (Outcome { others: 1, ..valid() }, "every request is answered or rejected"),
            (Outcome { failed_probes: 1, ..valid() }, "the probes are answered"),
            (Outcome { probes: [Vec::new(), vec![late]], ..valid() }, "the probes are answered within 50 ms"),
        ] {
            assert_eq!(bad.missed(&overload()), [aim]);
        }
    }
}
