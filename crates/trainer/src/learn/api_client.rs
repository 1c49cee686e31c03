//! The client of the api: training examples, models and training runs.

use crate::training_examples::TrainingExamples;
use anyhow::Context;
use network::{ModelVersion, sha256};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    fs,
    io::{self, BufReader},
    path::PathBuf,
    str::FromStr,
    thread,
    time::Duration,
};
use ureq::{
    Agent, Body,
    http::{Method, Request, Response},
};
use wire::{
    AvailableExamples, ModelState, Problem, TrainedModel, TrainingManifest, TrainingProgress, TrainingRun,
    TrainingRunStart,
};

/// How long a request may take. An export of many examples takes longest.
const TIMEOUT: Duration = Duration::from_mins(10);
/// The pauses before a request is sent again: about ten minutes in all.
const PAUSES: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(20),
    Duration::from_mins(1),
    Duration::from_mins(3),
    Duration::from_mins(6),
];
/// The largest answer, in bytes. The champion's weights have a megabyte.
const MAX_BYTES: u64 = 64 << 20;

/// The address of a service, such as `https://digits.example`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUrl(String);

impl FromStr for ApiUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        match host {
            Some(host) if !host.is_empty() && !host.contains(['?', '#']) => {
                Ok(Self(text.trim_end_matches('/').to_owned()))
            }
            _ => Err("this is not the address of a service, such as https://digits.example"),
        }
    }
}

/// The reason why the service did not answer as expected.
#[derive(Debug, thiserror::Error)]
pub enum ApiClientError {
    /// The token cannot be read.
    #[error("{path}: {source}")]
    Token {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The service cannot be reached, is overloaded or has no database.
    #[error("the service is unavailable: {0}")]
    Unavailable(String),
    /// The service rejects the request.
    #[error("the service answers {status}: {detail}")]
    Refused {
        /// The status.
        status: u16,
        /// The detail of the problem.
        detail: String,
    },
    /// The answer is not what the trainer expects.
    #[error("the answer of the service is invalid: {0}")]
    Invalid(String),
}

/// The client.
#[derive(Debug)]
pub struct ApiClient {
    agent: Agent,
    url: ApiUrl,
    token_file: Option<PathBuf>,
}

impl ApiClient {
    /// A client of the service at this address.
    #[must_use]
    pub fn new(url: ApiUrl, token_file: Option<PathBuf>) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .max_redirects(0) // the token is for this service alone
            .build();
        Self { agent: config.new_agent(), url, token_file }
    }

    /// Downloads the training examples; with a manifest, of the examples to train only those that it names.
    pub(super) fn training_examples(&self, only: Option<&TrainingManifest>) -> anyhow::Result<TrainingExamples> {
        let response = self.request(Method::GET, "export/training-examples.ndjson", None)?;
        let lines = BufReader::new(response.into_body().into_reader());
        TrainingExamples::read(lines, only).context("the training examples of the service")
    }

    pub(super) fn available_examples(&self) -> Result<AvailableExamples, ApiClientError> {
        json(self.request(Method::GET, "training-examples", None)?)
    }

    /// Begins a run, or continues one that has begun.
    pub(super) fn begin(&self, run: &TrainingRun) -> Result<TrainingRunStart, ApiClientError> {
        json(self.request(Method::POST, "models", Some(&encode(run)?))?)
    }

    pub(super) fn report(&self, version: &ModelVersion, progress: &TrainingProgress) -> Result<(), ApiClientError> {
        self.send(Method::PUT, &format!("models/{version}/progress"), Some(&encode(progress)?)).map(drop)
    }

    pub(super) fn submit(&self, version: &ModelVersion, model: &TrainedModel) -> Result<ModelState, ApiClientError> {
        #[derive(Deserialize)]
        struct Submitted {
            state: ModelState,
        }
        let answer = self.request(Method::PUT, &format!("models/{version}"), Some(&encode(model)?))?;
        json::<Submitted>(answer).map(|submitted| submitted.state)
    }

