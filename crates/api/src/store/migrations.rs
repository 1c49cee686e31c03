//! Migrations: the owner of the database creates and updates the tables and the role of the web service.

use super::{CONNECT_LIMIT, is_unavailable};
use postgres_protocol::password::scram_sha_256;
use sqlx::{
    AssertSqlSafe, Connection, PgConnection,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{fmt, time::Duration};

/// The migrations. A binary also accepts a newer schema, so that an operator can roll back by one version: a release
/// only adds to the schema, or drops columns and tables that the previous release no longer used.
static MIGRATIONS: Migrator = {
    let mut migrations = sqlx::migrate!("../../migrations");
    migrations.ignore_missing = true;
    migrations
};

/// The delay before the next attempt.
const RETRY: Duration = Duration::from_secs(1);

/// The privileges of the service's role, a template for PostgreSQL's `format`, whose first argument is the role's name.
/// The role may append to `predictions` and `labels`, and delete predictions. Functions of the owner write all tables
/// that are derived from these.
const GRANTS: &str = "
    alter role %1$I nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
    revoke all on all tables in schema public from %1$I;
    revoke execute on all functions in schema public from public;
    grant usage on schema public to %1$I;
    grant execute on all functions in schema public to %1$I;
    grant select on all tables in schema public to %1$I;
    grant insert on labels, predictions, idempotency_keys, visitors, users, invitations, sessions, api_tokens, audit_log,
        models, model_events, training_manifest_entries, training_progress, shadow_pairs, gallery_drawings, gallery_reports,
        blocks to %1$I;
    grant update (state) on gallery_drawings to %1$I;
    grant update (is_resolved) on gallery_reports to %1$I;
    grant update (user_id) on visitors to %1$I;
    grant update (role, password_hash, is_disabled, labels_count, agreement_after) on users to %1$I;
    grant update (used_at) on sessions to %1$I;
    grant update (card, weights, evaluation, comparison) on models to %1$I;
    grant update (progress, updated_at) on training_progress to %1$I;
    grant update (last_used_on, revoked_at) on api_tokens to %1$I;
    grant delete on predictions, idempotency_keys, invitations, sessions, blocks, training_progress to %1$I;
";

/// The role with which the web service connects.
#[derive(Clone)]
pub struct ServiceRole {
    /// Its name.
    pub name: String,
    /// Its password; `None` if PostgreSQL authenticates it without one.
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

/// Applies the migrations as the owner of the tables, and then sets up the role of the web service, unless that is the
/// owner itself. Waits for the database while it is unavailable.
///
/// # Errors
/// When PostgreSQL rejects a statement for a reason that a later attempt does not remove.
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

/// Migrates on a connection without a statement timeout, because a migration may take longer than a request.
async fn try_to_migrate(owner: &PgConnectOptions, service: &ServiceRole) -> Result<(), MigrateError> {
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(CONNECT_LIMIT).connect_lazy_with(owner.clone());
    MIGRATIONS.run(&pool).await?;
    if service.name != owner.get_username() {
        set_up(&mut *pool.acquire().await?, service).await?;
    }
    pool.close().await;
    Ok(())
}

/// Creates the role if it does not exist, sets its password, and grants it the least privileges that it needs.
async fn set_up(connection: &mut PgConnection, role: &ServiceRole) -> sqlx::Result<()> {
    let mut transaction = connection.begin().await?;
    let exists =
        sqlx::query_scalar!(r#"select exists (select from pg_roles where rolname = $1) as "exists!""#, role.name);
    let verb = if exists.fetch_one(&mut *transaction).await? { "alter" } else { "create" };
    // PostgreSQL accepts a SCRAM verifier in place of the password, so that no statement log shows the password.
    let password = role.password.as_ref().map_or_else(String::new, |_| " password %2$L".to_owned());
    let verifier = role.password.as_ref().map(|password| scram_sha_256(password.as_bytes()));
    for statements in [&format!("{verb} role %1$I login{password}"), GRANTS] {
        // `format` quotes the name and the verifier, because these statements take no parameters.
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
