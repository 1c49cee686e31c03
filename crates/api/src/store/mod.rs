//! The database access. All SQL of digits is in this module and in migrations/.

mod agreement;
mod api_tokens;
mod audit_log;
mod blocks;
mod busiest;
mod diagnosis;
mod export;
mod gallery;
mod idempotency_keys;
mod images;
mod import;
mod inputs;
mod labelling_queue;
mod labels;
mod maintenance;
mod migrations;
mod model_details;
mod models;
mod paging;
mod prediction_index;
mod predictions;
mod quality;
mod retention;
mod sessions;
mod shadow;
mod stored_inputs;
mod training_examples;
mod training_overview;
mod training_runs;
mod users;
mod weeks;
mod writer;
mod writer_metrics;

pub(crate) use api_tokens::{ApiToken, NewApiToken};
pub(crate) use audit_log::{Action, AuditEntry};
pub(crate) use blocks::{Block, NewBlock};
pub(crate) use busiest::StoredByVisitor;
pub(crate) use diagnosis::Diagnosis;
pub(crate) use export::ExportsUnderWay;
pub use export::{ExportError, ExportedPrediction, Portion, Portions, Snapshot};
pub(crate) use gallery::{GalleryState, ReportReason};
pub(crate) use images::{StoredImage, StoredImages};
pub(crate) use import::{ImportError, ImportRecord, ImportRules, ImportedPrediction, TrustedOperators};
pub(crate) use labelling_queue::{Queue, Queued};
pub(crate) use labels::{LabelOrigin, Labeller};
pub use migrations::{ServiceRole, migrate};
pub(crate) use model_details::{ModelDetails, ModelEvent};
pub use models::ModelEventError;
pub use prediction_index::Filter;
pub use predictions::Deletion;
pub(crate) use predictions::{NewPrediction, time_of};
pub use quality::QualityScope;
pub(crate) use retention::end_of_retention;
pub(crate) use sessions::{NewSession, Session};
pub(crate) use shadow::{PairOfAnswers, Replay, Shadow, Step, Walk};
pub(crate) use stored_inputs::StoredInputs;
pub(crate) use training_examples::TrainingExport;
pub(crate) use training_overview::{DrawnBy, HeldBack, TrainingOverview};
pub(crate) use training_runs::SubmittedModel;
pub(crate) use users::{Credentials, User, UserChange, UserError};
pub(crate) use weeks::Week;

use blocks::KnownBlocks;
use inputs::InputMemory;
use prometheus_client::registry::Registry;
use service::CallbackGauge;
use sqlx::{
    ConnectOptions, PgConnection, PgPool,
    error::DatabaseError,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{num::NonZeroU32, sync::Arc, time::Duration};
use stored_inputs::StoredBytes;
use tokio::sync::Semaphore;
use training_overview::LastOverview;
use writer::Writer;

/// How long a request may wait for a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// How long a statement may run before PostgreSQL cancels it.
const STATEMENT_LIMIT: Duration = Duration::from_secs(3);
/// How long a request may wait for a connection and its statement together, before the api answers
/// `database_unavailable`.
const ANSWER_LIMIT: Duration = Duration::from_secs(6);
// PostgreSQL cancels a statement before the api answers that it failed, so that it is not committed afterwards. If the
// connection breaks during the commit, the outcome is unknown; the client then finds the row by its idempotency key.
const _: () = assert!(CONNECT_LIMIT.as_millis() + STATEMENT_LIMIT.as_millis() < ANSWER_LIMIT.as_millis());

/// PostgreSQL behind a connection pool, which replaces broken connections.
#[derive(Debug, Clone)]
pub struct Store {
    pool: PgPool,
    writer: Writer,
    database: PgConnectOptions,
    /// A permit for each concurrent export.
    exports: Arc<Semaphore>,
    /// A permit for each concurrent export of one owner's drawings.
    own_exports: Arc<Semaphore>,
    inputs: InputMemory,
    stored_bytes: StoredBytes,
    blocks: KnownBlocks,
    last_overview: LastOverview,
}

/// Why a database operation failed. The reasons are for the log, not for clients.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StoreError {
    /// PostgreSQL is unreachable, starting, stopping, out of resources or not migrated yet; a retry may succeed.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A defect: PostgreSQL rejected a statement, or a row holds an invalid value.
    #[error("the database access failed: {0}")]
    Defect(String),
    /// The write queue is full.
    #[error("the write queue is full")]
    Busy,
    /// The memory for large inputs is in use, and was not freed in time.
    #[error("too many large inputs are being sent")]
    Crowded,
}

