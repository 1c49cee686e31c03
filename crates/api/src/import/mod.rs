//! `api import` and `POST /api/v1/import`: insert the predictions of NDJSON exports, and images with labels in the format of MNIST.

mod content;
mod images;
mod lines;

pub(crate) use lines::{InvalidLines, parse_lines};

use crate::{
    ByteSize, ModelClient, Store,
    identity::Actor,
    store::{ImportRecord, ImportRules, ImportedPrediction, TrustedOperators},
};
use anyhow::{Context, bail};
use clap::Args;
use content::Content;
use std::{
    fmt,
    io::Write,
    mem,
    path::{Path, PathBuf},
};

/// The files to import.
#[derive(Debug, Clone, Args)]
pub struct ImportOptions {
    /// Files of /api/v1/export/predictions.ndjson; or pairs of files of images and of labels, as MNIST has them. Each may be
    /// compressed with gzip. `-` is the standard input.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Skip invalid lines and images instead of stopping at the first one.
    #[arg(long)]
    pub skip_invalid: bool,
}

/// The number of predictions, and of bytes of inputs, at which a transaction is large enough.
const PORTION: usize = 500;
const PORTION_BYTES: usize = 4 << 20;

/// Runs `api import`, and writes its progress to `out`. The model service recognises images of MNIST's format. All stored inputs
/// together stay within `storage_limit`.
///
/// # Errors
/// When a file cannot be read or has an invalid line, when the inputs exceed the limit, or when a service is unavailable. What
/// `out` reports is imported then, and a repeated import continues there.
pub async fn run_import_command(
    store: &Store,
    model: &ModelClient,
    options: &ImportOptions,
    storage_limit: Option<ByteSize>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let by = Actor::command_line();
    let mut import = Import {
        store,
        by: &by,
        unrecorded: None,
        // A person who runs the command has the database, too.
        rules: ImportRules { operators: TrustedOperators::OfTheFile, storage_limit },
        skips_invalid: options.skip_invalid,
        out,
        portion: Vec::new(),
        bytes: 0,
        progress: Progress::default(),
    };
    let mut unpaired = None;
    for path in &options.files {
        let content = content::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        match (content, unpaired.take()) {
            (Content::Lines(lines), None) => {
                import.unrecorded = Some(path);
                lines::import(&mut import, path, lines).await?;
            }
            (Content::Images(images), Some((_, Content::Labels(labels)))) => {
                import.unrecorded = Some(path);
                images::import(&mut import, model, path, images, &labels).await?;
            }
            (Content::Labels(labels), Some((images_path, Content::Images(images)))) => {
                import.unrecorded = Some(images_path);
                images::import(&mut import, model, images_path, images, &labels).await?;
            }
            (content @ (Content::Images(_) | Content::Labels(_)), None) => unpaired = Some((path, content)),
            (_, Some((other, _))) => bail!("{}", lacks_partner(other)),
        }
        import.flush().await?;
    }
    if let Some((path, _)) = unpaired {
        bail!("{}", lacks_partner(path));
    }
    Ok(())
}

fn lacks_partner(path: &Path) -> String {
    format!("name the file of images, then the file of labels: {} has no second file", path.display())
}

/// An import under way.
struct Import<'a, W> {
    store: &'a Store,
    by: &'a Actor,
    /// The file, until a portion of it is inserted, whose transaction records the import.
    unrecorded: Option<&'a Path>,
    rules: ImportRules,
    skips_invalid: bool,
    out: &'a mut W,
    /// The predictions of the next transaction.
    portion: Vec<ImportedPrediction>,
    /// The bytes of their inputs.
    bytes: usize,
    progress: Progress,
}

/// The progress of the command.
#[derive(Debug, Default)]
struct Progress {
    imported: usize,
    /// Predictions that were there already.
    present: usize,
    invalid: usize,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { imported, present, invalid } = self;
        write!(f, "drawings: {imported} imported, {present} already there, {invalid} invalid")
    }
}

impl<W: Write> Import<'_, W> {
    /// Adds a prediction, and inserts the portion if it is large enough.
    async fn add(&mut self, prediction: ImportedPrediction) -> anyhow::Result<()> {
        self.bytes += prediction.input.input().bytes().len();
        self.portion.push(prediction);
        if self.portion.len() >= PORTION || self.bytes >= PORTION_BYTES { self.flush().await } else { Ok(()) }
    }

    /// Skips an invalid line or image, or stops.
    fn skip(&mut self, place: &str, error: &impl fmt::Display) -> anyhow::Result<()> {
        if !self.skips_invalid {
            bail!("{place} is invalid: {error}. Correct it, or pass --skip-invalid");
        }
        tracing::warn!(place, %error, "skipped");
        self.progress.invalid += 1;
        Ok(())
    }

    /// Inserts the portion and reports the progress.
    async fn flush(&mut self) -> anyhow::Result<()> {
        let portion = mem::take(&mut self.portion);
        self.bytes = 0;
        let file = self.unrecorded.map(|path| path.display().to_string());
        let record = file.as_deref().map(|file| ImportRecord { by: self.by, file });
        let imported = self.store.import(&portion, self.rules, record).await.context("cannot insert the drawings")?;
        if imported > 0 {
            self.unrecorded = None;
        }
        self.progress.imported += imported;
        self.progress.present += portion.len() - imported;
        Ok(writeln!(self.out, "{}", self.progress)?)
    }
}
