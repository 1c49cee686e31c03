//! The table `predictions`: written once, read as rows, pages and bitmaps.

use super::{Store, StoreError, in_time};
use digit::{
    Bitmap, Digit,
    wire::{Answer, Input, InputKind, Page, Prediction, Reason, Source, Verdict},
};
use serde::de::{DeserializeOwned, IntoDeserializer, value::StrDeserializer};
use time::OffsetDateTime;
use uuid::Uuid;

/// A prediction to keep.
#[derive(Debug)]
pub(crate) struct NewPrediction<'a> {
    /// What the model said.
    pub(crate) answer: &'a Answer,
    /// What the network saw.
    pub(crate) bitmap: &'a Bitmap,
    /// What was sent.
    pub(crate) input: &'a Input,
    /// From where.
    pub(crate) source: Source,
}

/// A prediction with its label, as the database tells it.
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
    pub(super) true_label: Option<String>,
}

impl Store {
    /// Keeps a prediction and returns its id.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) async fn record(&self, new: NewPrediction<'_>) -> Result<Uuid, StoreError> {
        let id = Uuid::now_v7();
        let NewPrediction { answer, bitmap, input, source } = new;
        let query = sqlx::query!(
            "insert into predictions
                 (id, prediction, confidence, probabilities, verdict, reason, model, bitmap, input, input_kind, source)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            id,
            i16::from(answer.prediction.value()),
            answer.confidence,
            &answer.probabilities,
            answer.verdict.name(),
            answer.reason.map(Reason::name),
            answer.model,
            bitmap.levels(),
            input.bytes().as_ref(),
            input.kind().name(),
            source.name(),
        );
        in_time(query.execute(&self.pool)).await?;
        Ok(id)
    }

    /// The prediction with this id and the last label given to it.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn prediction(&self, id: Uuid) -> Result<Option<Prediction>, StoreError> {
        let query = sqlx::query_as!(
            Row,
            r#"select id as "id!", created_at as "created_at!", prediction as "prediction!",
                   confidence as "confidence!", probabilities as "probabilities!", verdict as "verdict!",
                   reason, model as "model!", source as "source!", input_kind as "input_kind!", true_label
               from labelled_predictions where id = $1"#,
            id,
        );
        in_time(query.fetch_optional(&self.pool)).await?.map(Prediction::try_from).transpose()
    }

    /// At most `limit` predictions, newest first, all older than the one with the id `before`.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn page(&self, limit: u8, before: Option<Uuid>) -> Result<Page, StoreError> {
        let query = sqlx::query_as!(
            Row,
            r#"select id as "id!", created_at as "created_at!", prediction as "prediction!",
                   confidence as "confidence!", probabilities as "probabilities!", verdict as "verdict!",
                   reason, model as "model!", source as "source!", input_kind as "input_kind!", true_label
               from labelled_predictions where id < $1 order by id desc limit $2"#,
            before.unwrap_or(Uuid::max()),
            i64::from(limit) + 1, // one more tells whether there is a next page
        );
        let rows = in_time(query.fetch_all(&self.pool)).await?;
        let mut predictions = rows.into_iter().map(Prediction::try_from).collect::<Result<Vec<_>, _>>()?;
        let more = predictions.len() > usize::from(limit);
        predictions.truncate(usize::from(limit));
        let next = predictions.last().filter(|_| more).map(|last| last.id);
        Ok(Page { predictions, next })
    }

    /// What the network saw of the prediction with this id.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn bitmap(&self, id: Uuid) -> Result<Option<Bitmap>, StoreError> {
        let query = sqlx::query_scalar!("select bitmap from predictions where id = $1", id);
        let levels = in_time(query.fetch_optional(&self.pool)).await?;
        Ok(levels.as_deref().and_then(Bitmap::from_levels))
    }
}

impl TryFrom<Row> for Prediction {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id = row.id;
        let odd = |column: &str| StoreError::Defect(format!("prediction {id} has an odd {column}"));
        Ok(Self {
            id,
            created_at: row.created_at,
            prediction: Digit::try_from(i64::from(row.prediction)).map_err(|_| odd("prediction"))?,
            confidence: row.confidence,
            probabilities: row.probabilities.try_into().map_err(|_| odd("probabilities"))?,
            verdict: named::<Verdict>(&row.verdict).ok_or_else(|| odd("verdict"))?,
            reason: row.reason.map(|reason| named::<Reason>(&reason).ok_or_else(|| odd("reason"))).transpose()?,
            model: row.model,
            source: named::<Source>(&row.source).ok_or_else(|| odd("source"))?,
            input_kind: named::<InputKind>(&row.input_kind).ok_or_else(|| odd("input_kind"))?,
            true_label: row.true_label.map(|label| label.parse().map_err(|_| odd("true_label"))).transpose()?,
        })
    }
}

/// The variant that a column names, as JSON names it.
fn named<T: DeserializeOwned>(name: &str) -> Option<T> {
    let name: StrDeserializer<serde::de::value::Error> = name.into_deserializer();
    T::deserialize(name).ok()
}
