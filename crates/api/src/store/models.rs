//! The tables `models` and `model_events`: the registry of models.

use super::{
    Store, StoreError,
    audit_log::{Action, audit},
    in_time,
    predictions::named,
};
use crate::{identity::Actor, model_files::ModelFiles};
use digit::ModelVersion;
use sqlx::{PgConnection, PgExecutor};
use wire::{ModelState, RegisteredModel};

/// Why an event of a model was not recorded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelEventError {
    /// No model has the version.
    #[error("the registry has no model with this version")]
    Unknown,
    /// The registry has the version already.
    #[error("the registry has a model with this version; a model never changes")]
    VersionTaken,
    /// The state of the model does not allow the event. The text says which state that is.
    #[error("{0}")]
    State(String),
    /// No model served before.
    #[error("no model has served before this one")]
    NoPrevious,
    /// The database access failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// All models of the registry, newest first. With `trusts_everybody`, the progress of a shadow counts all drawings as those
    /// of operators.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn models(&self, trusts_everybody: bool) -> Result<Vec<RegisteredModel>, StoreError> {
        let query = sqlx::query!(
            r#"select version as "version!", state as "state!", s.created_at as "since!", actor as "actor!", reason,
                   progress as "progress?"
               from model_states s join models using (version) left join training_progress using (version)
               order by models.created_at desc, version"#
        );
        let rows = in_time(query.fetch_all(&self.pool)).await?;
        let is_any_in_shadow = rows.iter().any(|row| row.state == ModelState::Shadow.name());
        let shadows = if is_any_in_shadow { self.shadows(trusts_everybody).await? } else { Vec::new() };
        rows.into_iter()
            .map(|row| {
                let shadow = shadows.iter().find(|shadow| *shadow.version == *row.version);
                Ok(RegisteredModel {
                    state: named::<ModelState>(&row.state).ok_or_else(|| invalid(&row.version))?,
                    since: row.since,
                    actor: row.actor,
                    reason: row.reason,
                    progress: row
                        .progress
                        .map(serde_json::from_value)
                        .transpose()
                        .map_err(|_| invalid(&row.version))?,
                    shadow: shadow.map(|shadow| shadow.progress),
                    version: model_version(&row.version)?,
                })
            })
            .collect()
    }

    /// The version that serves.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn serving_model(&self) -> Result<Option<ModelVersion>, StoreError> {
        in_time(serving(&self.pool)).await
    }

    /// The card of a model, as it was registered. A rejected model has none, so that no model service loads it.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn model_card(&self, version: &ModelVersion) -> Result<Option<String>, StoreError> {
        let query = sqlx::query_scalar!(
            "select card::text from models join model_states using (version) where version = $1 and state <> 'rejected'",
            version.as_str()
        );
        Ok(in_time(query.fetch_optional(&self.pool)).await?.flatten())
    }

    /// The evaluation of a model, as it was registered.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn model_evaluation(&self, version: &ModelVersion) -> Result<Option<String>, StoreError> {
        let query = sqlx::query_scalar!("select evaluation::text from models where version = $1", version.as_str());
        Ok(in_time(query.fetch_optional(&self.pool)).await?.flatten())
    }

    /// The weights of a model, unless it is rejected.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn model_weights(&self, version: &ModelVersion) -> Result<Option<Vec<u8>>, StoreError> {
        let query = sqlx::query_scalar!(
            "select weights from models join model_states using (version) where version = $1 and state <> 'rejected'",
            version.as_str()
        );
        Ok(in_time(query.fetch_optional(&self.pool)).await?.flatten())
    }

    /// Adds an evaluated model.
    ///
    /// # Errors
    /// When the registry has the version, or when the database is unavailable.
    pub(crate) async fn add_model(&self, by: &Actor, model: &ModelFiles, reason: &str) -> Result<(), ModelEventError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            insert(&mut transaction, by, model, reason).await?;
            transaction.commit().await
        };
        outcome(in_time_of_event(work).await)
    }

    /// Adds the first model of an empty registry, which serves at once. Does nothing if the registry has a model.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn add_first_model(&self, model: &ModelFiles) -> Result<bool, ModelEventError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            // Two instances that start at the same time wait for each other here.
            sqlx::query!("select pg_advisory_xact_lock(hashtext('first model'))").execute(&mut *transaction).await?;
            let is_empty = sqlx::query_scalar!(r#"select not exists (select from models) as "is_empty!""#);
            if !is_empty.fetch_one(&mut *transaction).await? {
                return Ok(false);
            }
            let by = Actor::service();
            insert(&mut transaction, &by, model, "the champion of the release").await?;
            serve(&mut transaction, &by, &model.version, "the registry was empty").await?;
            transaction.commit().await?;
            Ok(true)
        };
        outcome(in_time_of_event(work).await)
    }

    /// Makes a model serve, and retires the one that served.
    ///
    /// # Errors
    /// When there is no such model, when its state does not allow that, or when the database is unavailable.
    pub(crate) async fn promote_model(
        &self,
        by: &Actor,
        version: &ModelVersion,
        reason: &str,
    ) -> Result<(), ModelEventError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            serve(&mut transaction, by, version, reason).await?;
            audit(&mut transaction, by, Action::PromoteModel, version, Some(reason)).await?;
            transaction.commit().await
        };
        outcome(in_time_of_event(work).await)
    }

    /// Makes the previous model serve again, and returns its version. With `from`, only if that model serves now, so that a
    /// repeated request does nothing.
    ///
    /// # Errors
    /// When no model served before, or when the database is unavailable.
    pub(crate) async fn roll_back_model(
        &self,
        by: &Actor,
        from: Option<&ModelVersion>,
        reason: &str,
    ) -> Result<ModelVersion, ModelEventError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            // A second rollback waits for the first one here.
            lock_events(&mut transaction).await?;
            let serving = serving(&mut *transaction).await?;
            if from.is_some() && serving.as_ref() != from {
                return Ok(Err(ModelEventError::State("another model serves by now".to_owned())));
            }
            let previous = sqlx::query_scalar!(
                r#"select version as "version!" from model_states where state = 'retired' order by event desc limit 1"#
            );
            let Some(previous) = previous.fetch_optional(&mut *transaction).await? else {
                return Ok(Err(ModelEventError::NoPrevious));
            };
            let version: ModelVersion =
                previous.parse().map_err(|_| sqlx::Error::Decode(format!("{previous} is no version").into()))?;
            serve(&mut transaction, by, &version, reason).await?;
            audit(&mut transaction, by, Action::RollBackModel, &version, Some(reason)).await?;
            transaction.commit().await?;
            Ok(Ok(version))
        };
        outcome(in_time_of_event(work).await)?
    }

    /// Rejects a model that does not serve.
    ///
    /// # Errors
    /// When there is no such model, when its state does not allow that, or when the database is unavailable.
    pub(crate) async fn reject_model(
        &self,
        by: &Actor,
        version: &ModelVersion,
        reason: &str,
    ) -> Result<(), ModelEventError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            insert_event(&mut transaction, by, version, ModelState::Rejected, reason).await?;
            audit(&mut transaction, by, Action::RejectModel, version, Some(reason)).await?;
            transaction.commit().await
        };
        outcome(in_time_of_event(work).await)
    }
}

