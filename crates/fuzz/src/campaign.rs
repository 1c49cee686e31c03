//! A run: inputs are made, sent and judged by several tasks, and what fails is tried again alone and made smaller.

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

/// The most flaws that are looked into.
const ENOUGH: usize = 20;

/// Inputs of a seed, and whom to send them to.
#[derive(Debug, Clone)]
pub struct Campaign {
    subject: Router,
    examples: Arc<Examples>,
    seed: u64,
}

/// An input that was not answered as it should have been.
#[derive(Debug, Clone)]
pub struct Flaw {
    /// Which it was.
    pub input: u64,
    /// What was wrong.
    pub what: String,
    /// The smallest request that was found to fail likewise, as HTTP writes it.
    pub request: Vec<u8>,
}

impl Campaign {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// When the examples cannot be made.
    pub fn new(subject: Router, seed: u64) -> anyhow::Result<Self> {
        panics::watch();
        Ok(Self { subject, examples: Arc::new(Examples::new()?), seed })
    }

    /// Sends a range of inputs, so many at a time, and tells after each of how many there were. What came of them, and
    /// what was wrong.
    ///
    /// # Panics
    /// Where a task of its own does.
    pub async fn run(&self, inputs: std::ops::Range<u64>, tasks: usize, progress: impl Fn(u64)) -> (Tally, Vec<Flaw>) {
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
        (tally, self.look_into(suspects).await)
    }

    /// Sends one input after the other. What came of them, and which failed or may have.
    async fn work(self, next: Arc<AtomicU64>, end: u64) -> (Tally, Vec<u64>) {
        let (mut tally, mut suspects) = (Tally::default(), Vec::new());
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= end || suspects.len() >= ENOUGH {
                return (tally, suspects);
            }
            let (kind, sent) = self.examples.input(self.seed, index);
            let began = Instant::now();
            let outcome = self.judged(&sent).await.unwrap_or_else(|flaw| {
                eprintln!("input {index}, or one beside it: {flaw:#}");
                suspects.push(index);
                "a flaw".to_owned()
            });
            tally.add(kind, index, outcome, began.elapsed());
        }
    }

    /// Tries each alone, for a panic that one of them made is counted by all that were under way.
    async fn look_into(&self, suspects: Vec<u64>) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        for input in suspects {
            let (_, sent) = self.examples.input(self.seed, input);
            if let Err(flaw) = self.judged(&sent).await {
                let fails = async |sent: Sent| self.judged(&sent).await.is_err();
                let least = shrink(sent, fails).await;
                flaws.push(Flaw { input, what: format!("{flaw:#}"), request: least.written() });
            }
        }
        flaws
    }

    /// Sends a request and judges what comes of it.
    async fn judged(&self, sent: &Sent) -> anyhow::Result<String> {
        let panics = panics::count();
        let answered = timeout(PATIENCE, self.ask(sent)).await.context("no answer in time")??;
        anyhow::ensure!(panics::count() == panics, "something panicked");
        outcome(sent, &answered)
    }

    async fn ask(&self, sent: &Sent) -> anyhow::Result<Answered> {
        let Ok(response) = self.subject.clone().oneshot(sent.request()).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.context("the answer broke off")?;
        Ok(Answered { status: parts.status, headers: parts.headers, body })
    }
}
