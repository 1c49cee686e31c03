//! The client of the model service.

use crate::model_requests::ModelRequests;
use digit::Bitmap;
use prometheus_client::registry::Registry;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url, header};
use serde::de::DeserializeOwned;
use service::{ApiError, TRACED, trace_headers};
use std::{error::Error, num::NonZeroUsize, sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use tracing::{Instrument, Span};
use wire::{About, Answer, Code, Explanation, Input, Problem};

/// How long the model service may take to accept a connection, and to answer.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// How long a connection that is not used is kept: less than the model service keeps it, so that no request meets one that
/// is being closed.
const IDLE_LIMIT: Duration = Duration::from_secs(5);

/// The model service behind one pool of connections.
#[derive(Debug, Clone)]
pub struct ModelClient {
    http: Client,
    predict: Url,
    explain: Url,
    about: Url,
    ready: Url,
    /// A permit for each drawing that it is asked about at a time. Whoever is refused here learns it at once, and costs
    /// the model service nothing.
    room: Arc<Semaphore>,
    requests: ModelRequests,
}

/// Why the model service gave no answer.
#[derive(Debug)]
pub enum ModelError {
    /// It is asked about as many drawings as it may be at a time.
    NoSlot,
    /// It answered that the input is at fault, or that it is busy.
    Refused(ApiError),
    /// It cannot be reached or is not well; the reason is for the log.
    Unavailable(String),
}

impl ModelClient {
    /// A client of the model service at `base`, such as `http://127.0.0.1:8000`, that asks it about so many drawings at
    /// a time.
    ///
    /// # Errors
    /// When the address cannot be one of a service that speaks HTTP.
    pub fn new(base: &Url, requests: NonZeroUsize) -> anyhow::Result<Self> {
        anyhow::ensure!(base.scheme() == "http", "the model service speaks http, not {}: {base}", base.scheme());
        let http = Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(ANSWER_LIMIT)
            .pool_idle_timeout(IDLE_LIMIT)
            .no_proxy() // it is a neighbour, never beyond a proxy
            .build()?;
        let (predict, explain) = (base.join("predict?include=bitmap")?, base.join("explain")?);
        let (about, ready) = (base.join("./")?, base.join("readyz")?);
        let room = Arc::new(Semaphore::new(requests.get()));
        Ok(Self { http, predict, explain, about, ready, room, requests: ModelRequests::default() })
    }

    /// Shows what is counted of asking.
    pub(crate) fn register(&self, registry: &mut Registry) {
        self.requests.register(registry);
    }

    /// What the input is taken for by this version of the model, or by the one that serves, and the bitmap that the
    /// network saw.
    ///
    /// # Errors
    /// When it is asked too much already, or refuses the input, does not know the version, is busy or away.
    pub async fn answer(&self, input: &Input, version: Option<&str>) -> Result<(Answer, Bitmap), ModelError> {
        let (answer, bitmap) = self.ask(&self.predict, input, version, with_bitmap).await?;
        tell(&answer);
        Ok((answer, bitmap))
    }

    /// The same, and what that rests on.
    ///
    /// # Errors
    /// As of [`answer`](Self::answer).
    pub async fn explain(&self, input: &Input, version: Option<&str>) -> Result<Explanation, ModelError> {
        let explanation: Explanation = self.ask(&self.explain, input, version, Ok).await?;
        tell(&explanation.answer);
        Ok(explanation)
    }

    /// What each version that is loaded takes the input for: first the one that serves, then the newest first. They are
    /// asked one after the other; one that is unloaded meanwhile is left out.
    ///
    /// # Errors
    /// As of [`answer`](Self::answer).
    pub async fn predictions_by_model(&self, input: &Input) -> Result<Vec<Answer>, ModelError> {
        let about: About = self.send(self.http.get(self.about.clone())).await?;
        let mut predictions_by_model = Vec::new();
        for version in about.loaded {
            match self.ask(&self.predict, input, Some(&version), with_bitmap).await {
                Ok((answer, _)) => predictions_by_model.push(answer),
                Err(ModelError::Refused(failure)) if failure.problem.code == Code::UnknownModel => {}
                Err(error) => return Err(error),
            }
        }
        Ok(predictions_by_model)
    }

    /// Sends a request to an address of the model service, counted and traced, and converts the answer.
    async fn ask<Received: DeserializeOwned, Converted>(
        &self,
        address: &Url,
        input: &Input,
        version: Option<&str>,
        wanted: fn(Received) -> Result<Converted, ModelError>,
    ) -> Result<Converted, ModelError> {
        let counted = self.requests.begin();
        let span = tracing::info_span!(target: TRACED, "ask the model", otel.kind = "client");
        let answer = self.post(address.clone(), input, version).instrument(span).await.and_then(wanted);
        counted.end(&answer);
        answer
    }

    async fn post<Received: DeserializeOwned>(
        &self,
        mut address: Url,
        input: &Input,
        version: Option<&str>,
    ) -> Result<Received, ModelError> {
        address.query_pairs_mut().extend_pairs(version.map(|version| ("model", version)));
        let request = self.http.post(address).header(header::CONTENT_TYPE, input.media_type());
        self.send(request.body(input.bytes().clone())).await
    }

    async fn send<Received: DeserializeOwned>(&self, request: RequestBuilder) -> Result<Received, ModelError> {
        let _slot = self.room.try_acquire().map_err(|_| ModelError::NoSlot)?;
        let response = request.headers(trace_headers()).send().await.map_err(away)?;
        if response.status() != StatusCode::OK {
            return Err(refusal(response).await);
        }
        response.json().await.map_err(away)
    }

    /// Checks that the model service is ready.
    ///
    /// # Errors
    /// When it is not.
    pub async fn ready(&self) -> Result<(), ModelError> {
        let response = self.http.get(self.ready.clone()).timeout(CONNECT_LIMIT).send().await.map_err(away)?;
        response.error_for_status().map(drop).map_err(away)
    }
}

/// An answer and its bitmap, apart.
fn with_bitmap(mut answer: Answer) -> Result<(Answer, Bitmap), ModelError> {
    let bitmap = answer.bitmap.take().ok_or_else(|| ModelError::Unavailable("its answer has no bitmap".to_owned()))?;
    Ok((answer, bitmap))
}

/// Adds what matters of an answer to the request's line in the log.
fn tell(answer: &Answer) {
    let logged = Span::current();
    logged.record("prediction", answer.prediction.value());
    logged.record("verdict", answer.verdict.name());
    logged.record("model", &*answer.model);
}

/// An answer other than 200: a problem of the client's passes on as it is, anything else means that the model service
/// is not well.
async fn refusal(response: Response) -> ModelError {
    let status = response.status();
    let retry_after = retry_after(&response);
    match response.json::<Problem>().await {
        Ok(problem) if status.is_client_error() => ModelError::Refused(ApiError { retry_after, ..problem.into() }),
        Ok(problem) => ModelError::Unavailable(format!("it answered {status}: {}", problem.detail)),
        Err(_) => ModelError::Unavailable(format!("it answered {status}")),
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The whole chain of causes: reqwest's own message leaves out what matters.
fn away(error: reqwest::Error) -> ModelError {
    let error = error.without_url();
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    ModelError::Unavailable(causes.fold(error.to_string(), |message, cause| format!("{message}: {cause}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::ConnectionLimits;

    #[test]
    fn connections_that_are_not_used_are_given_up_well_before_the_model_service_closes_them() {
        assert!(2 * IDLE_LIMIT <= ConnectionLimits::default().header_timeout);
    }
}
