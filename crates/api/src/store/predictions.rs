//! The table `predictions`: inserts, deletes and reads of single rows.

use super::{
    Store, StoreError,
    audit_log::{Action, audit},
    gallery::GalleryState,
    in_time,
    writer::Table,
    writer_metrics::Written,
};
use crate::{
    idempotency::Claim,
    identity::{Actor, Drawer, Owner, Reach, VisitorId},
    metadata::Stripped,
};
use digit::Reason;
use digit::{Bitmap, Digit};
use serde::de::{DeserializeOwned, IntoDeserializer, value::StrDeserializer};
use sqlx::{PgPool, error::DatabaseError};
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;
use wire::{Answer, DeletionToken, InputKind, Prediction, Source, Verdict};

/// A prediction to insert.
#[derive(Debug)]
pub(crate) struct NewPrediction {
    /// A `UUIDv7`.
    pub(super) id: Uuid,
    /// The model's answer.
    answer: Answer,
    /// The preprocessed drawing.
    bitmap: Bitmap,
    /// The client's input, without metadata.
    pub(super) input: Stripped,
    /// Whether the canvas, an upload or an API client sent it.
    source: Source,
    /// The latency of the model request.
    took: Duration,
    /// The token that a client needs to delete the prediction.
    pub(super) deletion_token: DeletionToken,
    /// The idempotency key of the request and the hash of its content.
    pub(super) claim: Option<Claim>,
    /// The drawer.
    drawer: Drawer,
    /// The state in the public gallery; `None` if the drawing is not for it.
    gallery: Option<GalleryState>,
}

impl NewPrediction {
    /// Returns a prediction with a new id, made now.
    pub(crate) fn new(answer: Answer, bitmap: Bitmap, took: Duration, input: Stripped, source: Source) -> Self {
        Self {
            id: Uuid::now_v7(),
            answer,
            bitmap,
            input,
            source,
            took,
            deletion_token: DeletionToken::random(),
            claim: None,
            drawer: Drawer::default(),
            gallery: None,
        }
    }

    /// Adds the drawer.
    pub(crate) fn drawn_by(self, drawer: Drawer) -> Self {
        Self { drawer, ..self }
    }

    /// Adds the state in the public gallery.
    pub(crate) fn in_gallery(self, gallery: Option<GalleryState>) -> Self {
        Self { gallery, ..self }
    }

    /// Adds the claim to an idempotency key. The key also determines the deletion token.
    pub(crate) fn claimed(self, claim: Option<Claim>) -> Self {
        let deletion_token = claim.as_ref().map_or(self.deletion_token, |claim| claim.deletion_token);
        Self { deletion_token, claim, ..self }
    }

    /// Returns the time in the id, in milliseconds: `id` and `created_at` always name the same day.
    fn created_at(&self) -> OffsetDateTime {
        time_of(self.id).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// The time in a `UUIDv7`, in milliseconds; `None` for other ids.
pub(crate) fn time_of(id: Uuid) -> Option<OffsetDateTime> {
    let (seconds, nanos) = id.get_timestamp().filter(|_| id.get_version_num() == 7)?.to_unix();
    let since_epoch = time::Duration::new(i64::try_from(seconds).ok()?, i32::try_from(nanos).ok()?);
    OffsetDateTime::UNIX_EPOCH.checked_add(since_epoch)
}

/// The result of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// The prediction and its labels are deleted.
    Done,
    /// The deletion token belongs to another prediction, or to none.
    NotYours,
    /// There is no such prediction.
    Unknown,
}

/// The columns of a query for a prediction and the label that counts.
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) created_at: OffsetDateTime,
    pub(super) prediction: i16,
    pub(super) confidence: f32,
    pub(super) probabilities: Vec<f32>,
    pub(super) verdict: String,
    pub(super) reason: Option<String>,
    pub(super) model: String,
    pub(super) source: String,
    pub(super) input_kind: String,
    pub(super) latency_ms: Option<f32>,
    pub(super) true_label: Option<String>,
}

