//! Requests at a pace of their own: each is sent when it is due, whether or not earlier ones are answered.
//!
//! Who waits for an answer before asking again asks less the slower a service gets, and never overloads it
//! (Schroeder et al., "Open Versus Closed: A Cautionary Tale", 2006). A request that is due when all connections are
//! taken, or when this program gets no processor, is sent late; how late is told, for then the pace was not kept.

use crate::{
    question::Question,
    target::{Answer, Target},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// What is sent, to whom and how often.
#[derive(Debug)]
pub(crate) struct LatencyBucket {
    pub(crate) target: Target,
    /// In turns.
    pub(crate) questions: Vec<Question>,
    pub(crate) per_second: f64,
    /// How many may be under way.
    pub(crate) connections: usize,
    /// Set from outside once it is enough.
    pub(crate) is_over: AtomicBool,
}

/// What became of a request.
#[derive(Debug)]
pub(crate) struct Done {
    /// Which of the questions it was.
    pub(crate) question: usize,
    /// Or why there is none.
    pub(crate) answer: anyhow::Result<Answer>,
    /// Since it was sent.
    pub(crate) took: Duration,
    /// How long after it was due it was sent.
    pub(crate) lag: Duration,
}

impl LatencyBucket {
    /// Sends until it is enough. What was made of each answer.
    pub(crate) async fn keep<T: Send + 'static>(
        self: &Arc<Self>,
        judge: impl Fn(Done) -> T + Clone + Send + 'static,
    ) -> Vec<T> {
        let (began, next) = (Instant::now(), Arc::new(AtomicU32::new(0)));
        let mut sending = JoinSet::new();
        for _ in 0..self.connections {
            sending.spawn(self.clone().send(began, next.clone(), judge.clone()));
        }
        sending.join_all().await.into_iter().flatten().collect()
    }

    /// Sends over one connection whatever is due next.
    async fn send<T>(self: Arc<Self>, began: Instant, next: Arc<AtomicU32>, judge: impl Fn(Done) -> T) -> Vec<T> {
        let (mut connection, mut judged) = (None, Vec::new());
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            let due = began + Duration::from_secs_f64(f64::from(turn) / self.per_second);
            sleep_until(due).await;
            if self.is_over.load(Ordering::Relaxed) {
                return judged;
            }
            let question = turn as usize % self.questions.len();
            let sent = Instant::now();
            let answer = self.target.ask(&mut connection, &self.questions[question]).await;
            judged.push(judge(Done {
                question,
                answer,
                took: sent.elapsed(),
                lag: sent.saturating_duration_since(due),
            }));
        }
    }
}
