//! Tests while the model service or PostgreSQL is unavailable: the web service answers with clear problems, and
//! recovers without a restart.

use crate::{
    drawings,
    person::{Person, bearer, settings_with_accounts, token},
    stack::{ANY, MODEL_REQUESTS, Stack, json, root, start_model},
};
use reqwest::StatusCode;
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use std::{
    net::SocketAddr,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::{
    io::{self, AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    task::{JoinHandle, JoinSet},
};
use uuid::Uuid;

async fn predict(stack: &Stack, query: &str, status: StatusCode) -> Value {
    let eight = drawings::all()[8].to_string();
    let response = stack.post(&format!("/predict{query}"), "application/json", eight).send().await.unwrap();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        assert!(response.headers().contains_key("retry-after"));
    }
    json(response, status).await
}

#[tokio::test]
async fn without_the_model_service_predictions_fail_and_everything_else_works() {
    let mut stack = Stack::start().await;
    let before = predict(&stack, "", StatusCode::OK).await;
    let address = stack.model.take().unwrap().stop().await;

    let problem = predict(&stack, "", StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(problem["code"], "model_unavailable");
    assert!(!problem.to_string().contains(&address.port().to_string()), "no internals: {problem}");
    let ready = json(stack.get("/readyz").send().await.unwrap(), StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(ready["code"], "model_unavailable");
    for path in
        ["/", "/livez", "/api/v1/predictions", &format!("/api/v1/predictions/{}", before["id"].as_str().unwrap())]
    {
        assert_eq!(stack.get(path).send().await.unwrap().status(), StatusCode::OK, "{path}");
    }

    stack.model = Some(start_model(address).await);
    assert_eq!(predict(&stack, "", StatusCode::OK).await["prediction"], 8);
    assert_eq!(stack.rows().await, 2, "the failed request left no row");
}

/// A separate PostgreSQL cluster that a test can stop and start.
pub(crate) struct Cluster(tempfile::TempDir);

impl Cluster {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("digits-unavailable-").tempdir_in("/tmp").unwrap();
        // PostgreSQL may run as another user, who must be able to enter the folder.
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        Self(folder)
    }

    pub(crate) fn script(&self, verb: &str) -> String {
        let output = Command::new(root().join("scripts/postgres.sh"))
            .args([Path::new(verb), &self.0.path().join("postgres")])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.script("stop");
    }
}

/// A proxy in front of PostgreSQL that can lose PostgreSQL's answer to an insert.
pub(crate) struct LossyProxy {
    address: SocketAddr,
    loses_inserts: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl LossyProxy {
    /// Starts a proxy to the cluster of this database, which listens on a Unix socket.
    pub(crate) async fn start(database: &PgConnectOptions) -> Self {
        let socket = database.get_socket().unwrap().join(format!(".s.PGSQL.{}", database.get_port()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let loses_inserts = Arc::new(AtomicBool::default());
        let loses = loses_inserts.clone();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if let Ok(server) = UnixStream::connect(&socket).await {
                    tokio::spawn(forward(client, server, loses.clone()));
                }
            }
        });
        Self { address, loses_inserts, task }
    }

    /// Returns the same database, behind this proxy.
    pub(crate) fn database(&self, database: &PgConnectOptions) -> PgConnectOptions {
        let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(self.address.port());
        options.username(database.get_username()).database(database.get_database().unwrap())
    }

    /// Sets whether the proxy closes a connection after an insert is committed and before the client learns of it.
    pub(crate) fn lose_inserts(&self, lose: bool) {
        self.loses_inserts.store(lose, Ordering::SeqCst);
    }
}

impl Drop for LossyProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn forward(client: TcpStream, server: UnixStream, loses_inserts: Arc<AtomicBool>) {
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let requests = async move { io::copy(&mut from_client, &mut to_server).await };
    let answers = async move {
        let mut bytes = vec![0; 64 << 10];
        loop {
            let length = from_server.read(&mut bytes).await?;
            // PostgreSQL flushes this tag together with ReadyForQuery, which it sends after the commit.
            let is_insert = bytes[..length].windows(10).any(|tag| tag == b"INSERT 0 1");
            if length == 0 || is_insert && loses_inserts.load(Ordering::SeqCst) {
                return io::Result::Ok(());
            }
            to_client.write_all(&bytes[..length]).await?;
        }
    };
    tokio::select! {
        _ = requests => {}
        _ = answers => {}
    }
}

#[tokio::test]
async fn without_postgresql_previews_work_and_the_service_recovers_when_it_returns() {
    let cluster = Cluster::new();
    let database: PgConnectOptions = cluster.script("start").parse().unwrap();
    let stack = Stack::with_database(database).await;
    stack.until_ready().await;
    let before = predict(&stack, "", StatusCode::OK).await;
    cluster.script("stop");

    let problem = predict(&stack, "", StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(problem["code"], "database_unavailable");
    assert_eq!(predict(&stack, "?preview=true", StatusCode::OK).await["prediction"], 8);
    for path in ["/readyz", "/api/v1/predictions", &format!("/api/v1/predictions/{}", before["id"].as_str().unwrap())] {
        let problem = json(stack.get(path).send().await.unwrap(), StatusCode::SERVICE_UNAVAILABLE).await;
        assert_eq!(problem["code"], "database_unavailable", "{path}");
    }
    let page = stack.get("/").send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains("data-unavailable"));

    cluster.script("start");
    assert_eq!(predict(&stack, "", StatusCode::OK).await["saved"], true);
    assert_eq!(stack.rows().await, 2);
}

#[tokio::test]
async fn asvs_16_5_3_without_postgresql_nobody_is_let_in() {
    let cluster = Cluster::new();
    let database: PgConnectOptions = cluster.script("start").parse().unwrap();
    let model = start_model(ANY.parse().unwrap()).await;
    let stack = Stack::on(model, database, MODEL_REQUESTS, settings_with_accounts()).await;
    stack.until_ready().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let token = token(&ada, "all", &["read", "export"]).await;
    cluster.script("stop");

    let (visitor, unavailable) = (Person::new(&stack), StatusCode::SERVICE_UNAVAILABLE);
    for path in ["/account", "/people", "/history", "/quality", "/api/v1/predictions", "/api/v1/export/predictions.csv"]
    {
        assert_eq!(ada.get(path).await.status(), unavailable, "{path} with a session");
        for token in [&token, "dgt_unknown"] {
            let status = bearer(&stack, token, path).await.status();
            assert!(!status.is_success(), "{path} with a token: {status}");
        }
        let status = visitor.get(path).await.status();
        assert!(!status.is_success(), "{path} without a login: {status}");
    }
    assert_eq!(visitor.log_in("ada", Person::PASSWORD).await.status(), unavailable);
    let code = Uuid::new_v4().to_string();
    let accepted = visitor.post("/invitation", &[("code", &code), ("password", Person::PASSWORD)]).await;
    assert_eq!(accepted.status(), unavailable);
    assert!(visitor.cookie("session").is_none());

    cluster.script("start");
    ada.get("/account").await.page(StatusCode::OK).await;
    assert_eq!(bearer(&stack, &token, "/api/v1/predictions").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_web_service_starts_before_the_database() {
    let cluster = Cluster::new();
    let database: PgConnectOptions = cluster.script("start").parse().unwrap();
    cluster.script("stop");
    let stack = Stack::with_database(database).await;
    assert_eq!(predict(&stack, "", StatusCode::SERVICE_UNAVAILABLE).await["code"], "database_unavailable");
    cluster.script("start");
    stack.until_ready().await;
    assert_eq!(predict(&stack, "", StatusCode::OK).await["saved"], true);
}

/// Predicts until the database is unavailable, and returns the ids of the predictions that were answered as saved.
async fn save_until_unavailable(stack: Arc<Stack>) -> Vec<Uuid> {
    let mut saved = Vec::new();
    loop {
        let eight = drawings::all()[8].to_string();
        let response = stack.post("/predict", "application/json", eight).send().await.unwrap();
        if response.status() == StatusCode::SERVICE_UNAVAILABLE {
            assert_eq!(json(response, StatusCode::SERVICE_UNAVAILABLE).await["code"], "database_unavailable");
            return saved;
        }
        let answer = json(response, StatusCode::OK).await;
        assert_eq!(answer["saved"], true);
        saved.push(answer["id"].as_str().unwrap().parse().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn predictions_answered_as_saved_survive_a_stop_of_the_database_under_load() {
    let cluster = Cluster::new();
    let stack = Arc::new(Stack::with_database(cluster.script("start").parse().unwrap()).await);
    stack.until_ready().await;
    let clients: JoinSet<_> = (0..12).map(|_| save_until_unavailable(stack.clone())).collect();
    while stack.rows().await < 50 {}
    cluster.script("stop");
    let saved = clients.join_all().await.concat();
    // Each client may have missed the answer to one row.
    assert!(saved.len() >= 38, "only {} were saved", saved.len());

    cluster.script("start");
    let stored: Vec<Uuid> =
        sqlx::query_scalar("select id from predictions").fetch_all(&mut stack.sql().await).await.unwrap();
    let lost: Vec<_> = saved.iter().filter(|id| !stored.contains(id)).collect();
    assert!(lost.is_empty(), "lost {lost:?}");
}