impl Store {
    /// Inserts a prediction and returns its id and deletion token; `None` if another request holds its idempotency key.
    ///
    /// # Errors
    /// When the database is unavailable or the write queue is full.
    pub(crate) async fn record(&self, new: NewPrediction) -> Result<Option<(Uuid, DeletionToken)>, StoreError> {
        let (id, deletion_token) = (new.id, new.deletion_token);
        Ok(match self.writer.write(new).await? {
            Written::Inserted => Some((id, deletion_token)),
            Written::KeyTaken => None,
        })
    }

    /// Deletes a prediction with all its labels, if the deletion token belongs to it.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn delete(&self, id: Uuid, deletion_token: DeletionToken) -> Result<Deletion, StoreError> {
        let query = sqlx::query_scalar!(
            r#"with mine as (delete from predictions where id = $1 and deletion_token_hash = sha256($2) returning id)
               select exists (select from mine) as "deleted!" from predictions where id = $1"#,
            id,
            deletion_token.as_bytes(),
        );
        Ok(match in_time(query.fetch_optional(&self.pool)).await? {
            Some(true) => Deletion::Done,
            Some(false) => Deletion::NotYours,
            None => Deletion::Unknown,
        })
    }

    /// Deletes a prediction with all its labels, if the caller may delete it. The audit log records what an operator deletes.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn delete_within(&self, by: &Actor, reach: Reach, id: Uuid) -> Result<Deletion, StoreError> {
        match reach {
            Reach::All => self.delete_as_operator(by, id).await,
            Reach::Own(owner) if owner.is_known() => self.delete_own(id, owner).await,
            Reach::Own(_) => Ok(Deletion::NotYours),
        }
    }

    /// Deletes a prediction with all its labels, if this owner drew it.
    async fn delete_own(&self, id: Uuid, owner: Owner) -> Result<Deletion, StoreError> {
        let query = sqlx::query!(
            "delete from predictions where id = $1
                 and visitor_id in (select $2::uuid union select id from visitors where user_id = $3)",
            id,
            owner.visitor.map(VisitorId::uuid),
            owner.user,
        );
        let deleted = in_time(query.execute(&self.pool)).await?.rows_affected();
        Ok(if deleted > 0 { Deletion::Done } else { Deletion::Unknown })
    }

    /// Deletes all predictions of an owner, with their labels, in portions that each take less than a statement may. It
    /// records each portion of a person or a program. Then it removes the link from other labels to the owner's visitors.
    ///
    /// # Errors
    /// When the database is unavailable. Some portions may be deleted then.
    pub(crate) async fn delete_all_of(&self, by: &Actor, owner: Owner) -> Result<(), StoreError> {
        while in_time(self.delete_portion_of(by, owner)).await? > 0 {}
        let query = sqlx::query!(
            "select forget_visitors(array(select $1::uuid union select id from visitors where user_id = $2))",
            owner.visitor.map(VisitorId::uuid),
            owner.user,
        );
        in_time(query.execute(&self.pool)).await?;
        Ok(())
    }

    async fn delete_portion_of(&self, by: &Actor, owner: Owner) -> sqlx::Result<u64> {
        let mut transaction = self.pool.begin().await?;
        let query = sqlx::query!(
            "delete from predictions where id in (
                 select id from predictions
                 where visitor_id in (select $1::uuid union select id from visitors where user_id = $2) limit 500)",
            owner.visitor.map(VisitorId::uuid),
            owner.user,
        );
        let deleted = query.execute(&mut *transaction).await?.rows_affected();
        // The log does not hold the addresses of visitors who draw.
        if deleted > 0 && by.name.is_some() {
            audit(&mut transaction, by, Action::DeleteOwnDrawings, &deleted.to_string(), None).await?;
        }
        transaction.commit().await?;
        Ok(deleted)
    }

    /// Deletes any prediction with all its labels, and records who did so.
    async fn delete_as_operator(&self, by: &Actor, id: Uuid) -> Result<Deletion, StoreError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            let query = sqlx::query!("delete from predictions where id = $1", id);
            if query.execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(Deletion::Unknown);
            }
            audit(&mut transaction, by, Action::DeleteDrawing, &id.to_string(), None).await?;
            transaction.commit().await?;
            Ok(Deletion::Done)
        };
        in_time(work).await
    }

    /// Returns whether an owner drew the prediction with this id.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn owns(&self, owner: Owner, id: Uuid) -> Result<bool, StoreError> {
        let query = sqlx::query_scalar!(
            r#"select exists (select from predictions where id = $1 and visitor_id in
                   (select $2::uuid union select id from visitors where user_id = $3)) as "owns!""#,
            id,
            owner.visitor.map(VisitorId::uuid),
            owner.user,
        );
        in_time(query.fetch_one(&self.pool)).await
    }

    /// Returns the prediction with this id, and the label that counts.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn prediction(&self, id: Uuid) -> Result<Option<Prediction>, StoreError> {
        let query = sqlx::query_as!(
            Row,
            r#"select id as "id!", created_at as "created_at!", prediction as "prediction!",
                   confidence as "confidence!", probabilities as "probabilities!", verdict as "verdict!",
                   reason, model as "model!", source as "source!", input_kind as "input_kind!", latency_ms, true_label
               from labelled_predictions where id = $1"#,
            id,
        );
        in_time(query.fetch_optional(&self.pool)).await?.map(Prediction::try_from).transpose()
    }

    /// Returns the bitmap of the prediction with this id.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn bitmap(&self, id: Uuid) -> Result<Option<Bitmap>, StoreError> {
        let query = sqlx::query_scalar!("select bitmap from predictions where id = $1", id);
        let levels = in_time(query.fetch_optional(&self.pool)).await?;
        Ok(levels.as_deref().and_then(Bitmap::from_levels))
    }
}

