//! Imports of predictions with their ids, times and labels.

use super::{
    Store, StoreError,
    audit_log::{Action, audit},
    in_time,
    predictions::column,
    stored_inputs::Room,
};
use crate::{ByteSize, identity::Actor, metadata::Stripped};
use digit::{Bitmap, Reason};
use sqlx::PgConnection;
use std::collections::HashSet;
use time::OffsetDateTime;
use uuid::Uuid;
use wire::{LabellerRole, Prediction, RecordedLabel};

/// A prediction to import.
#[derive(Debug)]
pub(crate) struct ImportedPrediction {
    /// The prediction. The labels decide its label.
    pub(crate) prediction: Prediction,
    /// The preprocessed drawing.
    pub(crate) bitmap: Bitmap,
    /// The input, without metadata.
    pub(crate) input: Stripped,
    /// Whether the person who drew allows training.
    pub(crate) may_train: Option<bool>,
    /// The visitor who drew.
    pub(crate) visitor_id: Option<Uuid>,
    /// The name of the person who drew, if the file has it.
    pub(crate) writer: Option<String>,
    /// Whether an operator drew, or brought a drawing of somebody else.
    pub(crate) is_from_operator: bool,
    /// The SHA-256 of the deletion token.
    pub(crate) deletion_token_hash: Option<[u8; 32]>,
    /// Whether the drawing belongs to the random sample; `None` leaves that to chance.
    pub(crate) in_random_sample: Option<bool>,
    /// All labels, the earliest first.
    pub(crate) labels: Vec<RecordedLabel>,
}

/// The people whose labels keep the role of an operator. The labels of others are imported as those of labellers, so that they
/// do not confirm anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TrustedOperators {
    /// As the file says.
    OfTheFile,
    /// The operators in this database.
    OfThisDatabase,
}

/// The rules of an import.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ImportRules {
    pub(crate) operators: TrustedOperators,
    /// The limit of all stored inputs together.
    pub(crate) storage_limit: Option<ByteSize>,
}

/// The entry of an import in the audit log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ImportRecord<'a> {
    pub(crate) by: &'a Actor,
    /// The name of the file.
    pub(crate) file: &'a str,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    /// All stored inputs together would exceed their limit.
    #[error("the inputs of all drawings would exceed STORAGE_LIMIT ({0})")]
    StorageFull(ByteSize),
    /// The database access failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for ImportError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Inserts all of these predictions that are not there yet, with their labels, in one transaction, and returns their
    /// number. If there are any, the transaction also records the import, unless an earlier portion of the file did so.
    ///
    /// # Errors
    /// When the inputs exceed the limit, or when the database is unavailable. Nothing is inserted then.
    pub(crate) async fn import(
        &self,
        predictions: &[ImportedPrediction],
        rules: ImportRules,
        record: Option<ImportRecord<'_>>,
    ) -> Result<usize, ImportError> {
        let room = self.room_for(predictions, rules.storage_limit).await?;
        let mut transaction = self.pool.begin().await?;
        sqlx::query!("set local statement_timeout = 0").execute(&mut *transaction).await?;
        insert_visitors(&mut transaction, predictions).await?;
        let inserted = insert_predictions(&mut transaction, predictions).await?;
        let count = inserted.len();
        let mut new: HashSet<Uuid> = inserted.into_iter().collect();
        set_random_sample(&mut transaction, predictions, &new).await?;
        let labels: Vec<(Uuid, &RecordedLabel)> = predictions
            .iter()
            .filter(|imported| new.remove(&imported.prediction.id))
            .flat_map(|imported| imported.labels.iter().map(|label| (imported.prediction.id, label)))
            .collect();
        insert_people(&mut transaction, &labels).await?;
        insert_labels(&mut transaction, &labels, rules.operators).await?;
        if let Some(ImportRecord { by, file }) = record.filter(|_| count > 0) {
            audit(&mut transaction, by, Action::Import, file, None).await?;
        }
        transaction.commit().await?;
        room.into_iter().for_each(Room::fill);
        Ok(count)
    }

    /// Room for the inputs of those predictions that are not there yet; `None` if all are there.
    async fn room_for(
        &self,
        predictions: &[ImportedPrediction],
        limit: Option<ByteSize>,
    ) -> Result<Option<Room>, ImportError> {
        let ids = column(predictions, |new| new.prediction.id);
        let present = sqlx::query_scalar!("select id from predictions where id = any($1)", &ids);
        let mut known: HashSet<Uuid> = present.fetch_all(&self.pool).await?.into_iter().collect();
        let absent = predictions.iter().filter(|new| known.insert(new.prediction.id));
        let bytes: usize = absent.map(|new| new.input.input().bytes().len()).sum();
        if bytes == 0 {
            return Ok(None);
        }
        // The command has just started, and other processes store, too.
        self.stored_inputs().await?;
        let room = self.reserve(bytes, limit).await?;
        match (room, limit) {
            (None, Some(limit)) => Err(ImportError::StorageFull(limit)),
            (room, _) => Ok(room),
        }
    }

    /// The ids of all drawings of a visitor.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn ids_of_visitor(&self, visitor: Uuid) -> Result<Vec<Uuid>, StoreError> {
        let query = sqlx::query_scalar!("select id from predictions where visitor_id = $1", visitor);
        in_time(query.fetch_all(&self.pool)).await
    }
}

