//! Slow clients, which hold connections: some never complete their request, others read their response very slowly.

use crate::{
    config::{Overload, Services},
    memory,
    pictures::large_png,
    request_template::RequestTemplate,
    stats::{percentile, shown},
    target::Target,
};
use anyhow::{Context, ensure};
use hyper::StatusCode;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    runtime,
    task::JoinSet,
    time::{sleep, timeout},
};

/// The limit of the 99th percentile of the probes' latency.
pub(crate) const PROBED_WITHIN: Duration = Duration::from_millis(50);

/// The interval between probes.
pub(crate) const PROBED_EVERY: Duration = Duration::from_millis(20);

/// The time within which a service must close a connection with an incomplete request.
const CLOSED_WITHIN: Duration = Duration::from_secs(15);

/// The duration of slow reading, and the number of bytes and the interval of each read.
const READING: Duration = Duration::from_secs(20);
const READ_EVERY: Duration = Duration::from_secs(1);
const READ_BYTES: usize = 8;

/// The receive buffer of a slow reader; the system enlarges it a little.
const RECEIVE_BYTES: u32 = 4096;

/// The memory limit of the web service's container (docker-compose.yml).
const MEMORY_MB: u64 = 256;

/// The results of the probes.
#[derive(Debug, Default, Clone, PartialEq)]
struct Probes {
    /// The latencies, sorted.
    took: Vec<Duration>,
    failed: u64,
}

/// Lets slow clients of both kinds hold connections to both services, prints the results, and returns the missed aims.
pub(crate) async fn check(overload: &Overload, services: &Services) -> anyhow::Result<Vec<String>> {
    let files = rlimit::increase_nofile_limit(u64::MAX)?;
    let wanted = u64::from(overload.half_sent) + 256;
    ensure!(files >= wanted, "{wanted} files must be open at a time, and the system allows {files} (ulimit -n)");
    let mut missed = Vec::new();
    println!("\n| | requests half sent | closed by the service | /livez p99 | slowest | failed |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for (name, url) in [("model", &services.model_url), ("api", &services.api_url)] {
        let (probes, closed) = beside(Target::new(name, url)?, half_sent(url, overload.half_sent)).await?;
        let closed = closed?;
        println!("| {name} | {} | {closed} | {} |", overload.half_sent, probes.row());
        missed.extend(probes.missed(name, "half-sent requests"));
        if closed < overload.half_sent {
            missed.push(format!("{name}: half-sent requests are closed"));
        }
    }
    println!("\n| | slow readers | served | rejected | maximum resident memory | /livez p99 | slowest | failed |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    let pid = services.processes.iter().find(|process| process.name == "api").map(|process| process.pid);
    let pid = pid.context("--pid api=PID is missing: the command measures its memory")?;
    let reading = slow_readers(services.api_url.clone(), overload.slow_readers, pid);
    let (probes, read) = beside(Target::new("api", &services.api_url)?, reading).await?;
    let read = read?;
    println!("| api | {} | {} |", overload.slow_readers, read.row(&probes));
    missed.extend(probes.missed("api", "slow readers"));
    missed.extend(read.missed(overload.slow_readers));
    Ok(missed)
}

/// Runs a load, and probes the target on another thread in the meantime.
async fn beside<T>(target: Target, load: impl Future<Output = T>) -> anyhow::Result<(Probes, T)> {
    let is_over = Arc::new(AtomicBool::new(false));
    let told = is_over.clone();
    let probing = thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        anyhow::Ok(runtime.block_on(probe(&target, &told)))
    });
    let loaded = load.await;
    is_over.store(true, Ordering::Relaxed);
    Ok((probing.join().expect("the probes do not panic")?, loaded))
}

async fn probe(target: &Target, is_over: &AtomicBool) -> Probes {
    let mut probes = Probes::default();
    while !is_over.load(Ordering::Relaxed) {
        let asked = Instant::now();
        match target.ask_once(&RequestTemplate::get("/livez")).await {
            Ok(answer) if answer.status == StatusCode::OK => probes.took.push(asked.elapsed()),
            _ => probes.failed += 1,
        }
        sleep(PROBED_EVERY).await;
    }
    probes.took.sort_unstable();
    probes
}

/// Sends `count` incomplete requests as fast as possible. Returns how many of their connections the service closed.
async fn half_sent(url: &str, count: u32) -> anyhow::Result<u32> {
    let address = host_and_port(url);
    let mut held = JoinSet::new();
    for _ in 0..count {
        let mut stream = TcpStream::connect(&address).await?;
        stream.write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n").await?;
        held.spawn(async move {
            let closed = timeout(CLOSED_WITHIN, stream.read_to_end(&mut Vec::new())).await;
            u32::from(closed.is_ok())
        });
    }
    Ok(held.join_all().await.into_iter().sum())
}

