//! `trainer learn`: trains a model on the training examples of a service, compares it with the one that serves, and submits
//! it.

mod api_client;
mod options;
mod run_file;
mod schedule;

use crate::{
    compare::{Inputs, compare},
    compare_command::write_json,
    comparison_rows,
    data_mixture::CollectedSample,
    evaluate,
    fit::{self, FitOptions, Run},
    gate::GateDrawings,
    split::Split,
    training_examples::TrainingExamples,
    training_history::EpochLog,
};
use anyhow::{Context, ensure};
pub use api_client::{ApiClient, ApiClientError, ApiUrl};
use base64::{Engine, engine::general_purpose::STANDARD};
use network::{DataFile, ModelVersion, sha256};
pub use options::LearnOptions;
use run_file::RunFile;
use schedule::Schedule;
use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};
use time::OffsetDateTime;
use wire::{Comparison, ModelState, TrainedModel, TrainingProgress, TrainingRun, TrainingRunStart, TrainingStep};

/// The niceness of the trainer: programs that answer people come first.
const NICENESS: i32 = 19;
/// How long a waiting trainer pauses after an error.
const PAUSE: Duration = Duration::from_mins(5);

/// Trains once, or waits for new examples again and again.
///
/// # Errors
/// When the options contradict each other. Without a schedule, also when the run fails; the next one resumes it.
pub fn run(options: &LearnOptions) -> anyhow::Result<()> {
    rustix::process::nice(NICENESS).context("cannot lower the priority of the trainer")?;
    let api = ApiClient::new(options.api.clone(), options.token_file.clone());
    let load = || Ok(Split::new(crate::data::Data::load(options.data.as_deref())?, options.recipe.limit));
    let Some(schedule) = Schedule::new(options) else { return learn(options, &api, load).map(drop) };
    loop {
        let outcome = schedule.wait(&api, &options.run_folder()).and_then(|()| learn(options, &api, load));
        if let Err(error) = outcome {
            eprintln!("{error:#}\nThe trainer tries again in {} minutes.", PAUSE.as_secs() / 60);
            thread::sleep(PAUSE);
        }
    }
}

/// Trains a model and submits it. `load` loads the public data. A run that was interrupted resumes if all its training examples
/// are the same.
///
/// # Errors
/// When the service is unavailable, has no training examples or rejects the run, or when the model cannot be trained.
pub fn learn(
    options: &LearnOptions,
    api: &ApiClient,
    load: impl Fn() -> anyhow::Result<Split>,
) -> anyhow::Result<ModelState> {
    tch::set_num_threads(i32::try_from(options.threads)?);
    tch::manual_seed(i64::from_ne_bytes(options.recipe.seed.to_ne_bytes()));
    let (learning, examples) = Learning::begin(options, api)?;
    let mut split = load()?;
    learning.add_examples(&mut split, examples.train, examples.test)?;
    learning.train(&mut split)?;
    let evaluation = learning.evaluate(&split)?;
    let gate = (!examples.gate.is_empty()).then(|| GateDrawings::new(examples.gate, &learning.start.gate_uses));
    let comparison = learning.compare(&split, gate.as_ref())?;
    println!("{}", comparison_rows::table(&comparison));
    let state = learning.submit(evaluation, comparison)?;
    println!("{} is {} in the registry", learning.run.version, state.name());
    Ok(state)
}

/// A run that the registry knows.
struct Learning<'a> {
    options: &'a LearnOptions,
    api: &'a ApiClient,
    run: TrainingRun,
    start: TrainingRunStart,
}