impl Store {
    /// A store that connects on first use. It starts its writer and its maintenance as tasks, within a Tokio runtime.
    #[must_use]
    pub fn new(database: PgConnectOptions, connections: NonZeroU32) -> Self {
        // The best index depends on a query's parameters, so PostgreSQL plans each query with their values.
        let pool = connect(&database, connections.get(), "force_custom_plan");
        // The insert has one possible plan. PostgreSQL makes it once a connection, which saves a fifth of the time.
        let writing = connect(&database, writer::STATEMENTS, "force_generic_plan");
        let (stored_bytes, blocks) = (StoredBytes::default(), KnownBlocks::default());
        maintenance::start(pool.clone(), stored_bytes.clone(), blocks.clone());
        let exports = || Arc::new(Semaphore::new(export::AT_A_TIME));
        let (exports, own_exports) = (exports(), exports());
        Self {
            writer: Writer::start(&writing),
            pool,
            database,
            exports,
            own_exports,
            inputs: InputMemory::default(),
            stored_bytes,
            blocks,
            last_overview: LastOverview::default(),
        }
    }

    /// A connection outside the pool, for a statement that takes long. The log does not report it as slow.
    async fn own_connection(&self) -> Result<PgConnection, StoreError> {
        in_time(self.database.clone().disable_statement_logging().connect()).await
    }

    /// Registers the metrics of the writer and of the stored inputs.
    pub(crate) fn register(&self, registry: &mut Registry) {
        self.writer.register(registry);
        let stored_bytes = self.stored_bytes.clone();
        registry.register_collector(Box::new(CallbackGauge {
            name: "stored_input_bytes",
            help: "Bytes of all stored inputs",
            read: move || stored_bytes.total(),
        }));
    }

    /// Checks that the database answers and that its migrations are applied.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database does not answer, or when a migration is missing.
    pub async fn ready(&self) -> Result<(), StoreError> {
        let query = sqlx::query_scalar!(
            r#"select exists (select from _sqlx_migrations where version >= $1 and success) as "has_all!""#,
            migrations::newest(),
        );
        if in_time(query.fetch_one(&self.pool)).await? {
            return Ok(());
        }
        Err(StoreError::Unavailable("its tables are not up to date: run `api migrate`".to_owned()))
    }
}

/// A pool that connects lazily, and sets the statement timeout and `plan_cache_mode` of each connection.
fn connect(database: &PgConnectOptions, connections: u32, plan_cache_mode: &str) -> PgPool {
    let statement_limit = format!("{}ms", STATEMENT_LIMIT.as_millis());
    let options = [("statement_timeout", &*statement_limit), ("plan_cache_mode", plan_cache_mode)];
    let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(CONNECT_LIMIT);
    pool.connect_lazy_with(database.clone().options(options))
}

/// Runs a query, and fails with [`StoreError::Unavailable`] when it takes longer than [`ANSWER_LIMIT`].
async fn in_time<T>(query: impl Future<Output = sqlx::Result<T>>) -> Result<T, StoreError> {
    let answer = tokio::time::timeout(ANSWER_LIMIT, query).await;
    Ok(answer.map_err(|_| StoreError::Unavailable(format!("no answer within {ANSWER_LIMIT:?}")))??)
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if is_unavailable(&error) || is_not_migrated(&error) {
            Self::Unavailable(error.to_string())
        } else {
            Self::Defect(error.to_string())
        }
    }
}

/// Whether the same statement may succeed later.
fn is_unavailable(error: &sqlx::Error) -> bool {
    use sqlx::Error::{Database, Io, PoolClosed, PoolTimedOut, Protocol, WorkerCrashed};
    match error {
        Io(_) | Protocol(_) | PoolTimedOut | PoolClosed | WorkerCrashed => true,
        Database(error) => error.code().is_some_and(|code| is_passing(&code)),
        _ => false,
    }
}

/// Whether a table, a column or a function is missing because a migration is not applied yet.
fn is_not_migrated(error: &sqlx::Error) -> bool {
    const UNDEFINED: [&str; 3] = [
        "42P01", // table
        "42703", // column
        "42883", // function
    ];
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| UNDEFINED.contains(&&*code))
}

/// Whether a SQLSTATE (PostgreSQL's manual, appendix A) names a state of the server rather than a mistake in the
/// statement.
fn is_passing(code: &str) -> bool {
    const CLASSES: [&str; 6] = [
        "08", // connection exception
        "28", // invalid authorization, until an operator corrects the password
        "3D", // the database does not exist yet
        "53", // insufficient resources: disk, memory or connections
        "57", // operator intervention: shutdown, startup, statement timeout
        "58", // system error
    ];
    const STATES: [&str; 2] = [
        "25006", // read-only transaction: a standby before its promotion
        "55P03", // lock not available: a migration holds it
    ];
    STATES.contains(&code) || CLASSES.iter().any(|class| code.starts_with(class))
}
