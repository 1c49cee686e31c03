//! The tables and the role of the web service: made and brought up to date by the owner of the database.

use super::{CONNECT_LIMIT, is_unavailable};
use postgres_protocol::password::scram_sha_256;
use sqlx::{
    AssertSqlSafe, Connection, PgConnection,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{fmt, time::Duration};

/// A binary also works on a schema that is newer than its own, so that an operator can go back by one version: a release
/// only adds to the schema, and drops what the release before it stopped using.
static MIGRATIONS: Migrator = {
    let mut migrations = sqlx::migrate!("../../migrations");
    migrations.ignore_missing = true;
    migrations
};

/// How long to wait before another try.
const RETRY: Duration = Duration::from_secs(1);

/// What the service's role may do, as PostgreSQL's `format` takes it: the role's name is the first argument. It may append
/// to `predictions` and `labels`, and delete a prediction; what is derived from them is written by functions of the owner.
const GRANTS: &str = "
    alter role %1$I nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
    revoke all on all tables in schema public from %1$I;
    grant usage on schema public to %1$I;
    grant select on all tables in schema public to %1$I;
    grant insert on labels, predictions, idempotency_keys, visitors to %1$I;
    grant delete on predictions, idempotency_keys to %1$I;
";

/// The role with which the web service connects.
#[derive(Clone)]
pub struct ServiceRole {
    /// Its name.
    pub name: String,
    /// Its password, unless PostgreSQL lets it in without one.
    pub password: Option<String>,
}

impl fmt::Debug for ServiceRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceRole").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The newest migration that this program knows.
pub(super) fn newest() -> Option<i64> {
    MIGRATIONS.iter().map(|migration| migration.version).max()
}

/// Brings the tables up to date as their owner, as soon as the database can be reached, and then sets up the role of the
/// web service, if it is not the owner itself.
///
/// # Errors
/// When PostgreSQL refuses a statement for a reason that does not pass by itself.
pub async fn migrate(owner: &PgConnectOptions, service: &ServiceRole) -> Result<(), MigrateError> {
    let mut is_told = false;
    loop {
        match try_to_migrate(owner, service).await {
            Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) if is_unavailable(&error) => {
                if !is_told {
                    tracing::warn!(%error, "waiting for the database");
                }
                is_told = true;
                tokio::time::sleep(RETRY).await;
            }
            result => return result,
        }
    }
}

/// On a connection of its own: a migration may take longer than a request's statement.
async fn try_to_migrate(owner: &PgConnectOptions, service: &ServiceRole) -> Result<(), MigrateError> {
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(CONNECT_LIMIT).connect_lazy_with(owner.clone());
    MIGRATIONS.run(&pool).await?;
    if service.name != owner.get_username() {
        set_up(&mut *pool.acquire().await?, service).await?;
    }
    pool.close().await;
    Ok(())
}

/// Makes the role if there is none, gives it its password, and grants it what it needs and no more.
async fn set_up(connection: &mut PgConnection, role: &ServiceRole) -> sqlx::Result<()> {
    let mut transaction = connection.begin().await?;
    let exists =
        sqlx::query_scalar!(r#"select exists (select from pg_roles where rolname = $1) as "exists!""#, role.name);
    let verb = if exists.fetch_one(&mut *transaction).await? { "alter" } else { "create" };
    // PostgreSQL takes a verifier in place of a password, so that no log of statements shows the password.
    let password = role.password.as_ref().map_or_else(String::new, |_| " password %2$L".to_owned());
    let verifier = role.password.as_ref().map(|password| scram_sha_256(password.as_bytes()));
    for statements in [&format!("{verb} role %1$I login{password}"), GRANTS] {
        // PostgreSQL quotes the name and the verifier: no statement of this kind takes parameters.
        let statements = sqlx::query_scalar!(
            r#"select format($1, $2::text, $3::text) as "statements!""#,
            statements,
            role.name,
            verifier
        )
        .fetch_one(&mut *transaction)
        .await?;
        sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}
