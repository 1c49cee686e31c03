//! The command `api model`, with which an operator on the server manages the registry of models.

use crate::{ModelFiles, Store, identity::Actor};
use anyhow::Context;
use clap::Subcommand;
use digit::ModelVersion;
use std::{io::Write, path::PathBuf};

/// The registry of models.
#[derive(Debug, Clone, Subcommand)]
pub enum ModelCommand {
    /// Lists all models with their states.
    List,
    /// Adds a model from its folder, such as models/cnn6-large-2026-11-21. It does not serve yet.
    Add {
        /// The folder with card.json and weights.safetensors.
        folder: PathBuf,
    },
    /// Makes a model serve in place of the present one.
    Promote {
        /// The version.
        version: ModelVersion,
        /// Why it shall serve.
        #[arg(long)]
        reason: String,
    },
    /// Makes the previous model serve again.
    Rollback {
        /// Why the present one shall not serve.
        #[arg(long)]
        reason: String,
    },
    /// Rejects a model that does not serve.
    Reject {
        /// The version.
        version: ModelVersion,
        /// Why it shall not serve.
        #[arg(long)]
        reason: String,
    },
}

/// Runs `api model`, and writes its output to `out`.
///
/// # Errors
/// When there is no such model, when its state does not allow the command, or when the database is unavailable.
pub async fn run_model_command(store: &Store, command: &ModelCommand, out: &mut impl Write) -> anyhow::Result<()> {
    let by = Actor::command_line();
    match command {
        ModelCommand::List => {
            writeln!(out, "{:<32} {:<10} {:<10} {:<16} reason", "version", "state", "since", "by")?;
            for model in store.models(false).await? {
                let (state, since) = (model.state.name(), model.since.date());
                let reason = model.reason.unwrap_or_default();
                writeln!(out, "{:<32} {state:<10} {since:<10} {:<16} {reason}", &*model.version, model.actor)?;
            }
        }
        ModelCommand::Add { folder } => {
            let model = ModelFiles::read(folder)?;
            store.add_model(&by, &model, "added on the command line").await.context("cannot add the model")?;
            writeln!(out, "{} is in the registry.", &*model.version)?;
        }
        ModelCommand::Promote { version, reason } => {
            store.promote_model(&by, version, reason).await.context("cannot promote the model")?;
            writeln!(out, "{} serves.", &**version)?;
        }
        ModelCommand::Rollback { reason } => {
            let version = store.roll_back_model(&by, None, reason).await.context("cannot roll back")?;
            writeln!(out, "{} serves again.", &*version)?;
        }
        ModelCommand::Reject { version, reason } => {
            store.reject_model(&by, version, reason).await.context("cannot reject the model")?;
            writeln!(out, "{} is rejected.", &**version)?;
        }
    }
    Ok(())
}
