//! Tests of the client with small HTTP servers in place of model services.

use super::*;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use service::ApiError;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use tokio::{
    net::TcpListener,
    sync::{Notify, Semaphore},
    task::JoinHandle,
    time::timeout,
};
use wire::Code;

/// The answer of a server to each request.
#[derive(Clone)]
enum Behaviour {
    Answers,
    Fails(Code),
    /// It closes the connection without an answer.
    BreaksOff,
    /// It reports that a request has arrived, and answers when it gets a permit.
    Waits(Arc<Notify>, Arc<Semaphore>),
}

/// A server in place of a model service.
struct Server {
    address: SocketAddr,
    counters: Arc<Counters>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Counters {
    /// The requests that it got, without probes.
    requests: AtomicUsize,
    /// Whether it answers probes.
    is_ready: AtomicBool,
}

impl Server {
    async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, counters) = (listener.local_addr().unwrap(), Arc::<Counters>::default());
        #[expect(clippy::disallowed_methods, reason = "it stands for the model service")]
        let app = Router::new().fallback(handle).with_state((behaviour, address, counters.clone()));
        let task = tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
        Self { address, counters, task }
    }

    fn requests(&self) -> usize {
        self.counters.requests.load(Ordering::SeqCst)
    }

    fn set_ready(&self, is_ready: bool) {
        self.counters.is_ready.store(is_ready, Ordering::SeqCst);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type ServerState = (Behaviour, SocketAddr, Arc<Counters>);

async fn handle(State((behaviour, address, counters)): State<ServerState>, uri: Uri, headers: HeaderMap) -> Response {
    if uri.path() == "/readyz" {
        let is_ready = counters.is_ready.load(Ordering::SeqCst);
        return if is_ready { "ok".into_response() } else { ApiError::new(Code::Stopping, "").into_response() };
    }
    counters.requests.fetch_add(1, Ordering::SeqCst);
    assert_eq!(headers[header::HOST], format!("localhost:{}", address.port()).as_str());
    match behaviour {
        Behaviour::Answers => {}
        Behaviour::Fails(code) => return ApiError::new(code, "").into_response(),
        // Hyper closes the connection of a handler that panics.
        Behaviour::BreaksOff => std::panic::resume_unwind(Box::new("the connection breaks off")),
        Behaviour::Waits(arrived, permits) => {
            arrived.notify_one();
            permits.acquire().await.unwrap().forget();
        }
    }
    axum::Json(json!({ "address": address.to_string() })).into_response()
}

/// A client of these servers. They listen on IPv4 only, so it finds them at one of the addresses of `localhost`.
async fn client(servers: &[&Server], limit: usize) -> ModelClient {
    let addresses = servers.iter().map(|server| format!("http://localhost:{}", server.address.port()).parse().unwrap());
    ModelClient::start(addresses.collect(), NonZeroUsize::new(limit).unwrap()).await
}

/// Sends a request and returns the address of the server that answered.
async fn ask(client: &ModelClient) -> Result<String, ModelError> {
    let answer: Value = client.send(|instance| Ok(instance.about()), received).await?;
    Ok(answer["address"].as_str().unwrap().to_owned())
}

fn code(error: &ModelError) -> Option<Code> {
    if let ModelError::Refused(failure) = error { Some(failure.problem.code) } else { None }
}

/// The number of requests that must not depend on chance, because instances take turns.
const MANY: usize = 10;

#[tokio::test]
async fn a_request_goes_on_to_another_instance_and_the_failed_one_is_left_out() {
    let failures = [Behaviour::BreaksOff, Behaviour::Fails(Code::ModelUnavailable), Behaviour::Fails(Code::Internal)];
    for behaviour in failures {
        let (good, bad) = (Server::start(Behaviour::Answers).await, Server::start(behaviour).await);
        let client = client(&[&good, &bad], 1).await;
        for _ in 0..MANY {
            assert_eq!(ask(&client).await.unwrap(), good.address.to_string());
        }
        assert_eq!(bad.requests(), 1, "it gets no further request before it is ready");
    }
}

#[tokio::test]
async fn a_left_out_instance_is_used_again_when_a_probe_finds_it_ready() {
    let (good, bad) = (Server::start(Behaviour::Answers).await, Server::start(Behaviour::BreaksOff).await);
    let client = client(&[&good, &bad], 1).await;
    while bad.requests() < 1 {
        ask(&client).await.unwrap();
    }
    bad.set_ready(true);
    let used_again = async {
        while bad.requests() < 2 {
            ask(&client).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), used_again).await.expect("the instance is not used again");
}

#[tokio::test]
async fn a_request_tries_each_instance_once_even_if_all_are_left_out() {
    let servers = [Server::start(Behaviour::BreaksOff).await, Server::start(Behaviour::BreaksOff).await];
    let client = client(&[&servers[0], &servers[1]], 1).await;
    for requests in 1..=MANY {
        assert!(matches!(ask(&client).await, Err(ModelError::Unavailable(_))));
        assert_eq!(servers.each_ref().map(Server::requests), [requests; 2]);
    }
}

#[tokio::test]
async fn a_request_to_an_overloaded_instance_goes_on_once() {
    let overloaded = Behaviour::Fails(Code::Overloaded);
    let good = Server::start(Behaviour::Answers).await;
    let busy = [Server::start(overloaded.clone()).await, Server::start(overloaded).await];
    let spread = client(&[&busy[0], &good], 1).await;
    for _ in 0..MANY {
        ask(&spread).await.unwrap();
    }
    assert!(busy[0].requests() > 1, "an overloaded instance is not left out");

    let before = busy.each_ref().map(Server::requests);
    let third = Server::start(Behaviour::Fails(Code::Overloaded)).await;
    let full = client(&[&busy[0], &busy[1], &third], 1).await;
    assert_eq!(code(&ask(&full).await.unwrap_err()), Some(Code::Overloaded));
    let attempts = busy[0].requests() - before[0] + busy[1].requests() - before[1] + third.requests();
    assert_eq!(attempts, 2);
}

#[tokio::test]
async fn a_client_error_is_passed_on() {
    let unknown = Behaviour::Fails(Code::UnknownModel);
    let servers = [Server::start(unknown.clone()).await, Server::start(unknown).await];
    let client = client(&[&servers[0], &servers[1]], 1).await;
    assert_eq!(code(&ask(&client).await.unwrap_err()), Some(Code::UnknownModel));
    assert_eq!(servers[0].requests() + servers[1].requests(), 1);
}

#[tokio::test]
async fn requests_go_to_the_least_busy_instance_and_the_limit_holds_for_each() {
    let (arrived, permits) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
    let waits = Behaviour::Waits(arrived.clone(), permits.clone());
    let servers = [Server::start(waits.clone()).await, Server::start(waits).await];
    let client = client(&[&servers[0], &servers[1]], 2).await;
    let mut held = Vec::new();
    for requests in [[0, 1], [1, 1], [1, 2], [2, 2]] {
        let client = client.clone();
        held.push(tokio::spawn(async move { ask(&client).await }));
        arrived.notified().await;
        let mut got = servers.each_ref().map(Server::requests);
        got.sort_unstable();
        assert_eq!(got, requests);
    }
    assert!(matches!(ask(&client).await, Err(ModelError::NoSlot)));
    permits.add_permits(held.len());
    for request in held {
        request.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn the_client_is_idle_if_no_request_is_under_way() {
    let (arrived, permits) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
    let servers = [
        Server::start(Behaviour::Waits(arrived.clone(), permits.clone())).await,
        Server::start(Behaviour::Answers).await,
    ];
    let client = client(&[&servers[0], &servers[1]], 2).await;
    assert!(client.is_idle());
    let held = loop {
        let asking = client.clone();
        let request = tokio::spawn(async move { ask(&asking).await });
        tokio::select! {
            () = arrived.notified() => break request,
            () = async { while !request.is_finished() { tokio::task::yield_now().await } } => {}
        }
    };
    assert!(!client.is_idle());
    permits.add_permits(1);
    held.await.unwrap().unwrap();
    assert!(client.is_idle());
}

#[tokio::test]
async fn the_client_is_ready_if_one_instance_is() {
    let servers = [Server::start(Behaviour::Answers).await, Server::start(Behaviour::Answers).await];
    let client = client(&[&servers[0], &servers[1]], 1).await;
    assert!(matches!(client.ready().await, Err(ModelError::Unavailable(_))));
    servers[1].set_ready(true);
    for _ in 0..MANY {
        client.ready().await.unwrap();
    }
}

#[tokio::test]
async fn an_instance_connects_to_its_own_socket_address() {
    let server = Server::start(Behaviour::Answers).await;
    server.set_ready(true);
    let name = format!("http://model.invalid:{}", server.address.port()).parse().unwrap();
    let instance = Instance::new(name, server.address, NonZeroUsize::MIN);
    instance.ready().await.unwrap();
}

#[tokio::test]
async fn without_an_instance_the_model_is_unavailable() {
    let client = ModelClient::start(Vec::new(), NonZeroUsize::MIN).await;
    assert!(matches!(ask(&client).await, Err(ModelError::Unavailable(_))));
    assert!(matches!(client.ready().await, Err(ModelError::Unavailable(_))));
}
