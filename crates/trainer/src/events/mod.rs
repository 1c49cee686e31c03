//! TensorBoard's event files, so that a run can be watched and compared with others in the usual tool.

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

/// A number with a name: how something is at a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar {
    /// Its name; what is before the first slash is the group that TensorBoard shows it in.
    pub tag: String,
    /// The number.
    pub value: f64,
}

impl Scalar {
    /// A number with a name.
    pub fn new(tag: impl Into<String>, value: f64) -> Self {
        Self { tag: tag.into(), value }
    }
}

/// A file that numbers are appended to.
#[derive(Debug)]
pub struct EventFile(File);

impl EventFile {
    /// Starts a file in the folder of a run, whose files TensorBoard reads as one in the order of their names.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn start(folder: &Path, run: &str) -> anyhow::Result<Self> {
        // TensorBoard knows its files by this beginning.
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

    /// Writes the scalars of a step at once, so that TensorBoard can show them.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, step: u32, scalars: &[Scalar]) -> anyhow::Result<()> {
        self.append(&Event::scalars(now(), step, scalars))
    }

    fn append(&mut self, event: &Event) -> anyhow::Result<()> {
        // In one write, so that a reader hardly ever finds half a record; it would wait for the rest.
        let record = record::encode(&event.encode_to_vec());
        self.0.write_all(&record).and_then(|()| self.0.flush()).context("TensorBoard's event file")
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    (OffsetDateTime::now_utc() - OffsetDateTime::UNIX_EPOCH).as_seconds_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_begins_with_the_format_and_goes_on_with_the_numbers() {
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
