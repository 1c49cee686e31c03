//! A run: several tasks make inputs, send them and check the answers; a failing input is tried again alone and shrunk.

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

/// The longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The most failures that are investigated.
const ENOUGH: usize = 20;

/// The inputs of a seed, and their target.
#[derive(Debug, Clone)]
pub struct Campaign {
    target: Router,
    examples: Arc<Examples>,
    seed: u64,
}

/// An input with an answer that is not documented.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The number of the input.
    pub input: u64,
    /// The fault of the answer.
    pub what: String,
    /// The smallest request that fails, too, in the form of HTTP.
    pub request: Vec<u8>,
}

impl Campaign {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// When the examples cannot be made.
    pub fn new(target: Router, seed: u64) -> anyhow::Result<Self> {
        panics::watch();
        Ok(Self { target, examples: Arc::new(Examples::new()?), seed })
    }

    /// Sends a range of inputs, so many at a time, and reports the progress. Returns the outcomes and the failures.
    ///
    /// # Panics
    /// When one of its tasks panics.
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
                    let (counted, suspect) = done.expect("a task that asks does not panic");
                    tally.merge(counted);
                    suspects.extend(suspect);
                }
                Err(_) => progress(next.load(Ordering::Relaxed).min(inputs.end) - inputs.start),
            }
        }
        suspects.sort_unstable();
        suspects.truncate(ENOUGH);
        (tally, self.investigate(suspects).await)
    }

    /// Sends one input after the other. Returns the outcomes and the inputs that may have failed.
    async fn work(self, next: Arc<AtomicU64>, end: u64) -> (Tally, Vec<u64>) {
        let (mut tally, mut suspects) = (Tally::default(), Vec::new());
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= end || suspects.len() >= ENOUGH {
                return (tally, suspects);
            }
            let (kind, sent) = self.examples.input(self.seed, index);
            let began = Instant::now();
            let outcome = self.checked(&sent).await.unwrap_or_else(|failure| {
                eprintln!("input {index}, or one beside it: {failure:#}");
                suspects.push(index);
                "a failure".to_owned()
            });
            tally.add(kind, index, outcome, began.elapsed());
        }
    }

    /// Tries each input alone, because every concurrent input counts a panic that one of them caused.
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
        let answered = timeout(PATIENCE, self.ask(sent)).await.context("no answer in time")??;
        anyhow::ensure!(panics::count() == panics, "something panicked");
        outcome(sent, &answered)
    }

    async fn ask(&self, sent: &Sent) -> anyhow::Result<Answered> {
        let Ok(response) = self.target.clone().oneshot(sent.request()).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.context("the answer broke off")?;
        Ok(Answered { status: parts.status, headers: parts.headers, body })
    }
}