impl<'a> Learning<'a> {
    /// Resumes the interrupted run, or begins a new one.
    fn begin(options: &'a LearnOptions, api: &'a ApiClient) -> anyhow::Result<(Self, TrainingExamples)> {
        let file = RunFile::new(&options.run_folder());
        if let Some(run) = file.read()? {
            match Self::resume(options, api, run)? {
                Ok(resumed) => return Ok(resumed),
                Err(reason) => println!("the interrupted run does not resume: {reason}"),
            }
            remove_folder(&options.run_folder())?;
        }
        let examples = api.training_examples(None)?;
        ensure!(
            !examples.train.is_empty(),
            "the service has no training examples yet; its page /models/training-examples says which drawings are held \
             back, and why"
        );
        println!(
            "{} training examples, {} for the gate, {} to test; {} left out, nearly identical to one of these",
            examples.train.len(),
            examples.gate.len(),
            examples.test.len(),
            examples.near_identical
        );
        let run = TrainingRun { version: version(options)?, manifest: examples.manifest.clone() };
        file.write(&run)?;
        let start = api.begin(&run)?;
        Ok((Self { options, api, run, start }, examples))
    }

    /// Resumes a run. If that is impossible, ends it and returns the reason.
    fn resume(
        options: &'a LearnOptions,
        api: &'a ApiClient,
        run: TrainingRun,
    ) -> anyhow::Result<Result<(Self, TrainingExamples), String>> {
        let examples = api.training_examples(Some(&run.manifest))?;
        let start = match api.begin(&run) {
            Err(ApiClientError::Refused { detail, status: 409 }) => return Ok(Err(detail)),
            start => start?,
        };
        let learning = Self { options, api, run, start };
        if examples.manifest.examples == learning.run.manifest.examples {
            println!("resuming {}", learning.run.version);
            return Ok(Ok((learning, examples)));
        }
        let reason = "a training example was deleted or changed";
        learning.report(TrainingStep::Failed, None, Some(reason.to_owned()))?;
        Ok(Err(reason.to_owned()))
    }

    /// Adds the training examples to the public data, and their manifest to its files.
    fn add_examples(
        &self,
        split: &mut Split,
        train: Vec<CollectedSample>,
        test: Vec<CollectedSample>,
    ) -> anyhow::Result<()> {
        split.train.collected = train;
        split.test.collected = test;
        let hash = sha256(&serde_json::to_vec(&self.run.manifest)?);
        split.files.push(DataFile { name: "training-examples".to_owned(), sha256: hash });
        Ok(())
    }

    /// Trains and calibrates the network, unless an interrupted run has done that.
    fn train(&self, split: &mut Split) -> anyhow::Result<()> {
        if self.folder().join("card.json").exists() {
            drop(split.take_train());
            return Ok(());
        }
        if !fit::is_interrupted(&self.options.run_folder(), &self.run.version) {
            self.report_step(TrainingStep::Training, None);
        }
        let options = self.fit_options();
        let command = format!("trainer learn {}", options.settings());
        let mut on_epoch = |epoch: &EpochLog| self.report_step(TrainingStep::Training, Some(epoch));
        fit::train(Run { options: &options, version: &self.run.version, command, on_epoch: &mut on_epoch }, split)
    }

    /// Evaluates the model, and returns the text of `evaluation.json`.
    fn evaluate(&self, split: &Split) -> anyhow::Result<String> {
        let path = self.folder().join("evaluation.json");
        if !path.exists() {
            self.report_step(TrainingStep::Evaluating, None);
            let models = self.options.run_folder();
            let classifier = network::load(&models, &self.run.version)?;
            let evaluation = evaluate::evaluate(&models, &classifier, split)?;
            evaluation.write_json(&path)?;
        }
        fs::read_to_string(&path).with_context(|| path.display().to_string())
    }