async fn insert_visitors(transaction: &mut PgConnection, predictions: &[ImportedPrediction]) -> sqlx::Result<()> {
    let visitors: Vec<Uuid> = predictions.iter().filter_map(|imported| imported.visitor_id).collect();
    let query = sqlx::query!(
        "insert into visitors (id) select distinct id from unnest($1::uuid[]) as new (id) order by id
         on conflict (id) do nothing",
        &visitors,
    );
    query.execute(transaction).await.map(drop)
}

/// Inserts with one statement, which takes an array for each column. The array of probabilities has ten for each row.
async fn insert_predictions(transaction: &mut PgConnection, new: &[ImportedPrediction]) -> sqlx::Result<Vec<Uuid>> {
    let probabilities: Vec<f32> = new.iter().flat_map(|new| new.prediction.probabilities).collect();
    let query = sqlx::query_scalar!(
        "insert into predictions
             (id, created_at, prediction, confidence, probabilities, verdict, reason, model, bitmap, input, input_kind,
                 source, latency_ms, deletion_token_hash, visitor_id, may_train, writer, is_from_operator)
         select id, created_at, prediction, confidence, ($5::real[])[position * 10 - 9 : position * 10], verdict, reason,
             model, bitmap, input, input_kind, source, latency_ms, deletion_token_hash, visitor_id, may_train, writer,
             is_from_operator
         from unnest($1::uuid[], $2::timestamptz[], $3::smallint[], $4::real[], $6::text[], $7::text[], $8::text[],
             $9::bytea[], $10::bytea[], $11::text[], $12::text[], $13::real[], $14::bytea[], $15::uuid[],
             $16::boolean[], $17::text[], $18::boolean[])
             with ordinality as new
             (id, created_at, prediction, confidence, verdict, reason, model, bitmap, input, input_kind, source,
                 latency_ms, deletion_token_hash, visitor_id, may_train, writer, is_from_operator, position)
         on conflict (id) do nothing
         returning id",
        &column(new, |new| new.prediction.id),
        &column(new, |new| new.prediction.created_at),
        &column(new, |new| i16::from(new.prediction.prediction.value())),
        &column(new, |new| new.prediction.confidence),
        &probabilities,
        &column(new, |new| new.prediction.verdict.name()) as &[&str],
        &column(new, |new| new.prediction.reason.map(Reason::name)) as &[Option<&str>],
        &column(new, |new| new.prediction.model.as_str()) as &[&str],
        &column(new, |new| new.bitmap.levels().as_slice()) as &[&[u8]],
        &column(new, |new| new.input.input().bytes().as_ref()) as &[&[u8]],
        &column(new, |new| new.input.input().kind().name()) as &[&str],
        &column(new, |new| new.prediction.source.name()) as &[&str],
        &column(new, |new| new.prediction.latency_ms) as &[Option<f32>],
        &column(new, |new| new.deletion_token_hash.as_ref().map(<[u8; 32]>::as_slice)) as &[Option<&[u8]>],
        &column(new, |new| new.visitor_id) as &[Option<Uuid>],
        &column(new, |new| new.may_train) as &[Option<bool>],
        &column(new, |new| new.writer.as_deref()) as &[Option<&str>],
        &column(new, |new| new.is_from_operator),
    );
    query.fetch_all(transaction).await
}