/// The version that serves.
pub(super) async fn serving(database: impl PgExecutor<'_>) -> sqlx::Result<Option<ModelVersion>> {
    let query = sqlx::query_scalar!(r#"select version as "version!" from model_states where state = 'serving'"#);
    let version = query.fetch_optional(database).await?;
    version.map(|version| version.parse().map_err(|_| sqlx::Error::Decode(version.into()))).transpose()
}

async fn insert(transaction: &mut PgConnection, by: &Actor, model: &ModelFiles, reason: &str) -> sqlx::Result<()> {
    let query = sqlx::query!(
        "insert into models (version, card, weights, evaluation) values ($1, $2::text::json, $3, $4::text::json)",
        model.version.as_str(),
        model.card,
        model.weights,
        model.evaluation,
    );
    query.execute(&mut *transaction).await?;
    insert_event(transaction, by, &model.version, ModelState::Evaluated, reason).await
}

/// Has other changes of the registry wait for the end of the transaction.
pub(super) async fn lock_events(transaction: &mut PgConnection) -> sqlx::Result<()> {
    let query = sqlx::query!("select pg_advisory_xact_lock('model_events'::regclass::oid::bigint)");
    query.execute(transaction).await.map(drop)
}

pub(super) async fn insert_event(
    transaction: &mut PgConnection,
    by: &Actor,
    version: &ModelVersion,
    state: ModelState,
    reason: &str,
) -> sqlx::Result<()> {
    let query = sqlx::query!(
        "insert into model_events (version, state, actor, reason) values ($1, $2, $3, $4)",
        version.as_str(),
        state.name(),
        actor(by),
        reason,
    );
    query.execute(transaction).await.map(drop)
}

pub(super) async fn serve(
    transaction: &mut PgConnection,
    by: &Actor,
    version: &ModelVersion,
    reason: &str,
) -> sqlx::Result<()> {
    let query = sqlx::query!("select serve_model($1, $2, $3)", version.as_str(), actor(by), reason);
    query.execute(transaction).await.map(drop)
}

pub(super) fn model_version(text: &str) -> Result<ModelVersion, StoreError> {
    text.parse().map_err(|_| invalid(text))
}

pub(super) fn invalid(version: &str) -> StoreError {
    StoreError::Defect(format!("the model {version} is invalid"))
}

/// The actor of an event. Nobody acts without a name: with open access, anybody does.
fn actor(by: &Actor) -> &str {
    by.name.as_deref().unwrap_or(Actor::ANYBODY)
}

/// Runs an event in time. Only this outer result tells that there was no answer.
pub(super) async fn in_time_of_event<T>(
    work: impl Future<Output = sqlx::Result<T>>,
) -> Result<sqlx::Result<T>, StoreError> {
    let work = Box::pin(work);
    in_time(async { Ok(work.await) }).await
}

/// The error of the rule that rejected an event.
pub(super) fn outcome<T>(result: Result<sqlx::Result<T>, StoreError>) -> Result<T, ModelEventError> {
    result?.map_err(|error| {
        let rejected = error.as_database_error().and_then(|error| Some((error.constraint()?, error.message())));
        match rejected {
            Some(("models_pkey", _)) => ModelEventError::VersionTaken,
            Some(("model_events_version_fkey", _)) => ModelEventError::Unknown,
            Some((
                "model_events_transition_check" | "model_events_weights_check" | "model_events_serving_check",
                message,
            )) => ModelEventError::State(message.to_owned()),
            _ => ModelEventError::Store(error.into()),
        }
    })
}
