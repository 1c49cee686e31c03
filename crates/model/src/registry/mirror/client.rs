//! The client of the registry, which the api serves.

use super::files::{CARD, ModelFiles, WEIGHTS};
use network::{InvalidCheckpoint, ModelVersion};
use reqwest::{
    StatusCode, Url,
    blocking::{Client, Response},
    redirect,
};
use serde::de::DeserializeOwned;
use service::{Secret, error_chain};
use std::{
    error::Error,
    io::{self, Read},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};
use wire::{Problem, ServingModel};

/// How long the registry may take to accept a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);
/// How long an unused connection is kept. The api keeps it longer, so no request uses a connection that is being closed.
const IDLE_LIMIT: Duration = Duration::from_secs(5);

/// The largest answer, and the longest time that it may take.
struct Limits {
    bytes: u64,
    time: Duration,
}

const SERVING: Limits = Limits { bytes: 4 << 10, time: Duration::from_secs(2) };
const CARD_LIMITS: Limits = Limits { bytes: 1 << 20, time: Duration::from_secs(2) };
/// The champion's weights have a megabyte.
const WEIGHTS_LIMITS: Limits = Limits { bytes: 64 << 20, time: Duration::from_secs(10) };

/// The address of the api whose registry the service follows, such as `http://api:8501`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryUrl(Url);

/// The reason why a text is no address of a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not the address of an api, such as http://api:8501; https is not supported")]
pub struct RegistryUrlError;

impl FromStr for RegistryUrl {
    type Err = RegistryUrlError;

    fn from_str(text: &str) -> Result<Self, RegistryUrlError> {
        let url = Url::parse(text).map_err(|_| RegistryUrlError)?;
        if url.scheme() == "http" && url.query().is_none() { Ok(Self(url)) } else { Err(RegistryUrlError) }
    }
}

impl RegistryUrl {
    /// Returns the address of a resource of the registry.
    fn of(&self, path: &[&str]) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v1", "models"]).extend(path);
        }
        url
    }
}

/// The token that the registry asks for, if there is one.
#[derive(Debug, Clone, Default)]
pub struct RegistryToken {
    /// The token.
    pub token: Option<Secret>,
    /// A file whose first line is the token. The client reads it before each request, so that a new token needs no
    /// restart.
    pub file: Option<PathBuf>,
}

impl RegistryToken {
    fn read(&self) -> io::Result<Option<Secret>> {
        Ok(Secret::in_file(self.file.as_deref())?.or_else(|| self.token.clone()))
    }
}

/// The client.
#[derive(Debug)]
pub struct RegistryClient {
    http: Client,
    url: RegistryUrl,
    token: RegistryToken,
}

/// The reason why the registry did not send what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The token cannot be read.
    #[error("{0}")]
    Token(io::Error),
    /// The registry cannot be reached, or the connection failed.
    #[error("the registry is unavailable: {0}")]
    Unavailable(String),
    /// The registry answered with an error.
    #[error("the registry answers {0}")]
    Refused(String),
    /// The answer names no version.
    #[error("the answer of the registry is invalid: {0}")]
    Invalid(serde_json::Error),
    /// A file is larger than any model.
    #[error("{url} has more than {limit} bytes")]
    TooLarge {
        /// The address of the file.
        url: Url,
        /// The limit.
        limit: u64,
    },
    /// The files do not belong together.
    #[error("{version} is damaged in the registry: {reason}")]
    Damaged {
        /// The version.
        version: ModelVersion,
        /// The fault.
        reason: InvalidCheckpoint,
    },
}

impl RegistryClient {
    /// Makes a client. That blocks, so it must happen outside an asynchronous runtime.
    ///
    /// # Errors
    /// When the system lacks what a client needs.
    pub fn new(url: RegistryUrl, token: RegistryToken) -> reqwest::Result<Self> {
        let http = Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .pool_idle_timeout(IDLE_LIMIT)
            .redirect(redirect::Policy::none()) // the token is for the registry alone
            .no_proxy() // the api is on the same network
            .build()?;
        Ok(Self { http, url, token })
    }

    /// Returns the version that is to serve.
    pub(super) fn serving(&self) -> Result<ModelVersion, RegistryError> {
        let answer = self.get(&["serving"], &SERVING)?;
        let ServingModel { version } = parse(&answer).map_err(RegistryError::Invalid)?;
        Ok(version)
    }

