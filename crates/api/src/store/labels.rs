//! The table `labels`, which is append-only.

use super::{Store, StoreError, in_time, predictions::Row};
use crate::visitor::VisitorId;
use digit::TrueLabel;
use uuid::Uuid;
use wire::Prediction;

/// The labeller, and how that person came to the drawing. PostgreSQL stores the origin `own` in place of this one if the
/// labeller drew the drawing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Labeller {
    pub(crate) visitor: Option<VisitorId>,
    pub(crate) origin: LabelOrigin,
}

/// How a person came to a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LabelOrigin {
    /// From the labelling queue.
    Queue,
    /// A program sent the label.
    Api,
    /// The person looked at the drawing on a page.
    Open,
}

impl LabelOrigin {
    const fn name(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Api => "api",
            Self::Open => "open",
        }
    }
}

impl Store {
    /// Adds a label to a prediction, or withdraws its label with `None`, and returns the prediction with its new label;
    /// `None` if there is no such prediction.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn label(
        &self,
        id: Uuid,
        true_label: Option<TrueLabel>,
        labeller: Labeller,
    ) -> Result<Option<Prediction>, StoreError> {
        let query = sqlx::query_as!(
            Row,
            r#"with arrived as (
                   insert into visitors (id) select $3 from predictions where id = $1 and $3::uuid is not null
                   on conflict (id) do nothing
               ), added as (
                   insert into labels (prediction_id, true_label, labeller, origin)
                   select id, $2, $3, case when visitor_id = $3 then 'own' else $4 end from predictions where id = $1
                   returning prediction_id, true_label
               )
               select id, p.created_at, prediction, confidence, probabilities, verdict, reason, model, source,
                   input_kind, latency_ms, added.true_label as "true_label?"
               from predictions p join added on prediction_id = id"#,
            id,
            true_label.map(|label| label.to_string()),
            labeller.visitor.map(VisitorId::uuid),
            labeller.origin.name(),
        );
        in_time(query.fetch_optional(&self.pool)).await?.map(Prediction::try_from).transpose()
    }
}