    /// Downloads the card and the weights of a model.
    pub(super) fn model(&self, version: &ModelVersion) -> Result<(Vec<u8>, Vec<u8>), ApiClientError> {
        #[derive(Deserialize)]
        struct Card {
            weights_sha256: String,
        }
        let file = |name: &str| bytes(self.request(Method::GET, &format!("models/{version}/{name}"), None)?);
        let (card, weights) = (file("card.json")?, file("weights.safetensors")?);
        let Card { weights_sha256 } = parse(&card)?;
        if sha256(&weights) != weights_sha256 {
            return Err(ApiClientError::Invalid(format!("the weights of {version} are damaged in the registry")));
        }
        Ok((card, weights))
    }

    /// Sends a request, again and again for ten minutes as long as the service is unavailable.
    fn request(&self, method: Method, path: &str, body: Option<&[u8]>) -> Result<Response<Body>, ApiClientError> {
        for pause in PAUSES {
            match self.send(method.clone(), path, body) {
                Err(ApiClientError::Unavailable(error)) => {
                    println!("the service is unavailable: {error}; the trainer tries again in {} s", pause.as_secs());
                    thread::sleep(pause);
                }
                outcome => return outcome,
            }
        }
        self.send(method, path, body)
    }

    fn send(&self, method: Method, path: &str, body: Option<&[u8]>) -> Result<Response<Body>, ApiClientError> {
        let mut request = Request::builder().method(method).uri(format!("{}/api/v1/{path}", self.url.0));
        if let Some(token) = self.token()? {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let unavailable = |error: &dyn std::fmt::Display| ApiClientError::Unavailable(error.to_string());
        let invalid = |error: &dyn std::fmt::Display| ApiClientError::Invalid(error.to_string());
        let response = match body {
            Some(body) => {
                let request = request.header("content-type", "application/json").body(body);
                self.agent.run(request.map_err(|error| invalid(&error))?)
            }
            None => self.agent.run(request.body(()).map_err(|error| invalid(&error))?),
        };
        let mut response = response.map_err(|error| unavailable(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let problem = response.body_mut().read_to_vec().ok().and_then(|body| parse::<Problem>(&body).ok());
        let detail = problem.map_or_else(|| "no problem document".to_owned(), |problem| problem.detail);
        if status.is_server_error() || status == 429 {
            return Err(ApiClientError::Unavailable(format!("{status}: {detail}")));
        }
        Err(ApiClientError::Refused { status: status.as_u16(), detail })
    }

    /// The first line of the file with the token.
    fn token(&self) -> Result<Option<String>, ApiClientError> {
        let Some(path) = &self.token_file else { return Ok(None) };
        let text = fs::read_to_string(path).map_err(|source| ApiClientError::Token { path: path.clone(), source })?;
        Ok(text.lines().next().map(|line| line.trim().to_owned()))
    }
}

fn bytes(mut response: Response<Body>) -> Result<Vec<u8>, ApiClientError> {
    let body = response.body_mut().with_config().limit(MAX_BYTES).read_to_vec();
    body.map_err(|error| ApiClientError::Unavailable(error.to_string()))
}

fn json<T: DeserializeOwned>(response: Response<Body>) -> Result<T, ApiClientError> {
    parse(&bytes(response)?)
}

fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, ApiClientError> {
    serde_json::from_slice(json).map_err(|error| ApiClientError::Invalid(error.to_string()))
}

fn encode(body: &impl Serialize) -> Result<Vec<u8>, ApiClientError> {
    serde_json::to_vec(body).map_err(|error| ApiClientError::Invalid(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_and_a_host() {
        assert_eq!("https://digits.example/".parse(), Ok(ApiUrl("https://digits.example".to_owned())));
        assert!("http://api:8501".parse::<ApiUrl>().is_ok());
        for text in ["", "api:8501", "https://", "ftp://api", "http://api?x=1"] {
            assert!(text.parse::<ApiUrl>().is_err(), "{text}");
        }
    }
}
