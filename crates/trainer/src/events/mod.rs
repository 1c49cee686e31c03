//! TensorBoard's event files, which show the progress of training runs and compare them.

mod message;
mod record;

use anyhow::Context;
use message::Event;
use prost::Message;
use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};
use time::OffsetDateTime;

/// A scalar: a named number of a training step.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar {
    /// The name. TensorBoard groups scalars by the part before the first slash.
    pub tag: String,
    /// The number.
    pub value: f64,
}

impl Scalar {
    /// Returns a scalar.
    pub fn new(tag: impl Into<String>, value: f64) -> Self {
        Self { tag: tag.into(), value }
    }
}

/// A file that events are appended to.
#[derive(Debug)]
pub struct EventFile(File);

impl EventFile {
    /// Creates a file in the folder of a run. TensorBoard reads all files of the folder as one, in the order of their
    /// names.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn start(folder: &Path, run: &str) -> anyhow::Result<Self> {
        // TensorBoard recognises its files by this prefix.
        let name = format!("events.out.tfevents.{}.{run}", OffsetDateTime::now_utc().unix_timestamp());
        let path = folder.join(name);
        let open = || {
            fs::create_dir_all(folder)?;
            File::options().create(true).append(true).open(&path)
        };
        let mut file = Self(open().with_context(|| format!("{}", path.display()))?);
        file.append(&Event::beginning(now()))?;
        Ok(file)
    }

    /// Writes the scalars of a step and flushes them.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add(&mut self, step: u32, scalars: &[Scalar]) -> anyhow::Result<()> {
        self.append(&Event::scalars(now(), step, scalars))
    }

    fn append(&mut self, event: &Event) -> anyhow::Result<()> {
        // A single write makes it rare that a reader sees a partial record.
        let record = record::encode(&event.encode_to_vec());
        self.0.write_all(&record).and_then(|()| self.0.flush()).context("TensorBoard's event file")
    }
}

/// Returns the seconds since 1970.
fn now() -> f64 {
    (OffsetDateTime::now_utc() - OffsetDateTime::UNIX_EPOCH).as_seconds_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_starts_with_the_format_followed_by_the_scalars() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = EventFile::start(&folder.path().join("run"), "run").unwrap();
        file.add(3, &[Scalar::new("loss/train", 0.5)]).unwrap();

        let path = fs::read_dir(folder.path().join("run")).unwrap().next().unwrap().unwrap().path();
        assert!(path.to_str().unwrap().contains("/events.out.tfevents."), "{path:?}");
        let bytes = fs::read(path).unwrap();
        let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
        assert!(holds(b"brain.Event:2") && holds(b"loss/train") && holds(&0.5_f32.to_le_bytes()));
    }
}
