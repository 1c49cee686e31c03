//! MNIST: 60,000 training and 10,000 test digits, from a local folder or from the set's public mirrors.

mod download;
mod idx;

use network::{DataFile, sha256};
use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};
use tch::{Kind, Tensor};

/// One of the four files, by its canonical name, and the SHA-256 of what it holds uncompressed.
struct Source {
    name: &'static str,
    sha256: &'static str,
}

const TRAIN_IMAGES: Source = Source {
    name: "train-images-idx3-ubyte",
    sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
};
const TRAIN_LABELS: Source = Source {
    name: "train-labels-idx1-ubyte",
    sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
};
const TEST_IMAGES: Source = Source {
    name: "t10k-images-idx3-ubyte",
    sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
};
const TEST_LABELS: Source = Source {
    name: "t10k-labels-idx1-ubyte",
    sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
};

/// Images and what they show.
#[derive(Debug)]
pub struct Examples {
    /// `[count, 1, 28, 28]`, bytes from 0 (paper) to 255 (ink).
    pub images: Tensor,
    /// `[count]`, digits from 0 to 9 as 64-bit integers.
    pub labels: Tensor,
}

/// Both halves of MNIST.
#[derive(Debug)]
pub struct Mnist {
    /// 60,000 digits.
    pub train: Examples,
    /// 10,000 digits of other writers.
    pub test: Examples,
}

/// Why a data set could not be had.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file is missing or unreadable.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error(
        "{path}: its SHA-256 is {found}, not {expected}: the file is damaged or another one; delete it and try again"
    )]
    Hash {
        /// Which.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// A file is not in the IDX format.
    #[error("{path}: {reason}")]
    Format {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: &'static str,
    },
    /// No mirror gave the file.
    #[error(
        "could not download {name} from any of MNIST's mirrors: {reason}. \
         Check the network, or pass --data <folder> with the four files of MNIST"
    )]
    Download {
        /// Which.
        name: &'static str,
        /// What the last mirror said.
        reason: String,
    },
}

impl Examples {
    /// How many.
    #[must_use]
    pub fn len(&self) -> i64 {
        self.labels.size1().unwrap_or(0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Those at `indices`: images as floats from 0 to 1, and labels.
    pub fn batch(&self, indices: &Tensor) -> (Tensor, Tensor) {
        let images = self.images.index_select(0, indices).to_kind(Kind::Float) / 255.0;
        (images, self.labels.index_select(0, indices))
    }

    /// Those at `indices`, as a set of their own.
    #[must_use]
    pub fn select(&self, indices: &Tensor) -> Self {
        Self { images: self.images.index_select(0, indices), labels: self.labels.index_select(0, indices) }
    }
}

impl Mnist {
    /// Reads the four files, gzipped or not, from `folder`; without a folder, from the per-user cache, into which
    /// missing ones are downloaded. Every file's hash is checked.
    ///
    /// # Errors
    /// When a file is missing, damaged or cannot be downloaded.
    pub fn load(folder: Option<&Path>) -> Result<Self, DataError> {
        let cache;
        let folder = if let Some(folder) = folder {
            folder
        } else {
            cache = download::cache();
            for source in [&TRAIN_IMAGES, &TRAIN_LABELS, &TEST_IMAGES, &TEST_LABELS] {
                download::fetch(source, &cache)?;
            }
            &cache
        };
        Ok(Self {
            train: examples(folder, &TRAIN_IMAGES, &TRAIN_LABELS)?,
            test: examples(folder, &TEST_IMAGES, &TEST_LABELS)?,
        })
    }

    /// The files and their hashes, for a model's card.
    #[must_use]
    pub fn files() -> Vec<DataFile> {
        [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS]
            .map(|source| DataFile { name: source.name.to_owned(), sha256: source.sha256.to_owned() })
            .into()
    }
}

fn examples(folder: &Path, images: &Source, labels: &Source) -> Result<Examples, DataError> {
    let (path, bytes) = read(folder, images)?;
    let images = idx::images(&bytes).map_err(|reason| DataError::Format { path, reason })?;
    let (path, bytes) = read(folder, labels)?;
    let labels = idx::labels(&bytes).map_err(|reason| DataError::Format { path, reason })?;
    Ok(Examples { images, labels })
}

/// Reads `<name>` or `<name>.gz` and checks its hash.
fn read(folder: &Path, source: &Source) -> Result<(PathBuf, Vec<u8>), DataError> {
    let plain = folder.join(source.name);
    let path = if plain.exists() { plain } else { folder.join(format!("{}.gz", source.name)) };
    let bytes =
        fs::read(&path).and_then(decompress).map_err(|error| DataError::Io { path: path.clone(), source: error })?;
    let found = sha256(&bytes);
    if found == source.sha256 {
        Ok((path, bytes))
    } else {
        Err(DataError::Hash { path, expected: source.sha256, found })
    }
}

/// Unpacks gzip; leaves anything else as it is.
fn decompress(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked)?;
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_and_a_damaged_file_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = Mnist::load(Some(folder.path())).unwrap_err();
        assert!(missing.to_string().contains("train-images-idx3-ubyte.gz"), "{missing}");

        fs::write(folder.path().join("train-images-idx3-ubyte"), [0; 64]).unwrap();
        let damaged = Mnist::load(Some(folder.path())).unwrap_err();
        assert!(matches!(damaged, DataError::Hash { .. }), "{damaged}");
    }
}