    /// Compares the model with the one that serves. A comparison of an interrupted run counts, because it has used the gate's
    /// drawings already.
    fn compare(&self, split: &Split, gate: Option<&GateDrawings>) -> anyhow::Result<Comparison> {
        let path = self.folder().join("comparison.json");
        if let Ok(json) = fs::read(&path)
            && let Ok(comparison) = serde_json::from_slice::<Comparison>(&json)
            && comparison.champion == self.start.champion
        {
            return Ok(comparison);
        }
        self.report_step(TrainingStep::Comparing, None);
        if let Some(champion) = &self.start.champion {
            self.download(champion)?;
        }
        let inputs = Inputs {
            models: &self.options.run_folder(),
            champion: self.start.champion.as_ref(),
            held_out: &split.holdout,
            collected: gate,
        };
        let comparison = compare(&self.run.version, inputs)?;
        write_json(&path, &comparison)?;
        Ok(comparison)
    }

    /// Submits the model, and deletes its files here.
    fn submit(&self, evaluation: String, comparison: Comparison) -> anyhow::Result<ModelState> {
        let state = self.api.submit(&self.run.version, &self.trained_model(evaluation, comparison)?)?;
        remove_folder(&self.options.run_folder())?;
        Ok(state)
    }

    fn trained_model(&self, evaluation: String, comparison: Comparison) -> anyhow::Result<TrainedModel> {
        let path = |name: &str| self.folder().join(name);
        let read = |name: &str| fs::read(path(name)).with_context(|| path(name).display().to_string());
        let card = String::from_utf8(read("card.json")?).context("the card is no text")?;
        Ok(TrainedModel { card, weights: STANDARD.encode(read("weights.safetensors")?), evaluation, comparison })
    }

    /// Downloads a model, unless there is an intact copy.
    fn download(&self, version: &ModelVersion) -> anyhow::Result<()> {
        if network::load(&self.options.run_folder(), version).is_ok() {
            return Ok(());
        }
        let (card, weights) = self.api.model(version)?;
        let folder = self.options.run_folder().join(version.as_str());
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(folder.join("card.json"), card))
            .and_then(|()| fs::write(folder.join("weights.safetensors"), weights))
            .with_context(|| folder.display().to_string())
    }

    fn folder(&self) -> PathBuf {
        self.options.run_folder().join(self.run.version.as_str())
    }

    /// Reports a step. The run needs the service only at its end, so an error is no reason to stop.
    fn report_step(&self, step: TrainingStep, epoch: Option<&EpochLog>) {
        if let Err(error) = self.report(step, epoch, None) {
            println!("cannot report the progress: {error}");
        }
    }

    fn report(
        &self,
        step: TrainingStep,
        epoch: Option<&EpochLog>,
        detail: Option<String>,
    ) -> Result<(), ApiClientError> {
        let epochs = self.options.recipe.epochs;
        let completed = if step == TrainingStep::Training { 0 } else { epochs };
        let progress = TrainingProgress {
            step,
            epoch: epoch.map_or(completed, |epoch| epoch.epoch),
            epochs,
            loss: epoch.map(|epoch| epoch.loss),
            accuracy: epoch.map(|epoch| epoch.accuracy),
            detail,
        };
        self.api.report(&self.run.version, &progress)
    }

    fn fit_options(&self) -> FitOptions {
        FitOptions {
            data: None,
            models: self.options.run_folder(),
            version: Some(self.run.version.clone()),
            promote: false,
            force: false,
            collected: None,
            recipe: self.options.recipe,
            teachers: Vec::new(), // a teacher would pass on drawings that were deleted since
            log_dir: None,
            threads: self.options.threads,
            loaders: self.options.loaders,
        }
    }
}

/// The name of a new model. It has the time, because a registry never takes a name twice.
fn version(options: &LearnOptions) -> anyhow::Result<ModelVersion> {
    let now = OffsetDateTime::now_utc();
    let (hour, minute, second) = now.to_hms();
    let architecture = options.recipe.architecture;
    Ok(format!("{architecture}-{}-{hour:02}{minute:02}{second:02}", now.date()).parse()?)
}

fn remove_folder(folder: &Path) -> anyhow::Result<()> {
    fs::remove_dir_all(folder).with_context(|| folder.display().to_string())
}
