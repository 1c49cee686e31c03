//! Exports: a consistent snapshot of predictions, streamed in batches.
//!
//! An export uses its own connection, because it lasts as long as its client reads. When the client disconnects, the
//! export closes the connection, which ends the query.

use super::{Filter, Store, StoreError, in_time, prediction_index::query_filtered, predictions::Row};
use crate::identity::{Owner, Reach, VisitorId};
use digit::Bitmap;
use futures_util::{TryStreamExt, stream::TryChunksError};
use sqlx::PgConnection;
use std::{mem, sync::Arc, time::Duration};
use time::{OffsetDateTime, UtcOffset};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::timeout,
};
use uuid::Uuid;
use wire::{GivenLabel, Prediction, RecordedLabel};

/// The limit of concurrent exports.
pub(super) const AT_A_TIME: usize = 2;

/// The size at which the api sends a batch, in bytes. A single row may be larger.
const PORTION_BYTES: usize = 256 << 10;

/// The approximate size of a row without its input, in bytes.
const ROW_BYTES: usize = 1 << 10;

/// The number of given labels in a batch.
const GIVEN_LABELS: usize = 1000;

/// How long a batch may wait for a client that does not read.
const READ_LIMIT: Duration = Duration::from_mins(1);

/// The longest duration of an export. While it runs, PostgreSQL cannot vacuum rows that are deleted meanwhile.
pub(super) const EXPORT_LIMIT: Duration = Duration::from_mins(30);

/// The longest duration of an export of one owner's drawings.
const OWN_EXPORT_LIMIT: Duration = Duration::from_mins(2);

/// The client of an export.
type Client = mpsc::Sender<Result<Portion, ExportError>>;

/// The predictions of a filter at the start of the export. Later inserts and deletions do not change it.
#[derive(Debug)]
pub struct Snapshot {
    connection: PgConnection,
    /// The drawings to export.
    reach: Reach,
    filter: Filter,
    #[expect(dead_code, reason = "released on drop")]
    permit: OwnedSemaphorePermit,
}

/// A row of an export.
#[derive(Debug, Clone)]
pub struct ExportedPrediction {
    /// The prediction and its label.
    pub prediction: Prediction,
    /// The preprocessed drawing.
    pub bitmap: Bitmap,
    /// The stored input, if the export includes inputs.
    pub input: Option<Vec<u8>>,
    /// Whether the person who drew allows training; `None` if nobody was asked.
    pub may_train: Option<bool>,
    /// The visitor who drew. An export of one owner's drawings has neither this nor the rest.
    pub visitor_id: Option<Uuid>,
    /// The name of the person who drew, of an imported drawing.
    pub writer: Option<String>,
    /// Whether an operator drew or brought the drawing.
    pub is_from_operator: bool,
    /// The SHA-256 of the deletion token.
    pub deletion_token_hash: Option<Vec<u8>>,
    /// Whether the drawing belongs to the random sample, if the export includes inputs.
    pub in_random_sample: Option<bool>,
    /// All labels, the earliest first, if the export includes inputs.
    pub labels: Vec<RecordedLabel>,
}

/// A batch of an export.
#[derive(Debug, Clone, Default)]
pub struct Portion {
    /// Predictions, newest first.
    pub predictions: Vec<ExportedPrediction>,
    /// Labels that the owner gave, the earliest first. They follow the last prediction of an export of one owner.
    pub given_labels: Vec<GivenLabel>,
}

/// A row of an export, as the columns of a query.
struct ExportRow {
    id: Uuid,
    created_at: OffsetDateTime,
    prediction: i16,
    confidence: f32,
    probabilities: Vec<f32>,
    verdict: String,
    reason: Option<String>,
    model: String,
    source: String,
    input_kind: String,
    latency_ms: Option<f32>,
    true_label: Option<String>,
    bitmap: Vec<u8>,
    input: Option<Vec<u8>>,
    may_train: Option<bool>,
    visitor_id: Option<Uuid>,
    writer: Option<String>,
    is_from_operator: bool,
    deletion_token_hash: Option<Vec<u8>>,
    in_random_sample: Option<bool>,
    /// A JSON array.
    labels: Option<String>,
}

/// A label that an owner gave, as the columns of a query.
struct GivenRow {
    prediction_id: Uuid,
    true_label: Option<String>,
    created_at: OffsetDateTime,
}

/// The batches of a snapshot. Dropping this ends the query.
#[derive(Debug)]
pub struct Portions {
    first: Option<Portion>,
    rest: mpsc::Receiver<Result<Portion, ExportError>>,
}

/// Why an export does not start or ends early.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The limit of concurrent exports is reached.
    #[error("{AT_A_TIME} exports are already running")]
    Crowded,
    /// The client read too slowly.
    #[error("the client read nothing for {READ_LIMIT:?}, or not the whole export within {EXPORT_LIMIT:?}")]
    Unread,
}

/// The exports that run in this process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExportsUnderWay {
    /// Those of all drawings.
    pub(crate) all: usize,
    /// Those of an owner's drawings.
    pub(crate) own: usize,
    /// The limit of each.
    pub(crate) limit: usize,
}

