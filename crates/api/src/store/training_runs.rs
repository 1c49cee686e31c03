//! Training runs: a trainer begins one, reports its progress, and submits the model.

use super::{
    Store, StoreError,
    audit_log::{Action, audit},
    models::{ModelEventError, in_time_of_event, insert_event, model_version, outcome, serve, serving},
    predictions::named,
};
use crate::{identity::Actor, model_files::ModelFiles};
use digit::ModelVersion;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;
use wire::{
    AvailableExamples, Comparison, ComparisonOutcome, GateUse, ModelState, TrainingProgress, TrainingRun,
    TrainingRunStart, TrainingStep,
};

/// A trained model as the registry stores it.
#[derive(Debug)]
pub(crate) struct SubmittedModel {
    pub(crate) files: ModelFiles,
    pub(crate) comparison: Comparison,
}

impl Store {
    /// Begins a training run. Repeating the request is allowed as long as the run has not ended.
    ///
    /// # Errors
    /// When the registry has the version with another manifest, when its run has ended, or when the database is unavailable.
    pub(crate) async fn begin_training_run(
        &self,
        by: &Actor,
        run: &TrainingRun,
        manifest_sha256: &str,
    ) -> Result<TrainingRunStart, ModelEventError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            // A manifest may have 200,000 entries, and a trainer waits.
            sqlx::query!("set local statement_timeout = 0").execute(&mut *transaction).await?;
            if !insert_run(&mut transaction, by, run, manifest_sha256).await? {
                let known = sqlx::query_scalar!(
                    r#"select state as "state!" from models join model_states using (version)
                       where version = $1 and manifest_sha256 = $2"#,
                    run.version.as_str(),
                    manifest_sha256,
                );
                let state = known.fetch_optional(&mut *transaction).await?;
                if !state.is_some_and(|state| is_under_way(&state)) {
                    return Ok(Err(ModelEventError::VersionTaken));
                }
            }
            let start = run_start(&mut transaction).await?;
            transaction.commit().await?;
            Ok(Ok(start))
        };
        outcome(Ok(work.await))?
    }

    /// Records the progress of a run. The step `failed` ends the run, and the registry rejects the version.
    ///
    /// # Errors
    /// When no run trains the version, or when the database is unavailable.
    pub(crate) async fn record_training_progress(
        &self,
        by: &Actor,
        version: &ModelVersion,
        progress: &TrainingProgress,
    ) -> Result<(), ModelEventError> {
        let json = serde_json::to_value(progress).map_err(|error| StoreError::Defect(error.to_string()))?;
        let work = async {
            let mut transaction = self.pool.begin().await?;
            let state = state_of_run(&mut transaction, version).await?;
            match state.as_deref() {
                None => return Ok(Err(ModelEventError::Unknown)),
                Some(state) if is_under_way(state) => {}
                Some(state) => return Ok(Err(has_ended(state))),
            }
            if progress.step == TrainingStep::Failed {
                let reason = progress.detail.as_deref().unwrap_or("the run failed");
                end_without_model(&mut transaction, by, version, reason).await?;
            } else {
                begin_training(&mut transaction, by, version, state.as_deref()).await?;
                let query = sqlx::query!(
                    "insert into training_progress (version, progress) values ($1, $2)
                     on conflict (version) do update set progress = excluded.progress, updated_at = now()",
                    version.as_str(),
                    json,
                );
                query.execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            Ok(Ok(()))
        };
        outcome(in_time_of_event(work).await)?
    }

    /// Stores a trained model. Its comparison with the model that serves decides the state: `rejected`, `evaluated`, `shadow`
    /// if the comparison is inconclusive, or, with `promotes_better`, `serving`. Repeating the request changes nothing.
    ///
    /// # Errors
    /// When no run trains the version, when its card does not name the manifest of the run, or when the database is
    /// unavailable.
    pub(crate) async fn submit_model(
        &self,
        by: &Actor,
        model: &SubmittedModel,
        promotes_better: bool,
    ) -> Result<ModelState, ModelEventError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            let result = submit(&mut transaction, by, model, promotes_better).await?;
            transaction.commit().await?;
            Ok(result)
        };
        outcome(in_time_of_event(work).await)?
    }

    /// The examples to train, and how many of them are new since the last run. With `trusts_everybody`, all drawings count as
    /// those of operators.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn available_examples(&self, trusts_everybody: bool) -> Result<AvailableExamples, StoreError> {
        let query = sqlx::query!(
            r#"with last_run as (
                   select version, created_at from models where manifest_sha256 is not null
                   order by created_at desc limit 1
               )
               select count(*) as "examples!",
                   count(*) filter (where not exists (
                       select from training_manifest_entries entry
                       where entry.version = (select version from last_run) and entry.prediction_id = example.id
                   )) as "new_examples!",
                   (select created_at from last_run) as last_run
               from assess_training_examples($1) example
               where held_back is null and split_of_writer(writer) = 'train'"#,
            trusts_everybody,
        );
        let row = query.fetch_one(&mut self.patient_connection().await?).await?;
        let count = |count: i64| u64::try_from(count).unwrap_or_default();
        Ok(AvailableExamples {
            examples: count(row.examples),
            new_examples: count(row.new_examples),
            last_run: row.last_run,
        })
    }
}