/// Returns the host and port of an address.
fn host_and_port(url: &str) -> String {
    url.trim_start_matches("http://").trim_end_matches('/').to_owned()
}

/// The results of the slow readers.
#[derive(Debug, Default, Clone, PartialEq)]
struct Read {
    served: usize,
    rejected: usize,
    most_mb: u64,
}

/// Stores a large image, and lets `count` clients read it slowly at the same time.
async fn slow_readers(url: String, count: u32, pid: u32) -> anyhow::Result<Read> {
    let recorded =
        Target::new("api", &url)?.ask_once(&RequestTemplate::png("/predict", &large_png()?)).await?.json()?;
    let id = recorded["id"].as_str().context("a prediction has an id")?.to_owned();
    let address = host_and_port(&url);
    let mut readers = JoinSet::new();
    for _ in 0..count {
        readers.spawn(read_slowly(address.clone(), id.clone()));
    }
    let (began, mut read) = (Instant::now(), Read::default());
    while began.elapsed() < READING {
        read.most_mb = read.most_mb.max(memory::resident_kib(pid)? / 1024);
        sleep(Duration::from_millis(100)).await;
    }
    for status in readers.join_all().await {
        match status? {
            200 => read.served += 1,
            429 => read.rejected += 1,
            _ => {}
        }
    }
    Ok(read)
}

/// Requests a stored image and reads a few bytes at intervals. Returns the status of the response.
async fn read_slowly(address: String, id: String) -> anyhow::Result<u16> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(RECEIVE_BYTES)?;
    let mut stream = socket.connect(address.parse()?).await?;
    stream
        .write_all(format!("GET /api/v1/predictions/{id}/input HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes())
        .await?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).await?;
    let status = str::from_utf8(&head)?.trim_start_matches("HTTP/1.1 ").parse()?;
    let began = Instant::now();
    while status == 200 && began.elapsed() < READING {
        stream.read_exact(&mut [0; READ_BYTES]).await?;
        sleep(READ_EVERY).await;
    }
    Ok(status)
}

impl Probes {
    fn row(&self) -> String {
        format!("{} | {} | {}", shown(percentile(&self.took, 0.99)), shown(self.took.last().copied()), self.failed)
    }

    /// Returns the aims that were missed beside such clients.
    fn missed(&self, name: &str, beside: &str) -> Vec<String> {
        let p99 = percentile(&self.took, 0.99);
        let aims = [
            (p99.is_some_and(|p99| p99 <= PROBED_WITHIN), "/livez is answered within 50 ms"),
            (self.failed == 0, "/livez is answered"),
        ];
        let missed = aims.into_iter().filter(|(is_met, _)| !is_met);
        missed.map(|(_, aim)| format!("{name}: {aim} beside {beside}")).collect()
    }
}

impl Read {
    fn row(&self, probes: &Probes) -> String {
        format!("{} | {} | {} MB | {}", self.served, self.rejected, self.most_mb, probes.row())
    }

    fn missed(&self, readers: u32) -> Vec<String> {
        let aims = [
            (self.most_mb < MEMORY_MB, "the web service stays under 256 MB beside slow readers"),
            (self.served > 0, "some slow readers are served"),
            (self.served + self.rejected == readers as usize, "each slow reader is served or rejected"),
        ];
        aims.into_iter().filter(|(is_met, _)| !is_met).map(|(_, aim)| format!("api: {aim}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missed_aims_beside_slow_clients_are_named() {
        let fast = Probes { took: vec![Duration::from_millis(1); 100], failed: 0 };
        assert!(fast.missed("api", "them").is_empty());
        let slow = Probes { took: vec![Duration::from_millis(51)], failed: 0 };
        assert_eq!(slow.missed("api", "them"), ["api: /livez is answered within 50 ms beside them"]);
        let failing = Probes { failed: 1, ..fast };
        assert_eq!(failing.missed("api", "them"), ["api: /livez is answered beside them"]);

        let read = Read { served: 6, rejected: 94, most_mb: 100 };
        assert!(read.missed(100).is_empty());
        for (bad, aim) in [
            (Read { most_mb: 256, ..read.clone() }, "api: the web service stays under 256 MB beside slow readers"),
            (Read { served: 0, rejected: 100, ..read.clone() }, "api: some slow readers are served"),
            (Read { rejected: 93, ..read }, "api: each slow reader is served or rejected"),
        ] {
            assert_eq!(bad.missed(100), [aim]);
        }
    }
}