impl Store {
    /// The exports that run now.
    pub(crate) fn exports_under_way(&self) -> ExportsUnderWay {
        let taken = |permits: &Semaphore| AT_A_TIME - permits.available_permits();
        ExportsUnderWay { all: taken(&self.exports), own: taken(&self.own_exports), limit: AT_A_TIME }
    }

    /// Starts an export of all drawings.
    ///
    /// # Errors
    /// As for [`Self::snapshot_of`].
    pub async fn snapshot(&self, filter: Filter) -> Result<Snapshot, ExportError> {
        self.snapshot_of(Reach::All, filter).await
    }

    /// Starts an export of the drawings that a request may reach.
    ///
    /// # Errors
    /// When the database is unavailable, or [`ExportError::Crowded`] when the limit of concurrent exports is reached.
    pub(crate) async fn snapshot_of(&self, reach: Reach, filter: Filter) -> Result<Snapshot, ExportError> {
        // Visitors who export their own drawings do not keep operators from exporting all.
        let permits = if reach == Reach::All { &self.exports } else { &self.own_exports };
        let (connection, permit) = self.begin_export(permits).await?;
        Ok(Snapshot { connection, reach, filter, permit })
    }

    /// A connection with a transaction that sees the database at one moment, and the permit to run an export.
    pub(super) async fn begin_export(
        &self,
        permits: &Arc<Semaphore>,
    ) -> Result<(PgConnection, OwnedSemaphorePermit), ExportError> {
        let permit = permits.clone().try_acquire_owned().map_err(|_| ExportError::Crowded)?;
        let mut connection = self.own_connection().await?;
        let begin = sqlx::query("begin isolation level repeatable read read only");
        in_time(begin.execute(&mut connection)).await?;
        Ok((connection, permit))
    }
}

impl Snapshot {
    /// The number of predictions.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn count(&mut self) -> Result<usize, ExportError> {
        let query = query_filtered!(
            query_scalar!(
                r#"select count(*) as "count!"
                   from filter_predictions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) wanted
                   join predictions p using (id)
                   where not $13 or may_train is distinct from false"#
            ),
            &self.filter,
            None,
            self.filter.only_trainable
        );
        let count = query.fetch_one(&mut self.connection).await.map_err(StoreError::from)?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// Starts to read the predictions, newest first, and waits for the first batch.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn read(self, with_input: bool) -> Result<Portions, ExportError> {
        let (sender, mut rest) = mpsc::channel(1);
        tokio::spawn(async move {
            let reading = async {
                let limit = if self.reach == Reach::All { EXPORT_LIMIT } else { OWN_EXPORT_LIMIT };
                let sent = timeout(limit, self.send_all(with_input, &sender)).await;
                if let Err(error) = sent.unwrap_or(Err(ExportError::Unread)) {
                    let _ = sender.send(Err(error)).await;
                }
            };
            tokio::select! {
                () = reading => {}
                () = sender.closed() => {} // the client has disconnected
            }
        });
        let first = Some(next(&mut rest).await?);
        Ok(Portions { first, rest })
    }

    /// Sends all rows in batches, and then an empty batch, which marks the end.
    async fn send_all(mut self, with_input: bool, client: &Client) -> Result<(), ExportError> {
        self.send_predictions(with_input, client).await?;
        if let Reach::Own(owner) = self.reach {
            self.send_given_labels(owner, client).await?;
        }
        send(client, Portion::default()).await
    }

    async fn send_predictions(&mut self, with_input: bool, client: &Client) -> Result<(), ExportError> {
        let mut rows = match self.reach {
            Reach::All => query_filtered!(
                query_as!(
                    ExportRow,
                    r#"select p.id as "id!", p.created_at as "created_at!", prediction as "prediction!", p.confidence as "confidence!",
                       probabilities as "probabilities!", verdict as "verdict!", reason, p.model as "model!",
                       p.source as "source!", input_kind as "input_kind!", latency_ms, wanted.true_label,
                       bitmap as "bitmap!", case when $13 then input end as input, may_train, visitor_id, writer,
                       is_from_operator as "is_from_operator!",
                       deletion_token_hash, case when $13 then exists (
                           select from random_sample s where s.prediction_id = p.id) end as in_random_sample,
                       case when $13 then labels_as_json(p.id)::text end as labels
                   from filter_predictions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) wanted
                   join predictions p using (id)
                   where not $14 or may_train is distinct from false
                   order by p.id desc"#
                ),
                &self.filter,
                None,
                with_input,
                self.filter.only_trainable
            )
            .fetch(&mut self.connection),
            Reach::Own(owner) => query_filtered!(
                query_as!(
                    ExportRow,
                    r#"select p.id as "id!", p.created_at as "created_at!", prediction as "prediction!", p.confidence as "confidence!",
                       probabilities as "probabilities!", verdict as "verdict!", reason, p.model as "model!",
                       p.source as "source!", input_kind as "input_kind!", latency_ms, wanted.true_label,
                       bitmap as "bitmap!", case when $13 then input end as input, may_train,
                       null::uuid as visitor_id, null::text as writer,
                       false as "is_from_operator!", null::bytea as deletion_token_hash, null::boolean as in_random_sample,
                       null::text as labels
                   from predictions p
                   join filter_predictions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) wanted using (id)
                   where p.visitor_id in (select $14::uuid union select id from visitors where user_id = $15)
                   order by p.id desc"#
                ),
                &self.filter,
                None,
                with_input,
                owner.visitor.map(VisitorId::uuid),
                owner.user
            )
            .fetch(&mut self.connection),
        };
        let (mut portion, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
            bytes += ROW_BYTES + row.input.as_ref().map_or(0, Vec::len) + row.labels.as_ref().map_or(0, String::len);
            let row_of_prediction = Row {
                id: row.id,
                created_at: row.created_at,
                prediction: row.prediction,
                confidence: row.confidence,
                probabilities: row.probabilities,
                verdict: row.verdict,
                reason: row.reason,
                model: row.model,
                source: row.source,
                input_kind: row.input_kind,
                latency_ms: row.latency_ms,
                true_label: row.true_label,
            };
            let invalid = || StoreError::Defect(format!("prediction {} has an invalid bitmap", row.id));
            let bitmap = Bitmap::from_levels(&row.bitmap).ok_or_else(invalid)?;
            portion.push(ExportedPrediction {
                prediction: row_of_prediction.try_into()?,
                bitmap,
                input: row.input,
                may_train: row.may_train,
                visitor_id: row.visitor_id,
                writer: row.writer,
                is_from_operator: row.is_from_operator,
                deletion_token_hash: row.deletion_token_hash,
                in_random_sample: row.in_random_sample,
                labels: row.labels.map_or(Ok(Vec::new()), |labels| recorded_labels(row.id, &labels))?,
            });
            if bytes >= PORTION_BYTES {
                send(client, Portion { predictions: mem::take(&mut portion), ..Portion::default() }).await?;
                bytes = 0;
            }
        }
        if !portion.is_empty() {
            send(client, Portion { predictions: portion, ..Portion::default() }).await?;
        }
        Ok(())
    }

    /// Sends the labels that an owner gave, to own drawings and to those of others.
    async fn send_given_labels(&mut self, owner: Owner, client: &Client) -> Result<(), ExportError> {
        let mut rows = sqlx::query_as!(
            GivenRow,
            r#"select prediction_id, true_label, created_at from labels
               where coalesce(user_id, labeller) in
                   (select $1::uuid union select $2 union select id from visitors where user_id = $2)
               order by id"#,
            owner.visitor.map(VisitorId::uuid),
            owner.user,
        )
        .fetch(&mut self.connection)
        .try_chunks(GIVEN_LABELS);
        while let Some(rows) = rows.try_next().await.map_err(|TryChunksError(_, error)| StoreError::from(error))? {
            let given_labels = rows.into_iter().map(GivenLabel::try_from).collect::<Result<_, _>>()?;
            send(client, Portion { given_labels, ..Portion::default() }).await?;
        }
        Ok(())
    }
}

