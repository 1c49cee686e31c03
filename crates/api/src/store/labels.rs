//! The table `labels`: appended to, never changed.

use super::{Store, StoreError, in_time};
use digit::{TrueLabel, wire::Prediction};
use uuid::Uuid;

impl Store {
    /// Says what the drawing of a prediction really is, and returns the prediction with that label; `None` if there is
    /// no such prediction.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn label(&self, id: Uuid, true_label: TrueLabel) -> Result<Option<Prediction>, StoreError> {
        let query = sqlx::query!(
            "insert into labels (prediction_id, true_label) select id, $2 from predictions where id = $1",
            id,
            true_label.to_string(),
        );
        in_time(query.execute(&self.pool)).await?;
        self.prediction(id).await
    }
}
