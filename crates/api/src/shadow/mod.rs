//! The shadow comparison: stored drawings are replayed to a challenger and to the model that serves, until people's labels
//! decide between both.
//!
//! Only one instance of the api replays at a time, one drawing after the other, and only as long as it has no request of a
//! client under way to a model service.

mod decision;

use crate::{
    ModelClient, ModelError, Promotion, Settings, Store, StoreError,
    model_client::Repository,
    store::{ModelEventError, PairOfAnswers, Replay, Shadow, Step, Walk},
};
use decision::{MOST_PAIRS, decision};
use digit::{ModelVersion, TrueLabel};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};
use time::OffsetDateTime;
use tokio::time::{MissedTickBehavior, interval, sleep};
use wire::{Answer, Verdict};

/// The time between two looks at the labels, and the longest time for which one challenger gets drawings in between.
const INTERVAL: Duration = Duration::from_secs(1);

/// The pause after each drawing, so that replays take a small part of an idle processor.
const PAUSE: Duration = Duration::from_millis(50);

/// The task.
#[derive(Debug)]
pub(crate) struct Shadows {
    store: Store,
    model: ModelClient,
    trusts_everybody: bool,
    promotes_better: bool,
    /// By challenger.
    replays: HashMap<ModelVersion, Replays>,
}

/// The replays to one challenger.
#[derive(Debug, Default)]
struct Replays {
    walk: Walk,
    /// Whether this task had the model services load the challenger.
    has_loaded: bool,
    /// The problem that the log states.
    problem: Option<String>,
}

/// Why a shadow makes no progress. The next attempt may succeed.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Event(#[from] ModelEventError),
    #[error("{0}")]
    Model(String),
}

impl Shadows {
    /// Starts the task, which runs as long as the Tokio runtime does.
    pub(crate) fn start(store: Store, model: ModelClient, settings: &Settings) {
        let task = Self {
            store,
            model,
            trusts_everybody: settings.trusts_everybody(),
            promotes_better: settings.promotion == Promotion::Auto,
            replays: HashMap::new(),
        };
        tokio::spawn(task.run());
    }

    async fn run(mut self) {
        let mut ticks = interval(INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match self.store.shadows(self.trusts_everybody).await {
                Ok(shadows) => self.advance_all(&shadows).await,
                Err(error) => tracing::debug!(%error, "the challengers in shadow are unknown"),
            }
        }
    }

    async fn advance_all(&mut self, shadows: &[Shadow]) {
        self.unload_others(shadows).await;
        for shadow in shadows {
            if let Err(problem) = self.advance(shadow).await {
                self.replays.entry(shadow.version.clone()).or_default().log(&shadow.version, &problem);
            }
        }
    }

    /// Ends a shadow that is decided, and replays drawings otherwise.
    async fn advance(&mut self, shadow: &Shadow) -> Result<(), Problem> {
        if let Some((state, reason)) = decision(shadow, OffsetDateTime::now_utc(), self.promotes_better) {
            self.store.end_shadow(&shadow.version, state, &reason).await?;
            tracing::info!(version = %shadow.version, state = state.name(), reason, "a shadow ended");
            return Ok(());
        }
        let (began, mut left) = (Instant::now(), MOST_PAIRS.saturating_sub(shadow.progress.pairs));
        while left > 0 && began.elapsed() < INTERVAL && self.model.is_idle() {
            let replays = self.replays.entry(shadow.version.clone()).or_default();
            match self.store.next_replay(shadow, &mut replays.walk).await? {
                Step::Drawing(drawing) => {
                    left -= u64::from(self.replay(shadow, drawing).await?);
                    sleep(PAUSE).await;
                }
                Step::None => {}
                Step::Rest => break,
            }
        }
        Ok(())
    }

    /// Replays a drawing to both models and records their answers. Returns whether it made a pair.
    async fn replay(&mut self, shadow: &Shadow, drawing: Replay) -> Result<bool, Problem> {
        let id = drawing.id;
        let answers = match self.answers(shadow, &drawing).await? {
            Some(answers) => self.store.record_pair(shadow, drawing, answers).await?,
            None => false,
        };
        let replays = self.replays.entry(shadow.version.clone()).or_default();
        replays.walk.pass(Some(id));
        replays.problem = None;
        Ok(answers)
    }

    /// The answers of both models; `None` if they cannot read the drawing.
    async fn answers(&mut self, shadow: &Shadow, drawing: &Replay) -> Result<Option<PairOfAnswers>, Problem> {
        let mut answers = Vec::new();
        for version in [&shadow.champion, &shadow.version] {
            match self.model.replay(&drawing.input, version).await {
                Ok(answer) => answers.push(predicted(&answer)),
                Err(error) if error.is_unknown_model() => {
                    self.load(shadow, version).await?;
                    return Err(Problem::Model(format!("the model services had not loaded {version}")));
                }
                Err(error) if error.is_invalid_input() => {
                    tracing::info!(id = %drawing.id, reason = reason(&error), "a stored drawing cannot be replayed");
                    return Ok(None);
                }
                Err(error) => return Err(Problem::Model(reason(&error).to_owned())),
            }
        }
        Ok(answers
            .first()
            .zip(answers.last())
            .map(|(&of_champion, &of_challenger)| PairOfAnswers { of_champion, of_challenger }))
    }

    /// Has the model services load a version. With a registry, they copy it first, and answer that they do not know it.
    async fn load(&mut self, shadow: &Shadow, version: &ModelVersion) -> Result<(), Problem> {
        if *version == shadow.version {
            self.replays.entry(version.clone()).or_default().has_loaded = true;
        }
        let loaded = self.model.change_repository(Repository::Load, version).await;
        loaded.map_err(|error| Problem::Model(format!("{version} is not loaded: {}", reason(&error))))
    }

    /// Unloads the challengers that are in shadow no more and that this task had loaded.
    async fn unload_others(&mut self, shadows: &[Shadow]) {
        let is_in_shadow = |version: &ModelVersion| shadows.iter().any(|shadow| shadow.version == *version);
        let ended: Vec<_> = self.replays.extract_if(|version, _| !is_in_shadow(version)).collect();
        for (version, _) in ended.iter().filter(|(_, replays)| replays.has_loaded) {
            // A model service keeps the version that serves.
            if let Err(error) = self.model.change_repository(Repository::Unload, version).await {
                tracing::debug!(%version, reason = reason(&error), "a model service keeps the version");
            }
        }
    }
}

impl Replays {
    /// Logs a problem, unless the log states it already.
    fn log(&mut self, version: &ModelVersion, problem: &Problem) {
        let problem = problem.to_string();
        if self.problem.as_ref() != Some(&problem) {
            tracing::info!(%version, problem, "the shadow waits");
            self.problem = Some(problem);
        }
    }
}

/// The class that a model predicted.
fn predicted(answer: &Answer) -> TrueLabel {
    match answer.verdict {
        Verdict::Digit => TrueLabel::Digit(answer.prediction),
        Verdict::NotADigit => TrueLabel::NotADigit,
    }
}

fn reason(error: &ModelError) -> &str {
    match error {
        ModelError::NoSlot => "too many requests are under way",
        ModelError::Refused(failure) => &failure.problem.detail,
        ModelError::Unavailable(reason) => reason,
    }
}
