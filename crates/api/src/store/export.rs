//! Everything that was kept, as it was at one moment, a portion at a time.
//!
//! An export has a connection of its own: it lasts as long as its client reads, and when that goes in the middle of a
//! million rows, closing the connection is what ends them.

use super::{Filter, Store, StoreError, in_time, prediction_index::query_filtered, predictions::Row};
use digit::Bitmap;
use futures_util::TryStreamExt;
use sqlx::{ConnectOptions, PgConnection};
use std::{mem, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    time::timeout,
};
use wire::Prediction;

/// Exports at a time.
pub(super) const AT_A_TIME: usize = 2;

/// Rows are handed on as soon as they are of so many bytes together; one may be larger by itself.
const PORTION_BYTES: usize = 256 << 10;

/// What a row holds besides its input, about.
const ROW_BYTES: usize = 1 << 10;

/// How long a portion waits for a client that reads nothing.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long an export takes at most. As long as it reads, PostgreSQL cannot clean up after what changes meanwhile.
const LONGEST: Duration = Duration::from_mins(30);

/// The predictions of a kind as they were when the export began, whatever is added or deleted meanwhile.
#[derive(Debug)]
pub struct Snapshot {
    connection: PgConnection,
    filter: Filter,
    #[expect(dead_code, reason = "held, and given back when the export ends")]
    place: OwnedSemaphorePermit,
}

/// All that is kept of a drawing.
#[derive(Debug, Clone)]
pub struct ExportedPrediction {
    /// What it was taken for, and its label.
    pub prediction: Prediction,
    /// What the network saw.
    pub bitmap: Bitmap,
    /// What was sent, where that was asked for.
    pub input: Option<Vec<u8>>,
}

/// A snapshot that is being read. When this is dropped, the reading ends.
#[derive(Debug)]
pub struct Portions {
    first: Option<Vec<ExportedPrediction>>,
    rest: mpsc::Receiver<Portion>,
}

type Portion = Result<Vec<ExportedPrediction>, ExportError>;

/// Why there is no export, or no more of it.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database gave no answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// As many exports are under way as may be.
    #[error("{AT_A_TIME} exports are under way already")]
    Crowded,
    /// Its place went to others.
    #[error("its client read nothing for {PATIENCE:?}, or not all within {LONGEST:?}")]
    Unread,
}

impl Store {
    /// Begins an export.
    ///
    /// # Errors
    /// When the database is unavailable, or as many exports are under way as may be.
    pub async fn snapshot(&self, filter: Filter) -> Result<Snapshot, ExportError> {
        let place = self.exports.clone().try_acquire_owned().map_err(|_| ExportError::Crowded)?;
        // A statement that takes as long as its client reads is not slow, and the log is not to say so.
        let database = self.database.clone().disable_statement_logging();
        let mut connection = in_time(database.connect()).await?;
        let begin = sqlx::query("begin isolation level repeatable read read only");
        in_time(begin.execute(&mut connection)).await?;
        Ok(Snapshot { connection, filter, place })
    }
}

impl Snapshot {
    /// How many there are.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn count(&mut self) -> Result<usize, ExportError> {
        let query = query_filtered!(
            query_scalar!(
                r#"select count(*) as "count!" from filter_predictions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"#
            ),
            &self.filter,
            None
        );
        let count = query.fetch_one(&mut self.connection).await.map_err(StoreError::from)?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// Begins to read them, newest first, and waits until there is something to tell.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn read(self, with_input: bool) -> Result<Portions, ExportError> {
        let (sender, mut rest) = mpsc::channel(1);
        tokio::spawn(async move {
            let reading = async {
                let handed_on = timeout(LONGEST, self.hand_on(with_input, &sender)).await;
                if let Err(error) = handed_on.unwrap_or(Err(ExportError::Unread)) {
                    let _ = sender.send(Err(error)).await;
                }
            };
            tokio::select! {
                () = reading => {}
                () = sender.closed() => {} // the client has gone
            }
        });
        let first = Some(next(&mut rest).await?);
        Ok(Portions { first, rest })
    }

    /// Hands on all rows, and an empty portion at last, so that who gets all of them knows.
    async fn hand_on(mut self, with_input: bool, client: &mpsc::Sender<Portion>) -> Result<(), ExportError> {
        let query = query_filtered!(
            query!(
                r#"select p.id, p.created_at, prediction, p.confidence, probabilities, verdict, reason, p.model, p.source,
                   input_kind, latency_ms, wanted.true_label, bitmap, case when $11 then input end as input
               from filter_predictions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) wanted
               join predictions p using (id)
               order by p.id desc"#
            ),
            &self.filter,
            None,
            with_input
        );
        let mut rows = query.fetch(&mut self.connection);
        let (mut portion, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
            bytes += ROW_BYTES + row.input.as_ref().map_or(0, Vec::len);
            let told = Row {
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
            let odd = || StoreError::Defect(format!("prediction {} has an odd bitmap", row.id));
            let bitmap = Bitmap::from_levels(&row.bitmap).ok_or_else(odd)?;
            portion.push(ExportedPrediction { prediction: told.try_into()?, bitmap, input: row.input });
            if bytes >= PORTION_BYTES {
                send(client, mem::take(&mut portion)).await?;
                bytes = 0;
            }
        }
        if !portion.is_empty() {
            send(client, portion).await?;
        }
        send(client, Vec::new()).await
    }
}

async fn send(client: &mpsc::Sender<Portion>, portion: Vec<ExportedPrediction>) -> Result<(), ExportError> {
    client.send_timeout(Ok(portion), PATIENCE).await.map_err(|_| ExportError::Unread)
}

impl Portions {
    /// Some more, newest first; none once all were told.
    ///
    /// # Errors
    /// When the database goes, or the client has kept what came before waiting for too long.
    pub async fn next(&mut self) -> Result<Vec<ExportedPrediction>, ExportError> {
        match self.first.take() {
            Some(first) => Ok(first),
            None => next(&mut self.rest).await,
        }
    }
}

async fn next(portions: &mut mpsc::Receiver<Portion>) -> Portion {
    let ended = || Err(StoreError::Defect("an export has ended by itself".to_owned()).into());
    portions.recv().await.unwrap_or_else(ended)
}
