//! The database: all SQL of digits is in this module and in migrations/.

mod export;
mod fold;
mod history;
mod inputs;
mod labels;
mod predictions;
mod quality;
mod writer;
mod writes;

pub use export::{ExportError, Kept, Portions, Snapshot};
pub use history::Filter;
pub use predictions::Deletion;
pub(crate) use predictions::NewPrediction;
pub use quality::Judged;

use inputs::InputMemory;
use prometheus_client::registry::Registry;
use sqlx::{
    PgPool,
    error::DatabaseError,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{num::NonZeroU32, sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use writer::Writer;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// How long the database may take to give a connection, and to answer.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// After which PostgreSQL itself gives a statement up, before this program does: what is told to have failed has not
/// happened.
const STATEMENT_LIMIT: &str = "4s";
/// How long to wait before another try to migrate.
const RETRY: Duration = Duration::from_secs(1);

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
    #[error("the database is away: {0}")]
    Away(String),
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
        let pool = PgPoolOptions::new().max_connections(connections.get()).acquire_timeout(CONNECT_LIMIT);
        // Which index is best depends on what is looked for, so each statement is planned with its values.
        let options = [("statement_timeout", STATEMENT_LIMIT), ("plan_cache_mode", "force_custom_plan")];
        let pool = pool.connect_lazy_with(database.clone().options(options));
        fold::start(pool.clone());
        let exports = Arc::new(Semaphore::new(export::AT_A_TIME));
        Self { writer: Writer::start(pool.clone()), pool, database, exports, inputs: InputMemory::default() }
    }

    /// Shows what is counted of writing.
    pub(crate) fn register(&self, registry: &mut Registry) {
        self.writer.register(registry);
    }

    /// Brings the database's tables up to date, as soon as it can be reached.
    ///
    /// # Errors
    /// When the tables cannot be brought up to date, which no waiting mends.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let mut told = false;
        loop {
            match self.try_to_migrate().await {
                Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) if is_away(&error) => {
                    if !told {
                        tracing::warn!(%error, "waiting for the database");
                    }
                    told = true;
                    tokio::time::sleep(RETRY).await;
                }
                result => {
                    tracing::info!(failed = result.is_err(), "migrated the database");
                    return result;
                }
            }
        }
    }

    /// On a connection of its own: a migration may take longer than a request's statement.
    async fn try_to_migrate(&self) -> Result<(), MigrateError> {
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(CONNECT_LIMIT);
        let pool = pool.connect_lazy_with(self.database.clone());
        let result = MIGRATIONS.run(&pool).await;
        pool.close().await;
        result
    }

    /// Checks that the database answers and has its tables.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> Result<(), StoreError> {
        let newest = MIGRATIONS.iter().map(|migration| migration.version).max();
        let query = sqlx::query_scalar!(
            r#"select exists (select from _sqlx_migrations where version >= $1 and success) as "has_all!""#,
            newest,
        );
        if in_time(query.fetch_one(&self.pool)).await? {
            return Ok(());
        }
        Err(StoreError::Away("its tables are not up to date yet".to_owned()))
    }
}

/// Gives up on a database that takes a connection but does not answer.
async fn in_time<T>(query: impl Future<Output = sqlx::Result<T>>) -> Result<T, StoreError> {
    let answer = tokio::time::timeout(ANSWER_LIMIT, query).await;
    Ok(answer.map_err(|_| StoreError::Away(format!("no answer within {ANSWER_LIMIT:?}")))??)
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if is_away(&error) || is_not_migrated(&error) {
            Self::Away(error.to_string())
        } else {
            Self::Defect(error.to_string())
        }
    }
}

/// Whether waiting may help.
fn is_away(error: &sqlx::Error) -> bool {
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
    const READ_ONLY: &str = "25006"; // a standby that is about to take over
    code == READ_ONLY || CLASSES.iter().any(|class| code.starts_with(class))
}