/// The labels of a prediction, from a JSON array.
fn recorded_labels(id: Uuid, json: &str) -> Result<Vec<RecordedLabel>, StoreError> {
    let labels: Vec<RecordedLabel> = serde_json::from_str(json)
        .map_err(|error| StoreError::Defect(format!("prediction {id} has an invalid label: {error}")))?;
    let in_utc =
        |label: RecordedLabel| RecordedLabel { created_at: label.created_at.to_offset(UtcOffset::UTC), ..label };
    Ok(labels.into_iter().map(in_utc).collect())
}

impl TryFrom<GivenRow> for GivenLabel {
    type Error = StoreError;

    fn try_from(GivenRow { prediction_id, true_label, created_at }: GivenRow) -> Result<Self, StoreError> {
        let invalid = |_| StoreError::Defect(format!("prediction {prediction_id} has an invalid label"));
        Ok(Self {
            prediction_id,
            true_label: true_label.map(|label| label.parse().map_err(invalid)).transpose()?,
            created_at,
        })
    }
}

async fn send(client: &Client, portion: Portion) -> Result<(), ExportError> {
    client.send_timeout(Ok(portion), READ_LIMIT).await.map_err(|_| ExportError::Unread)
}

impl Portion {
    /// Whether this batch marks the end of the export.
    #[must_use]
    pub fn is_end(&self) -> bool {
        self.predictions.is_empty() && self.given_labels.is_empty()
    }
}

impl Portions {
    /// The next batch; after the last one, the end.
    ///
    /// # Errors
    /// When the database becomes unavailable, or the client reads too slowly.
    pub async fn next(&mut self) -> Result<Portion, ExportError> {
        match self.first.take() {
            Some(first) => Ok(first),
            None => next(&mut self.rest).await,
        }
    }
}

async fn next(portions: &mut mpsc::Receiver<Result<Portion, ExportError>>) -> Result<Portion, ExportError> {
    let ended = || Err(StoreError::Defect("an export ended without a last batch".to_owned()).into());
    portions.recv().await.unwrap_or_else(ended)
}