/// The trigger of the insert has chosen drawings for the random sample. Those whose line says whether they belong to it follow
/// the line. Labels come later, because they change the counts of the sample.
async fn set_random_sample(
    transaction: &mut PgConnection,
    predictions: &[ImportedPrediction],
    new: &HashSet<Uuid>,
) -> sqlx::Result<()> {
    let ids = |is_member| {
        let chosen = predictions.iter().filter(|imported| imported.in_random_sample == Some(is_member));
        chosen.map(|imported| imported.prediction.id).filter(|id| new.contains(id)).collect::<Vec<Uuid>>()
    };
    let query = sqlx::query!("select import_random_sample($1, $2)", &ids(true), &ids(false));
    query.execute(transaction).await.map(drop)
}

/// Inserts an account for each unknown person who labelled, so that each still has one vote, unless the labels of the person
/// did not count. Nobody can log in with it.
async fn insert_people(transaction: &mut PgConnection, labels: &[(Uuid, &RecordedLabel)]) -> sqlx::Result<()> {
    let (people, counting): (Vec<Uuid>, Vec<bool>) =
        labels.iter().filter_map(|(_, label)| Some((label.user_id?, label.labels_count.unwrap_or(true)))).unzip();
    let query = sqlx::query!(
        "insert into users (id, name, role, is_disabled, labels_count)
         select id, 'imported ' || id, 'labeller', true, bool_and(labels_count)
         from unnest($1::uuid[], $2::boolean[]) as new (id, labels_count) group by id order by id
         on conflict (id) do nothing",
        &people,
        &counting,
    );
    query.execute(transaction).await.map(drop)
}

/// Inserts labels in their order, in which PostgreSQL numbers them.
async fn insert_labels(
    transaction: &mut PgConnection,
    labels: &[(Uuid, &RecordedLabel)],
    operators: TrustedOperators,
) -> sqlx::Result<()> {
    let query = sqlx::query!(
        "insert into labels (prediction_id, true_label, created_at, origin, labeller, user_id, role)
         select prediction_id, true_label, created_at, origin, labeller, user_id,
             case when role = 'operator' and not $8
                 and not exists (select from users u where u.id = new.user_id and u.role = 'operator')
                 then 'labeller' else role end
         from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::uuid[], $6::uuid[], $7::text[])
             with ordinality as new (prediction_id, true_label, created_at, origin, labeller, user_id, role, position)
         order by position",
        &column(labels, |(prediction, _)| *prediction),
        &column(labels, |(_, label)| label.true_label.map(|label| label.to_string())) as &[Option<String>],
        &column(labels, |(_, label)| label.created_at) as &[OffsetDateTime],
        &column(labels, |(_, label)| label.origin.name()) as &[&str],
        &column(labels, |(_, label)| label.labeller) as &[Option<Uuid>],
        &column(labels, |(_, label)| label.user_id) as &[Option<Uuid>],
        &column(labels, |(_, label)| label.role.map(LabellerRole::name)) as &[Option<&str>],
        operators == TrustedOperators::OfTheFile,
    );
    query.execute(transaction).await.map(drop)
}