    /// Downloads a version.
    pub(super) fn files(&self, version: &ModelVersion) -> Result<ModelFiles, RegistryError> {
        let card = self.get(&[version, CARD], &CARD_LIMITS)?;
        let weights = self.get(&[version, WEIGHTS], &WEIGHTS_LIMITS)?;
        let damaged = |reason| RegistryError::Damaged { version: version.clone(), reason };
        ModelFiles::new(version.clone(), card, weights).map_err(damaged)
    }

    fn get(&self, path: &[&str], limits: &Limits) -> Result<Vec<u8>, RegistryError> {
        let url = self.url.of(path);
        // The timeout of a request covers its body, unlike that of a blocking client.
        let mut request = self.http.get(url.clone()).timeout(limits.time);
        if let Some(token) = self.token.read().map_err(RegistryError::Token)? {
            request = request.bearer_auth(token.reveal().lines().next().unwrap_or_default());
        }
        let response = request.send().map_err(|error| unavailable(&error.without_url()))?;
        if response.status() != StatusCode::OK {
            return Err(refusal(response));
        }
        let mut body = Vec::new();
        response.take(limits.bytes + 1).read_to_end(&mut body).map_err(|error| unavailable(&error))?;
        if body.len() as u64 > limits.bytes {
            return Err(RegistryError::TooLarge { url, limit: limits.bytes });
        }
        Ok(body)
    }
}

fn unavailable(error: &dyn Error) -> RegistryError {
    RegistryError::Unavailable(error_chain(error))
}

fn parse<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(json)
}

/// Returns the error of an answer other than 200, with the detail of its problem.
fn refusal(response: Response) -> RegistryError {
    let (status, mut body) = (response.status(), Vec::new());
    let read = response.take(SERVING.bytes).read_to_end(&mut body);
    let problem = read.ok().and_then(|_| parse::<Problem>(&body).ok());
    RegistryError::Refused(
        problem.map_or_else(|| status.to_string(), |problem| format!("{status}: {}", problem.detail)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{BufRead, BufReader, Write},
        net::{TcpListener, TcpStream},
        thread,
    };

    fn url(text: &str) -> RegistryUrl {
        text.parse().unwrap()
    }

    /// A client of a registry that answers each connection with this function.
    fn client(answer: fn(TcpStream)) -> RegistryClient {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming().map(Result::unwrap) {
                let head = BufReader::new(&stream).lines().map(Result::unwrap);
                head.take_while(|line| !line.is_empty()).for_each(drop);
                answer(stream);
            }
        });
        RegistryClient::new(url(&address), RegistryToken::default()).unwrap()
    }

    #[test]
    fn the_address_of_a_resource_keeps_the_path_of_the_registry() {
        let of = |base: &str| url(base).of(&["v1", CARD]).to_string();
        assert_eq!(of("http://api:8501"), "http://api:8501/api/v1/models/v1/card.json");
        assert_eq!(of("http://api:8501/digits/"), "http://api:8501/digits/api/v1/models/v1/card.json");
        for text in ["", "api:8501", "https://api", "http://api/?a", "http://"] {
            assert_eq!(text.parse::<RegistryUrl>(), Err(RegistryUrlError), "{text:?}");
        }
    }

    #[test]
    fn an_answer_that_arrives_too_slowly_is_given_up() {
        let client = client(|mut stream| {
            let mut sent = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n");
            for _ in 0..400 {
                thread::sleep(Duration::from_millis(5));
                sent = sent.and_then(|()| stream.write_all(b" "));
            }
        });
        let limits = Limits { bytes: 1 << 20, time: Duration::from_millis(200) };
        let error = client.get(&["serving"], &limits).unwrap_err();
        assert!(matches!(error, RegistryError::Unavailable(_)), "{error}");
    }

    #[test]
    fn an_answer_without_end_is_read_to_the_limit() {
        let client = client(|mut stream| {
            let mut sent = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
            while sent.is_ok() {
                sent = stream.write_all(&[0; 1024]);
            }
        });
        let limits = Limits { bytes: 1 << 20, time: Duration::from_secs(10) };
        let error = client.get(&["serving"], &limits).unwrap_err();
        assert!(matches!(error, RegistryError::TooLarge { .. }), "{error}");
    }

    #[test]
    fn a_redirection_is_not_followed() {
        let client = client(|mut stream| {
            let location = stream.local_addr().unwrap();
            let answer = format!("HTTP/1.1 302 Found\r\nlocation: http://{location}/\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let error = client.get(&["serving"], &SERVING).unwrap_err();
        assert_eq!(error.to_string(), "the registry answers 302 Found");
    }
}
