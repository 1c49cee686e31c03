//! Counts what was noted: statements that write only note in the table `changes` what has to be counted.

use super::StoreError;
use sqlx::PgPool;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often. What is only noted is read along by whoever asks for counts, so that it must not become much.
const EVERY: Duration = Duration::from_secs(5);

/// So many rows that were noted and are gone are worth cleaning up after: whoever asks for counts reads over the room that
/// they took.
const MANY: i64 = 1_000;

/// Goes on for as long as the runtime does.
pub(super) fn start(pool: PgPool) {
    tokio::spawn(async move {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match fold(&pool).await {
                Err(error @ StoreError::Defect(_)) => tracing::error!(%error, "what was noted cannot be counted"),
                Err(error) => tracing::debug!(%error, "what was noted is counted later"),
                Ok(()) => {}
            }
        }
    });
}

/// Once, however long it takes: after a restoration, there may be much.
async fn fold(pool: &PgPool) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query!("set local statement_timeout = 0").execute(&mut *transaction).await?;
    let counted = sqlx::query_scalar!(r#"select fold_changes() as "counted!""#).fetch_one(&mut *transaction).await?;
    transaction.commit().await?;
    if counted >= MANY {
        sqlx::query!("vacuum changes").execute(pool).await?;
    }
    Ok(())
}
