//! The database: all SQL of digits is in this module and in migrations/.

mod export;
mod idempotency_keys;
mod images;
mod inputs;
mod labels;
mod maintenance;
mod migrations;
mod prediction_index;
mod predictions;
mod quality;
mod writer;
mod writes;

pub use export::{ExportError, ExportedPrediction, Portions, Snapshot};
pub(crate) use images::{StoredImage, StoredImages};
pub(crate) use labels::{LabelOrigin, Labeller};
pub use migrations::{ServiceRole, migrate};
pub use prediction_index::Filter;
pub use predictions::Deletion;
pub(crate) use predictions::NewPrediction;
pub use quality::QualityScope;

use inputs::InputMemory;
use prometheus_client::registry::Registry;
use sqlx::{
    PgPool,
    error::DatabaseError,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{num::NonZeroU32, sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use writer::Writer;

/// How long a request may wait for a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// After which PostgreSQL cancels a statement.
const STATEMENT_LIMIT: Duration = Duration::from_secs(3);
/// After which this program gives up on both, and tells the client that the database is unavailable.
const ANSWER_LIMIT: Duration = Duration::from_secs(6);
// PostgreSQL gives up first, so that a statement whose client was told that it failed is not committed afterwards. Only a
// connection that breaks at the very commit leaves that open; the client then finds the row by its idempotency key.
const _: () = assert!(CONNECT_LIMIT.as_millis() + STATEMENT_LIMIT.as_millis() < ANSWER_LIMIT.as_millis());
/// PostgreSQL behind a pool of connections, which replaces those that break.
#[derive(Debug, Clone)]
pub struct Store {
    pool: PgPool,
    writer: Writer,
    database: PgConnectOptions,
    /// A permit for each export that may be under way.
    exports: Arc<Semaphore>,
    inputs: InputMemory,
}

/// Why the database gave no answer; the reasons are for the log.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, is shutting down, full or not set up yet.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// It refused what this program should never have asked, or holds what it should not.
    #[error("the database refused a statement: {0}")]
    Defect(String),
    /// More waits to be written than may.
    #[error("too much waits for the database")]
    Busy,
    /// As many large inputs as may be are on their way to clients.
    #[error("too many large inputs are being sent")]
    Crowded,
}

impl Store {
    /// A store that connects when it is first asked for something. Within a runtime, which then also writes and counts.
    #[must_use]
    pub fn new(database: PgConnectOptions, connections: NonZeroU32) -> Self {
        // The best index depends on the values of a query, so that PostgreSQL plans each query with its values.
        let pool = connect(&database, connections.get(), "force_custom_plan");
        // There is one way to insert. PostgreSQL plans it once for each connection, which saves a fifth of its time.
        let writing = connect(&database, writer::STATEMENTS, "force_generic_plan");
        maintenance::start(pool.clone());
        let exports = Arc::new(Semaphore::new(export::AT_A_TIME));
        Self { writer: Writer::start(writing), pool, database, exports, inputs: InputMemory::default() }
    }

    /// Shows what is counted of writing.
    pub(crate) fn register(&self, registry: &mut Registry) {
        self.writer.register(registry);
    }

    /// Checks that the database answers and has its tables.
    ///
    /// # Errors
    /// When it does not.
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

/// Connections whose statements PostgreSQL cancels after the limit, and plans in this way.
fn connect(database: &PgConnectOptions, connections: u32, plan_cache_mode: &str) -> PgPool {
    let statement_limit = format!("{}ms", STATEMENT_LIMIT.as_millis());
    let options = [("statement_timeout", &*statement_limit), ("plan_cache_mode", plan_cache_mode)];
    let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(CONNECT_LIMIT);
    pool.connect_lazy_with(database.clone().options(options))
}

/// Gives up on a database that takes a connection but does not answer.
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

/// Whether waiting may help.
fn is_unavailable(error: &sqlx::Error) -> bool {
    use sqlx::Error::{Database, Io, PoolClosed, PoolTimedOut, Protocol, WorkerCrashed};
    match error {
        Io(_) | Protocol(_) | PoolTimedOut | PoolClosed | WorkerCrashed => true,
        Database(error) => error.code().is_some_and(|code| is_passing(&code)),
        _ => false,
    }
}

/// Whether the tables, or some of their columns and functions, are not there yet.
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
        "28", // wrong password: someone is about to mend it
        "3D", // the database is not there yet
        "53", // out of disk, memory or connections
        "57", // shutting down or starting up; a statement that took too long
        "58", // the system it runs on fails
    ];
    const STATES: [&str; 2] = [
        "25006", // a standby that is about to take over
        "55P03", // a lock that a migration did not get in time
    ];
    STATES.contains(&code) || CLASSES.iter().any(|class| code.starts_with(class))
}
