//! One model of the registry: its events, its files, and its comparison with the model that served.

use super::{Store, StoreError, in_time, models::invalid, predictions::named};
use digit::ModelVersion;
use std::collections::HashSet;
use time::OffsetDateTime;
use uuid::Uuid;
use wire::{Comparison, MistakeList, MistakenSample, ModelState};

/// A model of the registry.
#[derive(Debug)]
pub(crate) struct ModelDetails {
    /// The content of `card.json`; `None` before the end of training.
    pub(crate) card: Option<String>,
    /// The content of `evaluation.json`.
    pub(crate) evaluation: Option<String>,
    pub(crate) comparison: Option<Comparison>,
    /// The drawings of the comparison that nobody has deleted.
    pub(crate) compared_drawings: HashSet<Uuid>,
    /// The number of collected drawings in the manifest of its training examples.
    pub(crate) examples: u64,
    /// The number of these that were deleted since.
    pub(crate) deleted_examples: u64,
    /// The changes of its state, newest first.
    pub(crate) events: Vec<ModelEvent>,
}

/// A change of the state of a model.
#[derive(Debug)]
pub(crate) struct ModelEvent {
    pub(crate) state: ModelState,
    pub(crate) at: OffsetDateTime,
    pub(crate) actor: String,
    pub(crate) reason: Option<String>,
}

impl Store {
    /// A model of the registry; `None` if the registry does not have it.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn model_details(&self, version: &ModelVersion) -> Result<Option<ModelDetails>, StoreError> {
        let query = sqlx::query!(
            r#"select card::text, evaluation::text, comparison,
                   (select count(*) from training_manifest_entries e where e.version = m.version) as "examples!",
                   (select count(*) from training_manifest_entries e where e.version = m.version
                       and not exists (select from predictions p where p.id = e.prediction_id)) as "deleted!"
               from models m where version = $1"#,
            version.as_str()
        );
        let Some(row) = in_time(query.fetch_optional(&self.pool)).await? else { return Ok(None) };
        let comparison: Option<Comparison> =
            row.comparison.map(serde_json::from_value).transpose().map_err(|_| invalid(version))?;
        Ok(Some(ModelDetails {
            card: row.card,
            evaluation: row.evaluation,
            compared_drawings: self.existing(&comparison.as_ref().map(drawings).unwrap_or_default()).await?,
            comparison,
            examples: row.examples.unsigned_abs(),
            deleted_examples: row.deleted.unsigned_abs(),
            events: self.model_events(version).await?,
        }))
    }

    async fn model_events(&self, version: &ModelVersion) -> Result<Vec<ModelEvent>, StoreError> {
        let query = sqlx::query!(
            "select state, created_at, actor, reason from model_events where version = $1 order by id desc",
            version.as_str()
        );
        let rows = in_time(query.fetch_all(&self.pool)).await?.into_iter();
        rows.map(|row| {
            Ok(ModelEvent {
                state: named(&row.state).ok_or_else(|| invalid(version))?,
                at: row.created_at,
                actor: row.actor,
                reason: row.reason,
            })
        })
        .collect()
    }

    /// Those of the drawings that exist.
    async fn existing(&self, drawings: &[Uuid]) -> Result<HashSet<Uuid>, StoreError> {
        let query = sqlx::query_scalar!("select id from predictions where id = any($1)", drawings);
        Ok(in_time(query.fetch_all(&self.pool)).await?.into_iter().collect())
    }

    /// The picture of a sample of a public set in a list of mistakes, as PNG in base64.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn picture_of_mistake(
        &self,
        version: &ModelVersion,
        list: MistakeList,
        index: u16,
    ) -> Result<Option<String>, StoreError> {
        let query = sqlx::query_scalar!(
            "select comparison -> $2::text -> $3::int -> 'sample' ->> 'png' from models where version = $1",
            version.as_str(),
            format!("mistakes_{}", list.name()),
            i32::from(index),
        );
        Ok(in_time(query.fetch_optional(&self.pool)).await?.flatten())
    }
}

/// The collected drawings among the mistakes of a comparison.
fn drawings(comparison: &Comparison) -> Vec<Uuid> {
    let mistakes = comparison.mistakes_gained.iter().chain(&comparison.mistakes_lost);
    mistakes
        .filter_map(|mistake| match mistake.sample {
            MistakenSample::Drawing(id) => Some(id),
            MistakenSample::Png(_) => None,
        })
        .collect()
}
