//! The training examples that a run would use now, and the reasons why drawings are held back.

use super::{Store, StoreError, predictions::named};
use digit::TrueLabel;
use serde::Deserialize;
use sqlx::PgConnection;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use time::OffsetDateTime;
use tokio::{sync::Mutex, time::timeout};
use wire::TrainingSplit;

/// How long an overview is shown.
const LIFETIME: Duration = Duration::from_mins(5);

/// How long a request waits for an overview that is being computed.
const PATIENCE: Duration = Duration::from_secs(2);

/// The last overview. The task that computes the next one holds the lock, so one is computed at a time.
pub(super) type LastOverview = Arc<Mutex<Option<Arc<TrainingOverview>>>>;

/// The labelled drawings of one moment, by the rules for training examples.
#[derive(Debug)]
pub(crate) struct TrainingOverview {
    computed: Instant,
    pub(crate) computed_at: OffsetDateTime,
    pub(crate) drawings: Vec<AssessedDrawings>,
    pub(crate) splits: Vec<SplitCounts>,
}

/// The number of drawings with one label, from one source, that are held back for one reason or not at all.
#[derive(Debug)]
pub(crate) struct AssessedDrawings {
    pub(crate) true_label: TrueLabel,
    pub(crate) drawn_by: DrawnBy,
    pub(crate) held_back: Option<HeldBack>,
    pub(crate) count: u64,
}

/// The training examples of one use, and the people who drew them.
#[derive(Debug)]
pub(crate) struct SplitCounts {
    pub(crate) split: TrainingSplit,
    pub(crate) drawings: u64,
    pub(crate) writers: u64,
}

/// The people who drew, as the rules distinguish them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DrawnBy {
    Visitors,
    Labellers,
    Operators,
    /// Drawings of an imported file of MNIST's format or with writers.
    Imported,
}

/// The rules that hold a drawing back (`migrations/0029_training_examples.sql`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HeldBack {
    Unsure,
    NotAllowed,
    TooSmall,
    Unconfirmed,
    Contradicted,
    NewLabeller,
    ClassLimit,
    WriterLimit,
    OperatorLimit,
}

impl TrainingOverview {
    /// The number of drawings that meet a condition.
    pub(crate) fn count(&self, condition: impl Fn(&AssessedDrawings) -> bool) -> u64 {
        self.drawings.iter().filter(|drawings| condition(drawings)).map(|drawings| drawings.count).sum()
    }
}

impl DrawnBy {
    pub(crate) const ALL: [Self; 4] = [Self::Visitors, Self::Labellers, Self::Operators, Self::Imported];
}

impl HeldBack {
    /// All rules, in the order in which they apply.
    pub(crate) const ALL: [Self; 9] = [
        Self::Unsure,
        Self::NotAllowed,
        Self::TooSmall,
        Self::Unconfirmed,
        Self::Contradicted,
        Self::NewLabeller,
        Self::ClassLimit,
        Self::WriterLimit,
        Self::OperatorLimit,
    ];
}

impl Store {
    /// An overview of the training examples that is at most five minutes old; `None` as long as it is being computed. With
    /// `trusts_everybody`, all drawings count as those of operators.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn training_overview(
        &self,
        trusts_everybody: bool,
    ) -> Result<Option<Arc<TrainingOverview>>, StoreError> {
        let Ok(mut last) = timeout(PATIENCE, self.last_overview.clone().lock_owned()).await else { return Ok(None) };
        if let Some(overview) = last.as_ref().filter(|overview| overview.computed.elapsed() < LIFETIME) {
            return Ok(Some(overview.clone()));
        }
        // The task goes on if the request does not wait for it.
        let store = self.clone();
        let work = tokio::spawn(async move {
            let overview = store.assess(trusts_everybody).await.inspect_err(|error| {
                tracing::warn!(%error, "the overview of training examples failed");
            })?;
            let overview = Arc::new(overview);
            *last = Some(overview.clone());
            Ok(overview)
        });
        match timeout(PATIENCE, work).await {
            Ok(Ok(overview)) => overview.map(Some),
            Ok(Err(failure)) => Err(StoreError::Defect(failure.to_string())),
            Err(_) => Ok(None),
        }
    }

    /// A connection of its own for a statement over all labelled drawings. With a million drawings, that takes longer than the
    /// statements of other requests may.
    pub(super) async fn patient_connection(&self) -> Result<PgConnection, StoreError> {
        let mut connection = self.own_connection().await?;
        sqlx::query!("set statement_timeout = '2min'").execute(&mut connection).await?;
        Ok(connection)
    }

    /// Assesses all labelled drawings.
    async fn assess(&self, trusts_everybody: bool) -> Result<TrainingOverview, StoreError> {
        let (computed, computed_at) = (Instant::now(), OffsetDateTime::now_utc());
        let mut connection = self.patient_connection().await?;
        // Only files of MNIST's format have neither a writer nor a deletion token.
        let query = sqlx::query!(
            r#"with assessed as materialized (
                   select a.true_label, a.held_back, a.writer, case
                       when p.is_from_operator and (p.writer is not null or p.deletion_token_hash is null) then 'imported'
                       when p.is_from_operator or $1 then 'operators'
                       when u.role = 'labeller' then 'labellers'
                       else 'visitors'
                   end as drawn_by
                   from assess_training_examples($1) a join predictions p on p.id = a.id
                   left join visitors v on v.id = p.visitor_id left join users u on u.id = v.user_id
               )
               select true_label, drawn_by, held_back, null as split, count(*) as "count!", 0 as "writers!"
               from assessed group by true_label, drawn_by, held_back
               union all
               select null, null, null, split_of_writer(writer), count(*), count(distinct writer)
               from assessed where held_back is null group by split_of_writer(writer)"#,
            trusts_everybody,
        );
        let rows = query.fetch_all(&mut connection).await?;
        let (mut drawings, mut splits) = (Vec::new(), Vec::new());
        for row in rows {
            let (count, writers) = (row.count.unsigned_abs(), row.writers.unsigned_abs());
            match row.split {
                Some(split) => splits.push(SplitCounts { split: known(named(&split))?, drawings: count, writers }),
                None => drawings.push(AssessedDrawings {
                    true_label: known(row.true_label.and_then(|label| label.parse().ok()))?,
                    drawn_by: known(row.drawn_by.as_deref().and_then(named))?,
                    held_back: row.held_back.map(|rule| known(named(&rule))).transpose()?,
                    count,
                }),
            }
        }
        Ok(TrainingOverview { computed, computed_at, drawings, splits })
    }
}

fn known<T>(name: Option<T>) -> Result<T, StoreError> {
    name.ok_or_else(|| StoreError::Defect("a training example has an unknown label, source or rule".to_owned()))
}
