//! Shutdown: a stopping service reports that it is not ready, then stops listening and finishes requests in flight.

use axum::{Router, extract::State, routing::get};
use reqwest::{Client, StatusCode};
use service::{Connections, Readiness};
use std::sync::Arc;
use tokio::{
    net::TcpListener,
    sync::{Notify, oneshot},
};

/// Signals that a request has begun, and that it may end.
#[derive(Clone, Default)]
struct Gate {
    begun: Arc<Notify>,
    may_end: Arc<Notify>,
}

async fn slow(State(gate): State<Gate>) -> &'static str {
    gate.begun.notify_one();
    gate.may_end.notified().await;
    "done"
}

#[tokio::test]
async fn a_stopping_service_is_not_ready_and_finishes_requests_in_flight() {
    let (gate, readiness) = (Gate::default(), Readiness::default());
    let ready = readiness.clone();
    let probe = async move || ready.check().map(|()| "ok");
    let app = Router::new().route("/slow", get(slow)).route("/readyz", get(probe)).with_state(gate.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(service::serve(listener, app, Connections::default(), readiness, async {
        drop(stopped.await);
    }));

    let http = Client::builder().no_proxy().build().unwrap();
    let status = async || http.get(format!("{base}/readyz")).send().await.map(|response| response.status());
    assert_eq!(status().await.unwrap(), StatusCode::OK);
    let request = tokio::spawn(http.get(format!("{base}/slow")).send());
    gate.begun.notified().await;

    drop(stop);
    while status().await.expect("the service is not ready before it stops listening") == StatusCode::OK {}
    gate.may_end.notify_one();
    assert_eq!(request.await.unwrap().unwrap().text().await.unwrap(), "done");
    server.await.unwrap().unwrap();
}
