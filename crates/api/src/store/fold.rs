//! Counts what was noted: statements that write only note in the table `changes` what has to be counted.

use super::StoreError;
use sqlx::PgPool;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often. What is only noted is read along by whoever asks for counts, so that it must not become much.
const EVERY: Duration = Duration::from_secs(5);

/// Goes on for as long as the runtime does.
pub(super) fn start(pool: PgPool) {
    tokio::spawn(async move {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = fold(&pool).await {
                let away = matches!(error, StoreError::Away(_));
                tracing::debug!(%error, away, "what was noted is counted later");
            }
        }
    });
}

/// Once, however long it takes: after a restoration, there may be much.
async fn fold(pool: &PgPool) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query!("set local statement_timeout = 0").execute(&mut *transaction).await?;
    sqlx::query!("select fold_changes()").fetch_one(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}