/// Rejects the models of runs that have reported nothing for a day, because their trainers will not return.
pub(super) async fn end_abandoned_runs(pool: &PgPool) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    let abandoned = sqlx::query_scalar!(
        r#"select version as "version!" from model_states left join training_progress progress using (version)
           where state in ('proposed', 'training')
               and coalesce(progress.updated_at, model_states.created_at) < now() - interval '1 day'"#
    );
    for version in abandoned.fetch_all(&mut *transaction).await? {
        let version = model_version(&version)?;
        // Another instance of the api may have ended the run meanwhile.
        if state_of_run(&mut transaction, &version).await?.is_some_and(|state| is_under_way(&state)) {
            let reason = "the trainer has reported nothing for a day";
            end_without_model(&mut transaction, &Actor::service(), &version, reason).await?;
        }
    }
    Ok(transaction.commit().await?)
}

/// Inserts the model of a run and its manifest; does nothing and returns false if the registry has the version.
async fn insert_run(
    transaction: &mut PgConnection,
    by: &Actor,
    run: &TrainingRun,
    manifest_sha256: &str,
) -> sqlx::Result<bool> {
    let TrainingRun { version, manifest } = run;
    let query = sqlx::query!(
        "insert into models (version, manifest_sha256, manifest_rules, manifest_last_label) values ($1, $2, $3, $4)
         on conflict do nothing",
        version.as_str(),
        manifest_sha256,
        i32::from(manifest.rules),
        manifest.last_label,
    );
    if query.execute(&mut *transaction).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let (ids, hashes): (Vec<Uuid>, Vec<String>) =
        manifest.examples.iter().map(|entry| (entry.id, entry.sha256.clone())).unzip();
    let query = sqlx::query!(
        "insert into training_manifest_entries (version, prediction_id, sha256)
         select $1, id, decode(hash, 'hex') from unnest($2::uuid[], $3::text[]) as new (id, hash)",
        version.as_str(),
        &ids,
        &hashes,
    );
    query.execute(&mut *transaction).await?;
    let reason = format!("{} training examples", ids.len());
    insert_event(transaction, by, version, ModelState::Proposed, &reason).await?;
    Ok(true)
}

async fn run_start(transaction: &mut PgConnection) -> sqlx::Result<TrainingRunStart> {
    let champion = serving(&mut *transaction).await?;
    let uses = sqlx::query_scalar!(
        r#"select comparison -> 'gate_use' as "gate_use!" from models
           where json_typeof(comparison -> 'gate_use') = 'object' order by comparison -> 'gate_use' ->> 'used_at'"#
    );
    let uses = uses.fetch_all(&mut *transaction).await?.into_iter().map(serde_json::from_value::<GateUse>);
    let gate_uses = uses.collect::<Result<_, _>>().map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(TrainingRunStart { champion, gate_uses })
}