impl Table for PgPool {
    async fn insert(&self, new: &[NewPrediction]) -> Result<Vec<Uuid>, StoreError> {
        let work = async {
            match insert(self, new).await {
                Err(error) if lacks_visitor(&error) => insert(self, new).await,
                result => result,
            }
        };
        in_time(work).await
    }
}

/// Whether a visitor, who owned nothing, was deleted after the statement had found the visitor's row.
fn lacks_visitor(error: &sqlx::Error) -> bool {
    let constraint = error.as_database_error().and_then(DatabaseError::constraint);
    constraint == Some("predictions_visitor_id_fkey")
}

/// The statement that inserts all rows, with further parts before the rows. It takes an array for each column; the array of
/// probabilities has ten for each row.
macro_rules! insert_with {
    ($parts:literal, $new:expr $(, $more:expr)*) => {{
        let new: &[NewPrediction] = $new;
        let probabilities: Vec<f32> = new.iter().flat_map(|new| new.answer.probabilities).collect();
        sqlx::query_scalar!(
            "with claimed as (
                 insert into idempotency_keys (key_hash, request_hash, prediction_id)
                 select key_hash, request_hash, id
                 from unnest($1::uuid[], $15::bytea[], $16::bytea[]) as new (id, key_hash, request_hash)
                 where key_hash is not null
                 order by key_hash
                 on conflict (key_hash) do nothing
                 returning prediction_id
             )"
            + $parts
            + "insert into predictions
                 (id, prediction, confidence, probabilities, verdict, reason, model, bitmap, input, input_kind, source,
                     latency_ms, deletion_token_hash, created_at, visitor_id, may_train, is_from_operator)
             select id, prediction, confidence, ($4::real[])[position * 10 - 9 : position * 10], verdict, reason, model,
                 bitmap, input, input_kind, source, latency_ms, sha256(deletion_token), created_at,
                 visitor_id, may_train, is_from_operator
             from unnest($1::uuid[], $2::smallint[], $3::real[], $5::text[], $6::text[], $7::text[], $8::bytea[],
                 $9::bytea[], $10::text[], $11::text[], $12::real[], $13::bytea[], $14::timestamptz[], $15::bytea[],
                 $17::uuid[], $18::boolean[], $19::boolean[])
                 with ordinality as new
                 (id, prediction, confidence, verdict, reason, model, bitmap, input, input_kind, source, latency_ms,
                     deletion_token, created_at, key_hash, visitor_id, may_train, is_from_operator, position)
             where key_hash is null or id in (select prediction_id from claimed)
             returning id",
            &column(new, |new| new.id),
            &column(new, |new| i16::from(new.answer.prediction.value())),
            &column(new, |new| new.answer.confidence),
            &probabilities,
            &column(new, |new| new.answer.verdict.name()) as &[&str],
            &column(new, |new| new.answer.reason.map(Reason::name)) as &[Option<&str>],
            &column(new, |new| new.answer.model.as_str()) as &[&str],
            &column(new, |new| new.bitmap.levels().as_slice()) as &[&[u8]],
            &column(new, |new| new.input.input().bytes().as_ref()) as &[&[u8]],
            &column(new, |new| new.input.input().kind().name()) as &[&str],
            &column(new, |new| new.source.name()) as &[&str],
            &column(new, |new| new.took.as_secs_f32() * 1e3),
            &column(new, |new| new.deletion_token.as_bytes().as_slice()) as &[&[u8]],
            &column(new, NewPrediction::created_at),
            &column(new, |new| new.claim.as_ref().map(|claim| claim.key_hash.as_slice())) as &[Option<&[u8]>],
            &column(new, |new| new.claim.as_ref().map(|claim| claim.request_hash.as_slice())) as &[Option<&[u8]>],
            &column(new, |new| new.drawer.visitor.map(VisitorId::uuid)) as &[Option<Uuid>],
            &column(new, |new| new.drawer.may_train) as &[Option<bool>],
            &column(new, |new| new.drawer.is_operator),
            $($more,)*
        )
    }};
}

