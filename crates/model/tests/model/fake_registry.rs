//! A registry over HTTP that serves a models folder as the api serves its models, and that can fail.

use crate::models::Models;
use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Path, Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::stream;
use model::{RegistryClient, RegistryToken};
use serde_json::json;
use std::{
    fs, io,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{net::TcpListener, runtime::Runtime};

pub(crate) const TOKEN: &str = "dgt_of_this_registry";

pub(crate) struct FakeRegistry {
    address: SocketAddr,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

struct Shared {
    models: PathBuf,
    /// The paths of the requests.
    requests: Mutex<Vec<String>>,
    /// Whether the connection breaks in the middle of a file of weights.
    breaks_off: AtomicBool,
}

impl FakeRegistry {
    /// Serves this folder.
    pub(crate) fn start(models: &Models) -> Self {
        Self::listen("127.0.0.1:0".parse().unwrap(), models)
    }

    fn listen(address: SocketAddr, models: &Models) -> Self {
        let shared = Shared { models: models.path(), requests: Mutex::default(), breaks_off: AtomicBool::default() };
        let shared = Arc::new(shared);
        let app = Router::new()
            .route("/api/v1/models/serving", get(serving))
            .route("/api/v1/models/{version}/{file}", get(file))
            .with_state(shared.clone())
            .layer(middleware::from_fn_with_state(shared.clone(), check_token));
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind(address)).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async { axum::serve(listener, app).await });
        Self { address, shared, runtime: Some(runtime) }
    }

    /// Ends the registry: it refuses connections. The returned function starts it again.
    pub(crate) fn stop(self, models: &Models) -> impl FnOnce() -> Self {
        let address = self.address;
        drop(self);
        move || Self::listen(address, models)
    }

    pub(crate) fn break_off(&self, breaks_off: bool) {
        self.shared.breaks_off.store(breaks_off, Ordering::Relaxed);
    }

    /// A client with this token.
    pub(crate) fn client(&self, token: &str) -> RegistryClient {
        let token = RegistryToken { token: token.parse().ok(), file: None };
        self.client_with(token)
    }

    pub(crate) fn client_with(&self, token: RegistryToken) -> RegistryClient {
        RegistryClient::new(format!("http://{}", self.address).parse().unwrap(), token).unwrap()
    }

    /// The number of requests whose path ends with this.
    pub(crate) fn requests(&self, end: &str) -> usize {
        self.shared.requests.lock().unwrap().iter().filter(|path| path.ends_with(end)).count()
    }
}

impl Drop for FakeRegistry {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }
}

/// Notes the request, and rejects it if the token is wrong.
async fn check_token(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    shared.requests.lock().unwrap().push(request.uri().path().to_owned());
    let token = request.headers().get(header::AUTHORIZATION);
    if token.is_none_or(|token| *token != format!("Bearer {TOKEN}")) {
        return problem(StatusCode::UNAUTHORIZED, "unauthenticated", "The token is not valid.");
    }
    next.run(request).await
}

async fn serving(State(shared): State<Arc<Shared>>) -> Response {
    let version = fs::read_to_string(shared.models.join("champion")).unwrap();
    Json(json!({ "version": version.trim() })).into_response()
}

async fn file(State(shared): State<Arc<Shared>>, Path((version, file)): Path<(String, String)>) -> Response {
    let Ok(bytes) = fs::read(shared.models.join(version).join(&file)) else {
        return problem(StatusCode::NOT_FOUND, "unknown_model", "The registry has no such model.");
    };
    if file.starts_with("weights") && shared.breaks_off.load(Ordering::Relaxed) {
        let half = Bytes::copy_from_slice(&bytes[..bytes.len() / 2]);
        return Body::from_stream(stream::iter([Ok(half), Err(io::Error::other("broken off"))])).into_response();
    }
    bytes.into_response()
}

fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let kind = format!("urn:digits:problem:{code}");
    let problem = json!({ "type": kind, "title": "", "status": status.as_u16(), "detail": detail, "code": code });
    (status, Json(problem)).into_response()
}
