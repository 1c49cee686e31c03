//! The client of the model services.

mod address;
mod connections;
mod error;
mod forward;
mod instance;
mod instances;
mod metrics;
mod replay;

pub use address::{ModelAddress, ModelAddressError};
pub use error::ModelError;
pub(crate) use forward::ForwardedRequest;
pub(crate) use replay::Repository;

use axum::{
    body::Bytes,
    http::{Response, Uri},
};
use connections::ModelRequest;
use digit::Bitmap;
use error::{received, received_answer};
use instance::Instance;
use instances::Instances;
use metrics::ModelRequests;
use prometheus_client::registry::Registry;
use service::TRACED;
use std::{
    num::NonZeroUsize,
    time::{Duration, Instant},
};
use tracing::{Instrument, Span};
use wire::{About, Answer, Explanation, Input};

/// How long the model services may take to answer, over all attempts of a request.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// The client of one or several model services.
///
/// Each address of a model service is an instance. A request goes to the least busy one. If that one is unavailable, the
/// request goes on to the next one at once, because a prediction has no side effects.
#[derive(Debug, Clone)]
pub struct ModelClient {
    instances: Instances,
    requests: ModelRequests,
}

impl ModelClient {
    /// A client of the model services at these addresses, with a limit of concurrent requests to each. It follows the
    /// names in the addresses, within a Tokio runtime.
    pub async fn start(addresses: Vec<ModelAddress>, requests: NonZeroUsize) -> Self {
        let instances = Instances::start(addresses, requests).await;
        Self { instances, requests: ModelRequests::default() }
    }

    /// Registers the metrics of the client.
    pub(crate) fn register(&self, registry: &mut Registry) {
        self.requests.register(registry);
        self.instances.register(registry);
    }

    /// Classifies an input with this model version, by default the serving one, and returns the answer and the bitmap.
    ///
    /// # Errors
    /// When too many requests are in flight, or when the model service rejects the input, does not know the version, is
    /// overloaded or unavailable.
    pub async fn answer(&self, input: &Input, version: Option<&str>) -> Result<(Answer, Bitmap), ModelError> {
        let (answer, bitmap) = self.ask(|address| &address.predict, input, version, received_answer).await?;
        log_answer(&answer);
        Ok((answer, bitmap))
    }

    /// Classifies an input and returns the answer with its attribution.
    ///
    /// # Errors
    /// The errors of [`answer`](Self::answer).
    pub async fn explain(&self, input: &Input, version: Option<&str>) -> Result<Explanation, ModelError> {
        let explanation: Explanation = self.ask(|address| &address.explain, input, version, received).await?;
        log_answer(&explanation.answer);
        Ok(explanation)
    }

    /// Classifies an input with each loaded model version: the serving one first, then from the newest to the oldest.
    /// The requests run one after the other; a version that is unloaded meanwhile is left out.
    ///
    /// # Errors
    /// The errors of [`answer`](Self::answer).
    pub async fn predictions_by_model(&self, input: &Input) -> Result<Vec<Answer>, ModelError> {
        let about: About = self.send(|instance| Ok(instance.about()), received).await?;
        let mut predictions_by_model = Vec::new();
        for version in about.loaded {
            match self.ask(|address| &address.predict, input, Some(&version), received_answer).await {
                Ok((answer, _)) => predictions_by_model.push(answer),
                Err(error) if error.is_unknown_model() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(predictions_by_model)
    }

    /// Sends a request with metrics and a trace span, and converts the answer.
    async fn ask<Received>(
        &self,
        route: fn(&ModelAddress) -> &Uri,
        input: &Input,
        version: Option<&str>,
        convert: fn(&Response<Bytes>) -> Result<Received, ModelError>,
    ) -> Result<Received, ModelError> {
        let counted = self.requests.begin();
        let span = tracing::info_span!(target: TRACED, "ask the model", otel.kind = "client");
        let request = |instance: &Instance| instance.post(route, input, version);
        let answer = self.send(request, convert).instrument(span).await;
        counted.end(&answer);
        answer
    }

    /// Sends a request to one instance after the other, in the order of their loads, until one answers, and converts the
    /// response.
    ///
    /// An unavailable instance is left out by later requests. An overloaded one stays; another one is tried once.
    async fn send<Received>(
        &self,
        request: impl Fn(&Instance) -> Result<ModelRequest, ModelError>,
        convert: fn(&Response<Bytes>) -> Result<Received, ModelError>,
    ) -> Result<Received, ModelError> {
        let deadline = Instant::now() + ANSWER_LIMIT;
        let mut failure = none_known();
        for instance in self.instances.by_load() {
            let remaining = deadline.saturating_duration_since(Instant::now());
            if remaining.is_zero() || failure.is_overload() && !instance.is_available() {
                break;
            }
            match instance.exchange(request(&instance)?, remaining).await.and_then(|response| convert(&response)) {
                Err(ModelError::Unavailable(reason)) => {
                    instance.leave_out(&reason);
                    if !failure.is_overload() {
                        failure = ModelError::Unavailable(reason);
                    }
                }
                Err(error) if error.is_overload() && !failure.is_overload() => failure = error,
                answer => return answer,
            }
        }
        Err(failure)
    }

    /// Checks that a model service is ready.
    ///
    /// # Errors
    /// When none is ready.
    pub async fn ready(&self) -> Result<(), ModelError> {
        let mut failure = none_known();
        for instance in self.instances.by_load() {
            match instance.ready().await {
                Err(ModelError::Unavailable(reason)) => {
                    instance.leave_out(&reason);
                    failure = ModelError::Unavailable(reason);
                }
                checked => return checked,
            }
        }
        Err(failure)
    }
}

/// The error if no name in `MODEL_URL` has been resolved yet.
fn none_known() -> ModelError {
    ModelError::Unavailable("no address of a model service is known".to_owned())
}

/// Adds the prediction, the verdict and the model to the request's log span.
fn log_answer(answer: &Answer) {
    let logged = Span::current();
    logged.record("prediction", answer.prediction.value());
    logged.record("verdict", answer.verdict.name());
    logged.record("model", &*answer.model);
}

#[cfg(test)]
mod tests;