/// Inserts all rows with one statement. It inserts keys and visitors in sorted order, so two statements never deadlock. Without
/// visitors and a gallery, a shorter statement saves a tenth of the time.
async fn insert(pool: &PgPool, new: &[NewPrediction]) -> sqlx::Result<Vec<Uuid>> {
    if new.iter().all(|new| new.drawer.visitor.is_none() && new.gallery.is_none()) {
        return insert_with!(" ", new).fetch_all(pool).await;
    }
    let query = insert_with!(
        ", arrived as (
             insert into visitors (id) select distinct visitor_id from unnest($17::uuid[]) as new (visitor_id)
             where visitor_id is not null order by visitor_id
             on conflict (id) do nothing
         ), in_gallery as (
             insert into gallery_drawings (prediction_id, state)
             select id, state from unnest($1::uuid[], $15::bytea[], $20::text[]) as new (id, key_hash, state)
             where state is not null and (key_hash is null or id in (select prediction_id from claimed))
         )
         ",
        new,
        &column(new, |new| new.gallery.map(GalleryState::name)) as &[Option<&str>]
    );
    query.fetch_all(pool).await
}

/// Returns the values of one column.
pub(super) fn column<'a, R, T>(rows: &'a [R], value: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

impl TryFrom<Row> for Prediction {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id = row.id;
        let invalid = |column: &str| StoreError::Defect(format!("prediction {id} has an invalid {column}"));
        Ok(Self {
            id,
            created_at: row.created_at,
            prediction: Digit::try_from(i64::from(row.prediction)).map_err(|_| invalid("prediction"))?,
            confidence: row.confidence,
            probabilities: row.probabilities.try_into().map_err(|_| invalid("probabilities"))?,
            verdict: named::<Verdict>(&row.verdict).ok_or_else(|| invalid("verdict"))?,
            reason: row.reason.map(|reason| named::<Reason>(&reason).ok_or_else(|| invalid("reason"))).transpose()?,
            model: row.model,
            source: named::<Source>(&row.source).ok_or_else(|| invalid("source"))?,
            input_kind: named::<InputKind>(&row.input_kind).ok_or_else(|| invalid("input_kind"))?,
            latency_ms: row.latency_ms,
            true_label: row.true_label.map(|label| label.parse().map_err(|_| invalid("true_label"))).transpose()?,
        })
    }
}

/// Returns the variant with this name. JSON and the columns use the same names.
pub(super) fn named<T: DeserializeOwned>(name: &str) -> Option<T> {
    let name: StrDeserializer<serde::de::value::Error> = name.into_deserializer();
    T::deserialize(name).ok()
}
