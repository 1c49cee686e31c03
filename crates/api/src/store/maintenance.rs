//! Maintenance every few seconds: the store applies the rows of `pending_counts` and `pending_stored_inputs` to the counts,
//! counts labels again, deletes expired idempotency keys, sessions and blocks, ends abandoned training runs, removes old addresses from the audit log, and
//! reads the values that it holds in memory.

use super::{
    StoreError, agreement::recount_labels, blocks::KnownBlocks, stored_inputs::StoredBytes,
    training_runs::end_abandoned_runs,
};
use sqlx::PgPool;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// Queries of the counts also read the pending rows, so maintenance must run often enough to keep these few.
const INTERVAL: Duration = Duration::from_secs(5);

/// Starts the maintenance, which runs as long as the Tokio runtime does.
pub(super) fn start(pool: PgPool, stored_bytes: StoredBytes, blocks: KnownBlocks) {
    tokio::spawn(async move {
        let mut ticks = interval(INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            report("apply pending counts", apply_pending_counts(&pool).await);
            report("count labels again", recount_labels(&pool).await);
            report("apply pending stored inputs", apply_pending_stored_inputs(&pool, &stored_bytes).await);
            report("read the blocks", blocks.refresh(&pool).await);
            report("delete expired idempotency keys", delete_expired_keys(&pool).await);
            report("delete expired sessions", delete_expired_sessions(&pool).await);
            report("end abandoned training runs", end_abandoned_runs(&pool).await);
            report("remove old addresses", forget_addresses(&pool).await);
        }
    });
}

/// Logs why a task failed.
pub(super) fn report(task: &str, result: Result<(), StoreError>) {
    match result {
        Err(error @ StoreError::Defect(_)) => tracing::error!(%error, task, "maintenance failed"),
        Err(error) => tracing::debug!(%error, task, "maintenance is postponed"),
        Ok(()) => {}
    }
}

/// Runs without a statement timeout, because many rows may be pending after a restore from a backup.
async fn apply_pending_counts(pool: &PgPool) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query!("set local statement_timeout = 0").execute(&mut *transaction).await?;
    sqlx::query_scalar!("select apply_pending_counts()").fetch_one(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}

/// A session ends 12 hours after its last use and 30 days after the login.
async fn delete_expired_sessions(pool: &PgPool) -> Result<(), StoreError> {
    let query = sqlx::query!(
        "delete from sessions where used_at < now() - interval '12 hours' or created_at < now() - interval '30 days'"
    );
    query.execute(pool).await?;
    Ok(())
}

/// Also reads the total. It runs without a statement timeout for the same reason.
async fn apply_pending_stored_inputs(pool: &PgPool, stored_bytes: &StoredBytes) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query!("set local statement_timeout = 0").execute(&mut *transaction).await?;
    sqlx::query!("select apply_pending_stored_inputs()").execute(&mut *transaction).await?;
    transaction.commit().await?;
    stored_bytes.read(pool).await.map(drop)
}

/// The audit log holds addresses of clients for 30 days.
async fn forget_addresses(pool: &PgPool) -> Result<(), StoreError> {
    sqlx::query!("select forget_audit_addresses()").execute(pool).await?;
    Ok(())
}

/// A client may repeat a submission under its key for 24 hours.
async fn delete_expired_keys(pool: &PgPool) -> Result<(), StoreError> {
    let query = sqlx::query!("delete from idempotency_keys where created_at < now() - interval '24 hours'");
    query.execute(pool).await?;
    Ok(())
}
