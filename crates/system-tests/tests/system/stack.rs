//! All services in this process, with a separate database: the model service and the web service.

use crate::test_logs;
use api::{Api, ModelClient, ModelFiles, ServiceRole, Settings, Store};
use model::{Engine, Limits, Model, Registry};
use reqwest::{Client, RequestBuilder, Response, StatusCode, multipart};
use serde_json::Value;
use service::{ConnectionLimits, Connections, Metrics, Readiness, Server};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, postgres::PgConnectOptions};
use std::{
    fs,
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};
use uuid::Uuid;

/// A service that runs in this process until it is stopped or dropped.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    /// The address of its metrics.
    pub(crate) metrics: SocketAddr,
    readiness: Readiness,
    pub(crate) connections: Connections,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Service {
    pub(crate) async fn start(
        listen: SocketAddr,
        app: impl FnOnce(Readiness, &mut Metrics) -> axum::Router + Send + 'static,
    ) -> Self {
        Self::with_limits(ConnectionLimits::default(), listen, app).await
    }

    /// Starts a service with these limits on connections.
    pub(crate) async fn with_limits(
        limits: ConnectionLimits,
        listen: SocketAddr,
        app: impl FnOnce(Readiness, &mut Metrics) -> axum::Router + Send + 'static,
    ) -> Self {
        test_logs::start();
        let server = Server::bind(listen, ANY.parse().unwrap(), limits).await.unwrap();
        let (address, metrics) = (server.address().unwrap(), server.metrics_address().unwrap());
        let (readiness, connections) = (server.readiness(), server.connections());
        let (stop, stopped) = oneshot::channel();
        let task = server.serve(app, async { drop(stopped.await) });
        let task = tokio::spawn(async { task.await.unwrap() });
        Self { address, metrics, connections, readiness, stop: Some(stop), task }
    }

    /// Stops the service as on SIGTERM.
    pub(crate) async fn stop(self) -> SocketAddr {
        self.stop_after(async || ()).await
    }

    /// Stops the service as on SIGTERM. `requests` runs while the service is not ready any more and still listens.
    pub(crate) async fn stop_after(mut self, requests: impl AsyncFnOnce()) -> SocketAddr {
        drop(self.stop.take());
        while self.readiness.check().is_ok() {
            tokio::task::yield_now().await;
        }
        requests().await;
        (&mut self.task).await.unwrap();
        self.address
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A port that the operating system chooses.
pub(crate) const ANY: &str = "127.0.0.1:0";

/// Starts the model service with the committed champion.
pub(crate) async fn start_model(listen: SocketAddr) -> Service {
    start_model_from(listen, root().join("models")).await
}

/// The limits of the model service's engine, unless a test sets others.
pub(crate) const LIMITS: Limits = Limits {
    workers: NonZeroUsize::MIN.saturating_add(1),
    slots: NonZeroUsize::MIN.saturating_add(63),
    patience: Duration::from_secs(10),
};

/// The limit of concurrent model requests: more than any test sends that expects all to succeed.
pub(crate) const MODEL_REQUESTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(127);

/// Starts the model service with the champion of this folder.
pub(crate) async fn start_model_from(listen: SocketAddr, models: PathBuf) -> Service {
    start_model_with(listen, models, LIMITS.workers, LIMITS).await
}

/// Starts the model service with these limits, and with `replicas` replicas of the network, which need not be as many
/// as the workers.
pub(crate) async fn start_model_with(
    listen: SocketAddr,
    models: PathBuf,
    replicas: NonZeroUsize,
    limits: Limits,
) -> Service {
    let champion = network::champion(&models).unwrap();
    let registry = Arc::new(Registry::open(models, &champion, replicas).unwrap());
    let engine = Arc::new(Engine::new(limits));
    let model = |readiness| Model { engine, registry, readiness, trusts_trace_context: true };
    Service::start(listen, move |readiness, metrics| model::app(model(readiness), metrics)).await
}

/// Returns a client of the model services at these addresses.
pub(crate) async fn model_client(addresses: &[SocketAddr], requests: NonZeroUsize) -> ModelClient {
    let addresses = addresses.iter().map(|address| format!("http://{address}").parse().unwrap());
    ModelClient::start(addresses.collect(), requests).await
}

/// Returns the root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Copies the committed champion into a folder of models under this name, and changes its card.
pub(crate) fn copy_champion(models: &Path, version: &str, change: impl FnOnce(&mut Value)) {
    let committed = root().join("models");
    let from = committed.join(network::champion(&committed).unwrap().as_str());
    let to = models.join(version);
    fs::create_dir(&to).unwrap();
    let mut card: Value = serde_json::from_slice(&fs::read(from.join("card.json")).unwrap()).unwrap();
    card["version"] = version.into();
    change(&mut card);
    fs::write(to.join("card.json"), card.to_string()).unwrap();
    for file in ["weights.safetensors", "evaluation.json"] {
        fs::copy(from.join(file), to.join(file)).unwrap();
    }
}

/// PostgreSQL's database, the model service and the web service.
pub(crate) struct Stack {
    pub(crate) model: Option<Service>,
    pub(crate) api: Service,
    pub(crate) database: PgConnectOptions,
    pub(crate) http: Client,
    _migrations: JoinHandle<()>,
}

impl Stack {
    /// Starts the services on an empty database, and waits until they are ready.
    pub(crate) async fn start() -> Self {
        let stack = Self::with_database(empty_database().await).await;
        stack.until_ready().await;
        stack
    }

    /// The same with these settings of the web service.
    pub(crate) async fn with_settings(settings: Settings) -> Self {
        Self::with_model(start_model(ANY.parse().unwrap()).await, settings).await
    }

    /// The same with this model service.
    pub(crate) async fn with_model(model: Service, settings: Settings) -> Self {
        let stack = Self::on(model, empty_database().await, MODEL_REQUESTS, settings).await;
        stack.until_ready().await;
        stack
    }

    /// Starts the web service with these settings on this model service and database, with this limit of concurrent model
    /// requests.
    pub(crate) async fn on(
        model: Service,
        database: PgConnectOptions,
        requests: NonZeroUsize,
        settings: Settings,
    ) -> Self {
        let stack = Self::configured(&[model.address], database, requests, settings).await;
        Self { model: Some(model), ..stack }
    }

    /// Starts the services on a database that may be unavailable.
    pub(crate) async fn with_database(database: PgConnectOptions) -> Self {
        Self::of(start_model(ANY.parse().unwrap()).await, database).await
    }

    /// Starts the web service on this model service and a database that may be unavailable.
    pub(crate) async fn of(model: Service, database: PgConnectOptions) -> Self {
        Self::with_request_limit(model, database, MODEL_REQUESTS).await
    }

    /// Starts the web service with this limit of concurrent model requests.
    pub(crate) async fn with_request_limit(model: Service, database: PgConnectOptions, requests: NonZeroUsize) -> Self {
        Self::on(model, database, requests, Settings::default()).await
    }

    /// Starts the web service on the model services at these addresses, and waits until it is ready.
    pub(crate) async fn with_models(models: &[SocketAddr]) -> Self {
        let stack = Self::configured(models, empty_database().await, MODEL_REQUESTS, Settings::default()).await;
        stack.until_ready().await;
        stack
    }

    async fn configured(
        models: &[SocketAddr],
        database: PgConnectOptions,
        requests: NonZeroUsize,
        settings: Settings,
    ) -> Self {
        let (store, migrations) = migrated_store(&database);
        let client = model_client(models, requests).await;
        let api = |readiness| Api::new(store, client, readiness, settings);
        let api =
            Service::start(ANY.parse().unwrap(), move |readiness, metrics| api::app(api(readiness), metrics)).await;
        let http = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { model: None, api, database, http, _migrations: migrations }
    }

    pub(crate) async fn until_ready(&self) {
        for _ in 0..300 {
            if self.get("/readyz").send().await.is_ok_and(|response| response.status() == StatusCode::OK) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the services were not ready within 30 seconds");
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.api.address)
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url(path))
    }

    /// Returns a `POST` request with a body of this media type.
    pub(crate) fn post(&self, path: &str, media_type: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.http.post(self.url(path)).header("content-type", media_type).body(body)
    }

    /// Returns a `POST` request with a form that has a file.
    pub(crate) fn upload(&self, path: &str, file: Vec<u8>) -> RequestBuilder {
        let part = multipart::Part::bytes(file).file_name("digit.png");
        self.http.post(self.url(path)).multipart(multipart::Form::new().part("file", part))
    }

    /// Records a drawing and returns its answer.
    pub(crate) async fn draw(&self, drawing: &Value) -> Value {
        let response = self.post("/predict", "application/json", drawing.to_string()).send().await.unwrap();
        let answer = json(response, StatusCode::OK).await;
        test_logs::secret("deletion token", answer["deletion_token"].as_str().unwrap());
        answer
    }

    /// Inserts `rows` predictions (bench/seed-data.sql).
    pub(crate) async fn seed_predictions(&self, rows: u32) {
        let seed = include_str!("../../../../bench/seed-data.sql").replace(":rows", &rows.to_string());
        sqlx::raw_sql(sqlx::AssertSqlSafe(seed)).execute(&mut self.sql().await).await.unwrap();
    }

    /// Another connection to the database as the role of the web service, as commands have one.
    pub(crate) fn store(&self) -> Store {
        let role = service_role(&self.database);
        Store::new(self.database.clone().username(&role.name), NonZeroU32::MIN)
    }

    /// Adds the committed champion to the registry under this name; it serves there.
    pub(crate) async fn add_first_model(&self, version: &str) {
        let models = TempDir::new().unwrap();
        copy_champion(models.path(), version, |_| ());
        let model = ModelFiles::read(&models.path().join(version)).unwrap();
        assert!(self.store().add_first_model(&model).await.unwrap());
    }

    pub(crate) async fn sql(&self) -> PgConnection {
        self.database.connect().await.unwrap()
    }

    /// Returns the number of predictions in the database.
    pub(crate) async fn rows(&self) -> i64 {
        sqlx::query_scalar("select count(*) from predictions").fetch_one(&mut self.sql().await).await.unwrap()
    }
}

/// Returns a store that connects as the role of the service, and the running migration of its database.
pub(crate) fn migrated_store(owner: &PgConnectOptions) -> (Store, JoinHandle<()>) {
    let role = service_role(owner);
    let database = owner.clone().username(&role.name);
    let owner = owner.clone();
    let migration = tokio::spawn(async move { api::migrate(&owner, &role).await.unwrap() });
    (Store::new(database, NonZeroU32::MIN.saturating_add(4)), migration)
}

/// Returns the role of the web service in this database. Roles belong to the cluster, so each database needs a separate
/// one.
pub(crate) fn service_role(owner: &PgConnectOptions) -> ServiceRole {
    ServiceRole { name: format!("api_of_{}", owner.get_database().unwrap()), password: None }
}

/// Asserts the status of a response and returns its JSON.
pub(crate) async fn json(response: Response, status: StatusCode) -> Value {
    let (found, body) = (response.status(), response.text().await.unwrap());
    assert_eq!(found, status, "{body}");
    serde_json::from_str(&body).unwrap()
}

/// Makes a database in the cluster that `DATABASE_URL` names.
pub(crate) async fn empty_database() -> PgConnectOptions {
    let url = std::env::var("DATABASE_URL")
        .expect("these tests need DATABASE_URL, a PostgreSQL to make databases in; `make test` starts one");
    let cluster: PgConnectOptions = url.parse().unwrap();
    let name = format!("test_{}", Uuid::now_v7().simple());
    let mut connection = cluster.connect().await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(format!("create database {name}"))).await.unwrap();
    connection.close().await.unwrap();
    cluster.database(&name)
}
