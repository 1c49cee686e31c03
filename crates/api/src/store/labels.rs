//! The table `labels`, which is append-only.

use super::{Store, StoreError, in_time, predictions::Row};
use digit::TrueLabel;
use uuid::Uuid;
use wire::Prediction;

impl Store {
    /// Adds a label to a prediction, or withdraws its label with `None`, and returns the prediction with its new label;
    /// `None` if there is no such prediction.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn label(&self, id: Uuid, true_label: Option<TrueLabel>) -> Result<Option<Prediction>, StoreError> {
        let query = sqlx::query_as!(
            Row,
            r#"with added as (
                   insert into labels (prediction_id, true_label) select id, $2 from predictions where id = $1
                   returning prediction_id, true_label
               )
               select id, p.created_at, prediction, confidence, probabilities, verdict, reason, model, source,
                   input_kind, latency_ms, added.true_label as "true_label?"
               from predictions p join added on prediction_id = id"#,
            id,
            true_label.map(|label| label.to_string()),
        );
        in_time(query.fetch_optional(&self.pool)).await?.map(Prediction::try_from).transpose()
    }
}
