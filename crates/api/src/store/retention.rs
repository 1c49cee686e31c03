//! Retention: deletes old predictions in portions. The counts of the quality keep them.

use super::{
    Store, StoreError,
    audit_log::{Action, audit},
    maintenance::report,
    prediction_index::first_id,
};
use crate::identity::Actor;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::time::{MissedTickBehavior, interval};

/// The largest number of predictions that one statement deletes.
const PORTION: i32 = 1000;

/// The time between two portions of the service, so that requests hardly notice the first run on a large table.
const INTERVAL: Duration = Duration::from_secs(5);

/// The end of the retention period of drawings that are deleted now.
pub(crate) fn end_of_retention(days: u16) -> OffsetDateTime {
    OffsetDateTime::now_utc() - time::Duration::days(days.into())
}

impl Store {
    /// Starts to delete predictions that are older than this number of days, as long as the Tokio runtime runs.
    pub(crate) fn start_pruning(&self, days: u16) {
        let store = self.clone();
        tokio::spawn(async move {
            let mut ticks = interval(INTERVAL);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                report("prune predictions", store.prune(end_of_retention(days), None).await.map(drop));
            }
        });
    }

    /// Deletes the oldest predictions from before this time, at most a portion, and returns their number. Their idempotency
    /// keys have expired, because a retention period is at least a day. If there are any, the transaction also records who
    /// prunes; the service itself does so without an entry.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn prune(&self, before: OffsetDateTime, by: Option<&Actor>) -> Result<u64, StoreError> {
        let mut transaction = self.pool.begin().await?;
        // Large inputs take long to delete.
        sqlx::query!("set local statement_timeout = 0").execute(&mut *transaction).await?;
        let query = sqlx::query_scalar!(r#"select prune_predictions($1, $2) as "pruned!""#, first_id(before), PORTION);
        let pruned = query.fetch_one(&mut *transaction).await?;
        if let Some(by) = by.filter(|_| pruned > 0) {
            let details = format!("from before {}", before.date());
            audit(&mut transaction, by, Action::Prune, "predictions", Some(&details)).await?;
        }
        transaction.commit().await?;
        Ok(u64::try_from(pruned).unwrap_or(0))
    }
}
