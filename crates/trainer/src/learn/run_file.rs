//! The file that names the run under way, so that the next process resumes it. It has ids of drawings and hashes, and nothing of
//! their content.

use crate::whole_file;
use anyhow::Context;
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use wire::TrainingRun;

pub(super) struct RunFile(PathBuf);

impl RunFile {
    /// The file in the folder of the run.
    pub(super) fn new(folder: &Path) -> Self {
        Self(folder.join("run.json"))
    }

    /// The run; `None` if there is none.
    pub(super) fn read(&self) -> anyhow::Result<Option<TrainingRun>> {
        match fs::read(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| self.0.display().to_string()),
            Ok(json) => {
                let run = serde_json::from_slice(&json);
                run.map(Some).with_context(|| format!("{} is damaged; delete it", self.0.display()))
            }
        }
    }

    /// Whether a run is under way.
    pub(super) fn exists(&self) -> bool {
        self.0.exists()
    }

    /// Writes the run.
    pub(super) fn write(&self, run: &TrainingRun) -> anyhow::Result<()> {
        whole_file::write(&self.0, serde_json::to_vec(run)?).with_context(|| self.0.display().to_string())
    }
}
