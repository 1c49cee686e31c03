//! The table `idempotency_keys`: the submission of each key. The writer inserts its rows together with the predictions.

use super::{Store, StoreError, in_time, predictions::named};
use digit::Reason;
use digit::{Bitmap, Digit};
use uuid::Uuid;
use wire::{Answer, Verdict};

/// The request that holds a key.
#[derive(Debug)]
pub(crate) struct KeyHolder {
    /// SHA-256 of its submission.
    pub(crate) request_hash: Vec<u8>,
    /// The prediction's id, and its answer with the bitmap; `None` if the prediction has been deleted.
    pub(crate) recorded: Option<(Uuid, Answer)>,
}

impl Store {
    /// The request that holds the key with this SHA-256; `None` if the key is free.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn key_holder(&self, key_hash: &[u8; 32]) -> Result<Option<KeyHolder>, StoreError> {
        let query = sqlx::query!(
            r#"select request_hash, p.id as "id?", prediction as "prediction?", confidence as "confidence?",
                   probabilities as "probabilities?", verdict as "verdict?", reason, model as "model?",
                   bitmap as "bitmap?"
               from idempotency_keys k left join predictions p on p.id = k.prediction_id
               where key_hash = $1"#,
            key_hash.as_slice(),
        );
        let Some(row) = in_time(query.fetch_optional(&self.pool)).await? else { return Ok(None) };
        let Some(id) = row.id else { return Ok(Some(KeyHolder { request_hash: row.request_hash, recorded: None })) };
        let answer = || {
            let reason = row.reason.map(|reason| named::<Reason>(&reason).ok_or(())).transpose().ok()?;
            Some(Answer {
                prediction: Digit::try_from(i64::from(row.prediction?)).ok()?,
                confidence: row.confidence?,
                probabilities: row.probabilities?.try_into().ok()?,
                verdict: named::<Verdict>(&row.verdict?)?,
                reason,
                model: row.model?,
                bitmap: Some(Bitmap::from_levels(&row.bitmap?)?),
            })
        };
        let answer = answer().ok_or_else(|| StoreError::Defect(format!("prediction {id} has an invalid column")))?;
        Ok(Some(KeyHolder { request_hash: row.request_hash, recorded: Some((id, answer)) }))
    }
}
