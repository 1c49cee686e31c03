//! Load at a constant arrival rate (an open loop): the generator sends each request when it is due, even while earlier
//! ones wait for their responses.
//!
//! In a closed loop, each client waits for its response, so a slow service gets fewer requests and is never overloaded
//! (Schroeder et al., "Open Versus Closed: A Cautionary Tale", 2006). The generator sends a request late if all
//! connections are in use or if it lacks CPU time. It reports this lag, because the actual rate was then
//! lower than the configured one.

use crate::{
    request_template::RequestTemplate,
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

/// Requests, their target and their rate.
#[derive(Debug)]
pub(crate) struct ConstantArrivalRate {
    pub(crate) target: Target,
    /// The requests, which the generator sends in rotation.
    pub(crate) templates: Vec<RequestTemplate>,
    pub(crate) per_second: f64,
    /// The largest number of concurrent requests.
    pub(crate) connections: usize,
    /// Ends the load; another thread sets it.
    pub(crate) is_over: AtomicBool,
}

/// A completed request.
#[derive(Debug)]
pub(crate) struct Done {
    /// The index of its template.
    pub(crate) template: usize,
    /// The response, or the reason why there is none.
    pub(crate) answer: anyhow::Result<Answer>,
    /// The time from sending the request to the response.
    pub(crate) took: Duration,
    /// The time from when the request was due until it was sent.
    pub(crate) lag: Duration,
}

impl ConstantArrivalRate {
    /// Sends requests until the load is over. Returns the result of `evaluate` for each.
    pub(crate) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        evaluate: impl Fn(Done) -> T + Clone + Send + 'static,
    ) -> Vec<T> {
        let (began, next) = (Instant::now(), Arc::new(AtomicU32::new(0)));
        let mut sending = JoinSet::new();
        for _ in 0..self.connections {
            sending.spawn(self.clone().send(began, next.clone(), evaluate.clone()));
        }
        sending.join_all().await.into_iter().flatten().collect()
    }

    /// Sends the next requests over one connection.
    async fn send<T>(self: Arc<Self>, began: Instant, next: Arc<AtomicU32>, evaluate: impl Fn(Done) -> T) -> Vec<T> {
        let (mut connection, mut results) = (None, Vec::new());
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            let due = began + Duration::from_secs_f64(f64::from(turn) / self.per_second);
            sleep_until(due).await;
            if self.is_over.load(Ordering::Relaxed) {
                return results;
            }
            let template = turn as usize % self.templates.len();
            let sent = Instant::now();
            let answer = self.target.ask(&mut connection, &self.templates[template]).await;
            results.push(evaluate(Done {
                template,
                answer,
                took: sent.elapsed(),
                lag: sent.saturating_duration_since(due),
            }));
        }
    }
}
