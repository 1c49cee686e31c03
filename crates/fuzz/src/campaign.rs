//! A run of the fuzzer: several tasks generate inputs, send them and check the responses. A failing input is sent again
//! alone, and then shrunk.

use crate::{
    documented::{Answered, outcome},
    inputs::Examples,
    panics,
    sent::Sent,
    shrink::shrink,
    tally::Tally,
};
use anyhow::Context;
use axum::{Router, body::to_bytes};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::timeout};
use tower::ServiceExt;

/// The timeout of a response.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The largest number of failures that are investigated.
const MAX_INVESTIGATED: usize = 20;

/// The inputs of a seed, and their target.
#[derive(Debug, Clone)]
pub struct Campaign {
    target: Router,
    examples: Arc<Examples>,
    seed: u64,
}

/// An input whose response is not documented.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The number of the input.
    pub input: u64,
    /// The fault of the response.
    pub what: String,
    /// The smallest request that also fails, in the format of HTTP/1.1.
    pub request: Vec<u8>,
}

impl Campaign {
    /// Returns a campaign that has sent nothing yet.
    ///
    /// # Errors
    /// When the examples cannot be generated.
    pub fn new(target: Router, seed: u64) -> anyhow::Result<Self> {
        panics::watch();
        Ok(Self { target, examples: Arc::new(Examples::new()?), seed })
    }

    /// Sends a range of inputs with several tasks, and reports the progress. Returns the outcomes and the failures.
    ///
    /// # Panics
    /// When one of the tasks panics.
    pub async fn run(
        &self,
        inputs: std::ops::Range<u64>,
        tasks: usize,
        progress: impl Fn(u64),
    ) -> (Tally, Vec<Failure>) {
        let next = Arc::new(AtomicU64::new(inputs.start));
        let mut asking = JoinSet::new();
        for _ in 0..tasks {
            asking.spawn(self.clone().work(next.clone(), inputs.end));
        }
        let (mut tally, mut suspects) = (Tally::default(), Vec::new());
        loop {
            match timeout(Duration::from_secs(1), asking.join_next()).await {
                Ok(None) => break,
                Ok(Some(done)) => {
                    let (counted, suspect) = done.expect("a task does not panic");
                    tally.merge(counted);
                    suspects.extend(suspect);
                }
                Err(_) => progress(next.load(Ordering::Relaxed).min(inputs.end) - inputs.start),
            }
        }
        suspects.sort_unstable();
        suspects.truncate(MAX_INVESTIGATED);
        (tally, self.investigate(suspects).await)
    }

    /// Sends one input after the other. Returns the outcomes and the inputs that may have failed.
    async fn work(self, next: Arc<AtomicU64>, end: u64) -> (Tally, Vec<u64>) {
        let (mut tally, mut suspects) = (Tally::default(), Vec::new());
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= end || suspects.len() >= MAX_INVESTIGATED {
                return (tally, suspects);
            }
            let (kind, sent) = self.examples.input(self.seed, index);
            let began = Instant::now();
            let outcome = self.checked(&sent).await.unwrap_or_else(|failure| {
                eprintln!("input {index}, or a concurrent one: {failure:#}");
                suspects.push(index);
                "a failure".to_owned()
            });
            tally.add(kind, index, outcome, began.elapsed());
        }
    }

    /// Sends each suspect alone, since a panic makes every concurrent input a suspect.
    async fn investigate(&self, suspects: Vec<u64>) -> Vec<Failure> {
        let mut failures = Vec::new();
        for input in suspects {
            let (_, sent) = self.examples.input(self.seed, input);
            if let Err(failure) = self.checked(&sent).await {
                let fails = async |sent: Sent| self.checked(&sent).await.is_err();
                let least = shrink(sent, fails).await;
                failures.push(Failure { input, what: format!("{failure:#}"), request: least.written() });
            }
        }
        failures
    }

    /// Sends a request and checks the answer.
    async fn checked(&self, sent: &Sent) -> anyhow::Result<String> {
        let panics = panics::count();
        let answered = timeout(TIMEOUT, self.ask(sent)).await.context("no response before the timeout")??;
        anyhow::ensure!(panics::count() == panics, "a thread panicked");
        outcome(sent, &answered)
    }

    async fn ask(&self, sent: &Sent) -> anyhow::Result<Answered> {
        let Ok(response) = self.target.clone().oneshot(sent.request()).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.context("the response is incomplete")?;
        Ok(Answered { status: parts.status, headers: parts.headers, body })
    }
}
