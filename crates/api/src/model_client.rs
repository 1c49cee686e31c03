//! The client of the model service.

use crate::model_requests::ModelRequests;
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, Method},
};
use digit::Bitmap;
use prometheus_client::registry::Registry;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url, header};
use serde::de::DeserializeOwned;
use service::{ApiError, INFERENCE_HEADER_CONTENT_LENGTH, TRACED, trace_headers};
use std::{error::Error, num::NonZeroUsize, sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use tracing::{Instrument, Span};
use wire::{About, Answer, Code, Explanation, Input, Problem};

/// How long the model service may take to accept a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);
/// How long the model service may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// How long an idle connection is kept. The model service keeps it longer, so no request uses a connection that is
/// being closed.
const IDLE_LIMIT: Duration = Duration::from_secs(5);

/// The headers of a request of the Open Inference Protocol.
const FORWARDED: [HeaderName; 4] =
    [header::ACCEPT_ENCODING, header::CONTENT_ENCODING, header::CONTENT_TYPE, INFERENCE_HEADER_CONTENT_LENGTH];

/// The headers of a response of the Open Inference Protocol.
const RETURNED: [HeaderName; 5] = [
    header::ALLOW,
    header::CONTENT_ENCODING,
    header::CONTENT_TYPE,
    header::RETRY_AFTER,
    INFERENCE_HEADER_CONTENT_LENGTH,
];

/// The client of the model service, with a connection pool.
#[derive(Debug, Clone)]
pub struct ModelClient {
    http: Client,
    predict: Url,
    explain: Url,
    about: Url,
    ready: Url,
    /// A permit for each concurrent request. A request without one fails at once and does not load the model service.
    room: Arc<Semaphore>,
    requests: ModelRequests,
}

/// Why a request to the model service failed.
#[derive(Debug)]
pub enum ModelError {
    /// The limit of concurrent requests is reached.
    NoSlot,
    /// The model service answered with a client error: the input is invalid, or it is overloaded.
    Refused(ApiError),
    /// The model service is unreachable or failed; the reason is for the log.
    Unavailable(String),
}

impl ModelClient {
    /// A client of the model service at `base`, such as `http://127.0.0.1:8000`, with a limit of concurrent requests.
    ///
    /// # Errors
    /// When the scheme of `base` is not `http`.
    pub fn new(base: &Url, requests: NonZeroUsize) -> anyhow::Result<Self> {
        anyhow::ensure!(base.scheme() == "http", "the model service speaks http, not {}: {base}", base.scheme());
        let http = Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(ANSWER_LIMIT)
            .pool_idle_timeout(IDLE_LIMIT)
            .no_proxy() // the model service is on the same network
            .build()?;
        let (predict, explain) = (base.join("predict?include=bitmap")?, base.join("explain")?);
        let (about, ready) = (base.join("./")?, base.join("readyz")?);
        let room = Arc::new(Semaphore::new(requests.get()));
        Ok(Self { http, predict, explain, about, ready, room, requests: ModelRequests::default() })
    }

    /// Registers the metrics of the client.
    pub(crate) fn register(&self, registry: &mut Registry) {
        self.requests.register(registry);
    }

    /// Classifies an input with this model version, by default the serving one, and returns the answer and the bitmap.
    ///
    /// # Errors
    /// When too many requests are in flight, or when the model service rejects the input, does not know the version, is
    /// overloaded or unavailable.
    pub async fn answer(&self, input: &Input, version: Option<&str>) -> Result<(Answer, Bitmap), ModelError> {
        let (answer, bitmap) = self.ask(&self.predict, input, version, with_bitmap).await?;
        log_answer(&answer);
        Ok((answer, bitmap))
    }

    /// Classifies an input and returns the answer with its attribution.
    ///
    /// # Errors
    /// The errors of [`answer`](Self::answer).
    pub async fn explain(&self, input: &Input, version: Option<&str>) -> Result<Explanation, ModelError> {
        let explanation: Explanation = self.ask(&self.explain, input, version, Ok).await?;
        log_answer(&explanation.answer);
        Ok(explanation)
    }

    /// Classifies an input with each loaded model version: the serving one first, then from the newest to the oldest.
    /// The requests run one after the other; a version that is unloaded meanwhile is left out.
    ///
    /// # Errors
    /// The errors of [`answer`](Self::answer).
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

    /// Forwards a request of the Open Inference Protocol, and returns the response as it is. The model service gets no
    /// credential, because it knows none.
    ///
    /// # Errors
    /// When there is nothing at the path, when too many requests are in flight, or when the model service is unavailable.
    pub(crate) async fn forward(
        &self,
        method: Method,
        path: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<axum::response::Response, ModelError> {
        let counted = self.requests.begin();
        let answer = self.pass_on(method, path, headers, body).await;
        match &answer {
            Ok(response) => counted.end_with(response.status()),
            Err(_) => counted.end(&answer),
        }
        answer
    }

    async fn pass_on(
        &self,
        method: Method,
        path: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<axum::response::Response, ModelError> {
        let address = self.v2_address(path)?;
        let _slot = self.room.try_acquire().map_err(|_| ModelError::NoSlot)?;
        let request =
            self.http.request(method, address).headers(selected(headers, &FORWARDED)).headers(trace_headers());
        let response = request.body(body).send().await.map_err(unavailable)?;
        let mut forwarded = axum::response::Response::default();
        *forwarded.status_mut() = response.status();
        *forwarded.headers_mut() = selected(response.headers(), &RETURNED);
        *forwarded.body_mut() = response.bytes().await.map_err(unavailable)?.into();
        Ok(forwarded)
    }

    /// The address of a path of the protocol. A path that a URL would shorten (`..`) or rewrite leads nowhere, so that the
    /// check of the access and the model service see the same path.
    fn v2_address(&self, path: &str) -> Result<Url, ModelError> {
        let relative = path.trim_start_matches('/');
        let address = self.about.join(relative).ok();
        let is_same = |address: &Url| address.path() == format!("{}{relative}", self.about.path());
        address
            .filter(is_same)
            .ok_or_else(|| ModelError::Refused(ApiError::new(Code::NotFound, format!("There is nothing at {path}."))))
    }

    /// Sends a request with metrics and a trace span, and converts the answer.
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
        let response = request.headers(trace_headers()).send().await.map_err(unavailable)?;
        if response.status() != StatusCode::OK {
            return Err(refusal(response).await);
        }
        response.json().await.map_err(unavailable)
    }

    /// Checks that the model service is ready.
    ///
    /// # Errors
    /// When it is not ready.
    pub async fn ready(&self) -> Result<(), ModelError> {
        let response = self.http.get(self.ready.clone()).timeout(CONNECT_LIMIT).send().await.map_err(unavailable)?;
        response.error_for_status().map(drop).map_err(unavailable)
    }
}

/// The headers with these names.
fn selected(headers: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    names.iter().filter_map(|name| Some((name.clone(), headers.get(name)?.clone()))).collect()
}

/// Separates an answer from its bitmap.
fn with_bitmap(mut answer: Answer) -> Result<(Answer, Bitmap), ModelError> {
    let bitmap = answer.bitmap.take().ok_or_else(|| ModelError::Unavailable("its answer has no bitmap".to_owned()))?;
    Ok((answer, bitmap))
}

/// Adds the prediction, the verdict and the model to the request's log span.
fn log_answer(answer: &Answer) {
    let logged = Span::current();
    logged.record("prediction", answer.prediction.value());
    logged.record("verdict", answer.verdict.name());
    logged.record("model", &*answer.model);
}

/// The error of a response other than 200. The api passes a client error on; every other response means that the model
/// service is unavailable.
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

/// [`ModelError::Unavailable`] with the whole chain of causes, because reqwest's message omits the inner ones.
fn unavailable(error: reqwest::Error) -> ModelError {
    let error = error.without_url();
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    ModelError::Unavailable(causes.fold(error.to_string(), |message, cause| format!("{message}: {cause}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::ConnectionLimits;

    #[test]
    fn the_model_service_gets_no_credential_and_no_other_path_than_the_one_that_was_checked() {
        let credentials = ["authorization", "cookie", "x-forwarded-for", "host"].map(HeaderName::from_static);
        let all = credentials.iter().chain(&FORWARDED).map(|name| (name.clone(), "x".parse().unwrap())).collect();
        let sent = selected(&all, &FORWARDED);
        assert!(sent.len() == FORWARDED.len() && credentials.iter().all(|name| !sent.contains_key(name)), "{sent:?}");

        for base in ["http://model:8000", "http://model:8000/of/digits/"] {
            let client = ModelClient::new(&base.parse().unwrap(), NonZeroUsize::MIN).unwrap();
            let address = |path: &str| client.v2_address(path).ok().map(String::from);
            let expected = format!("{}/v2/models/a%20b/infer", base.trim_end_matches('/'));
            assert_eq!(address("/v2/models/a%20b/infer"), Some(expected));
            for path in
                ["/v2/models/../infer", "/v2/models/%2e%2E/infer", "/v2/models/.%2e/x", "/v2/a\\..\\b", "/v2/a?b"]
            {
                assert_eq!(address(path), None, "{path}");
            }
        }
    }

    #[test]
    fn the_client_closes_idle_connections_before_the_model_service_does() {
        assert!(2 * IDLE_LIMIT <= ConnectionLimits::default().header_timeout);
    }
}
