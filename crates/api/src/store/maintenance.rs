//! Maintenance every few seconds: the store applies the rows of `pending_counts` to the counts, and deletes the idempotency
//! keys that have expired.

use super::StoreError;
use sqlx::PgPool;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often. Every reader of counts also reads what is only noted, so that it must not become much.
const EVERY: Duration = Duration::from_secs(5);

/// Goes on for as long as the runtime does.
pub(super) fn start(pool: PgPool) {
    tokio::spawn(async move {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            report("apply pending counts", apply_pending_counts(&pool).await);
            report("delete expired idempotency keys", delete_expired_keys(&pool).await);
        }
    });
}

fn report(task: &str, result: Result<(), StoreError>) {
    match result {
        Err(error @ StoreError::Defect(_)) => tracing::error!(%error, task, "maintenance failed"),
        Err(error) => tracing::debug!(%error, task, "maintenance is postponed"),
        Ok(()) => {}
    }
}

/// However long it takes: after a restoration, there may be much.
async fn apply_pending_counts(pool: &PgPool) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query!("set local statement_timeout = 0").execute(&mut *transaction).await?;
    sqlx::query_scalar!("select apply_pending_counts()").fetch_one(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}

/// A key is kept for 24 hours.
async fn delete_expired_keys(pool: &PgPool) -> Result<(), StoreError> {
    let query = sqlx::query!("delete from idempotency_keys where created_at < now() - interval '24 hours'");
    query.execute(pool).await?;
    Ok(())
}