/// The state of the version; `None` if the registry does not have it. A concurrent change of the run waits.
async fn state_of_run(transaction: &mut PgConnection, version: &ModelVersion) -> sqlx::Result<Option<String>> {
    sqlx::query!("select from models where version = $1 for update", version.as_str())
        .fetch_optional(&mut *transaction)
        .await?;
    let query =
        sqlx::query_scalar!(r#"select state as "state!" from model_states where version = $1"#, version.as_str());
    query.fetch_optional(transaction).await
}

async fn submit(
    transaction: &mut PgConnection,
    by: &Actor,
    SubmittedModel { files, comparison }: &SubmittedModel,
    promotes_better: bool,
) -> sqlx::Result<Result<ModelState, ModelEventError>> {
    let version = &files.version;
    let Some(state) = state_of_run(transaction, version).await? else { return Ok(Err(ModelEventError::Unknown)) };
    let known = sqlx::query!(
        r#"select card::text, coalesce(manifest_sha256, '') as "manifest!" from models where version = $1"#,
        version.as_str()
    );
    let known = known.fetch_one(&mut *transaction).await?;
    if known.card.as_deref() == Some(&*files.card) {
        return named(&state).map(Ok).ok_or_else(|| sqlx::Error::Decode(state.into()));
    }
    if !is_under_way(&state) {
        return Ok(Err(has_ended(&state)));
    }
    if !files.data.contains(&known.manifest) {
        let reason = "the card does not name the manifest of its training examples".to_owned();
        return Ok(Err(ModelEventError::State(reason)));
    }
    store_files(transaction, files, comparison).await?;
    begin_training(transaction, by, version, Some(&state)).await?;
    let summary = comparison.summary();
    insert_event(transaction, by, version, ModelState::Evaluated, &summary).await?;
    forget_progress(transaction, version).await?;
    let is_against_serving = serving(&mut *transaction).await? == comparison.champion;
    let state = match comparison.outcome {
        ComparisonOutcome::Worse => {
            insert_event(transaction, by, version, ModelState::Rejected, &summary).await?;
            ModelState::Rejected
        }
        ComparisonOutcome::Better if promotes_better && is_against_serving => {
            serve(transaction, by, version, &summary).await?;
            audit(transaction, by, Action::PromoteModel, version, Some(&summary)).await?;
            ModelState::Serving
        }
        ComparisonOutcome::Inconclusive if is_against_serving && comparison.champion.is_some() => {
            insert_event(transaction, by, version, ModelState::Shadow, "drawings of people decide").await?;
            ModelState::Shadow
        }
        ComparisonOutcome::Better | ComparisonOutcome::Inconclusive => ModelState::Evaluated,
    };
    Ok(Ok(state))
}

/// Records that the training began, if nobody has recorded it yet.
async fn begin_training(
    transaction: &mut PgConnection,
    by: &Actor,
    version: &ModelVersion,
    state: Option<&str>,
) -> sqlx::Result<()> {
    if state != Some(ModelState::Proposed.name()) {
        return Ok(());
    }
    insert_event(transaction, by, version, ModelState::Training, "the training began").await
}

async fn store_files(transaction: &mut PgConnection, files: &ModelFiles, comparison: &Comparison) -> sqlx::Result<()> {
    let query = sqlx::query!(
        "update models set card = $2::text::json, weights = $3, evaluation = $4::text::json, comparison = $5
         where version = $1",
        files.version.as_str(),
        files.card,
        files.weights,
        files.evaluation,
        serde_json::to_value(comparison).map_err(|error| sqlx::Error::Encode(error.into()))?,
    );
    query.execute(transaction).await.map(drop)
}

async fn end_without_model(
    transaction: &mut PgConnection,
    by: &Actor,
    version: &ModelVersion,
    reason: &str,
) -> sqlx::Result<()> {
    insert_event(transaction, by, version, ModelState::Rejected, reason).await?;
    forget_progress(transaction, version).await
}

async fn forget_progress(transaction: &mut PgConnection, version: &ModelVersion) -> sqlx::Result<()> {
    let query = sqlx::query!("delete from training_progress where version = $1", version.as_str());
    query.execute(transaction).await.map(drop)
}

/// Whether a run in this state may continue.
fn is_under_way(state: &str) -> bool {
    [ModelState::Proposed, ModelState::Training].iter().any(|under_way| under_way.name() == state)
}

fn has_ended(state: &str) -> ModelEventError {
    ModelEventError::State(format!("the training run of this model has ended, it is {state}"))
}
