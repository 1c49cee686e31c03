//! Imports of predictions with their ids, times and labels.

use super::{
    Store, StoreError,
    audit_log::{Action, audit},
    in_time,
    predictions::column,
};
use crate::{identity::Actor, metadata::Stripped};
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
    /// The SHA-256 of the deletion token.
    pub(crate) deletion_token_hash: Option<[u8; 32]>,
    /// All labels, the earliest first.
    pub(crate) labels: Vec<RecordedLabel>,
}

impl Store {
    /// Records the start of an import.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn record_import(&self, by: &Actor, file: &str) -> Result<(), StoreError> {
        in_time(async { audit(&mut *self.pool.acquire().await?, by, Action::Import, file, None).await }).await
    }

    /// Inserts all of these predictions that are not there yet, with their labels, in one transaction, and returns their
    /// number.
    ///
    /// # Errors
    /// When the database is unavailable. Nothing is inserted then.
    pub(crate) async fn import(&self, predictions: &[ImportedPrediction]) -> Result<usize, StoreError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query!("set local statement_timeout = 0").execute(&mut *transaction).await?;
        insert_visitors(&mut transaction, predictions).await?;
        let inserted = insert_predictions(&mut transaction, predictions).await?;
        let count = inserted.len();
        let mut new: HashSet<Uuid> = inserted.into_iter().collect();
        let labels: Vec<(Uuid, &RecordedLabel)> = predictions
            .iter()
            .filter(|imported| new.remove(&imported.prediction.id))
            .flat_map(|imported| imported.labels.iter().map(|label| (imported.prediction.id, label)))
            .collect();
        insert_people(&mut transaction, &labels).await?;
        insert_labels(&mut transaction, &labels).await?;
        transaction.commit().await?;
        Ok(count)
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
                 source, latency_ms, deletion_token_hash, visitor_id, may_train)
         select id, created_at, prediction, confidence, ($5::real[])[position * 10 - 9 : position * 10], verdict, reason,
             model, bitmap, input, input_kind, source, latency_ms, deletion_token_hash, visitor_id, may_train
         from unnest($1::uuid[], $2::timestamptz[], $3::smallint[], $4::real[], $6::text[], $7::text[], $8::text[],
             $9::bytea[], $10::bytea[], $11::text[], $12::text[], $13::real[], $14::bytea[], $15::uuid[],
             $16::boolean[])
             with ordinality as new
             (id, created_at, prediction, confidence, verdict, reason, model, bitmap, input, input_kind, source,
                 latency_ms, deletion_token_hash, visitor_id, may_train, position)
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
    );
    query.fetch_all(transaction).await
}

/// Inserts an account for each unknown person who labelled, so that each still has one vote. Nobody can log in with it.
async fn insert_people(transaction: &mut PgConnection, labels: &[(Uuid, &RecordedLabel)]) -> sqlx::Result<()> {
    let people: Vec<Uuid> = labels.iter().filter_map(|(_, label)| label.user_id).collect();
    let query = sqlx::query!(
        "insert into users (id, name, role, is_disabled)
         select distinct id, 'imported ' || id, 'labeller', true from unnest($1::uuid[]) as new (id) order by id
         on conflict (id) do nothing",
        &people,
    );
    query.execute(transaction).await.map(drop)
}

/// Inserts labels in their order, in which PostgreSQL numbers them.
async fn insert_labels(transaction: &mut PgConnection, labels: &[(Uuid, &RecordedLabel)]) -> sqlx::Result<()> {
    let query = sqlx::query!(
        "insert into labels (prediction_id, true_label, created_at, origin, labeller, user_id, role)
         select prediction_id, true_label, created_at, origin, labeller, user_id, role
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
    );
    query.execute(transaction).await.map(drop)
}
