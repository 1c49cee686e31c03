//! The data sets: MNIST's digits, pen strokes, and characters that are not digits. They are local or downloaded.

mod download;
pub mod mnist;
pub mod omniglot;
pub mod pen;

use digit::{Bitmap, Digit};
use network::{DataFile, sha256};
use std::{
    env, fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

pub use mnist::Mnist;
pub use omniglot::Characters;
pub use pen::PenDigit;

/// A bitmap and its digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The bitmap.
    pub bitmap: Bitmap,
    /// The digit.
    pub label: Digit,
}

/// All data for training and evaluation.
#[derive(Debug)]
pub struct Data {
    /// Scanned digits.
    pub mnist: Mnist,
    /// Digits as strokes of a pen; empty if the set is missing.
    pub pen: Vec<PenDigit>,
    /// Characters of other scripts; empty if the set is missing.
    pub characters: Characters,
    /// The files that were read.
    pub files: Vec<DataFile>,
}

impl Data {
    /// Reads the sets from `<folder>/mnist`, `<folder>/pen` and `<folder>/omniglot`; the last two are optional. Without
    /// a folder, it reads the per-user cache and downloads missing files into it. It verifies the hash of every file.
    ///
    /// # Errors
    /// When a file is missing, damaged or cannot be downloaded.
    pub fn load(folder: Option<&Path>) -> Result<Self, DataError> {
        let cache = cache();
        let (folder, fetch) = folder.map_or((&*cache, true), |folder| (folder, false));
        let mut store = DatasetStore { folder: folder.to_owned(), fetch, files: Vec::new() };
        let mnist = Mnist::read(&mut store)?;
        let pen = if store.has("pen") { pen::read(&mut store)? } else { Vec::new() };
        let characters = if store.has("omniglot") { Characters::read(&mut store)? } else { Characters::default() };
        Ok(Self { mnist, pen, characters, files: store.files })
    }
}

/// Returns the cache: `~/.cache/digits`, or the folder `digits` of `XDG_CACHE_HOME`.
fn cache() -> PathBuf {
    let home = || env::home_dir().unwrap_or_default().join(".cache");
    env::var_os("XDG_CACHE_HOME").map_or_else(home, PathBuf::from).join("digits")
}

/// A file of a data set: its path in the data folder, its addresses and its hash.
struct Source {
    /// The set's folder.
    set: &'static str,
    /// The file's name, without a suffix of compression.
    name: &'static str,
    /// SHA-256 of the uncompressed file.
    sha256: &'static str,
    /// The publishers' addresses, in the order in which they are tried. The files there may be compressed.
    addresses: &'static [&'static str],
}

/// The folder with the data sets, and the list of the files that were read.
struct DatasetStore {
    folder: PathBuf,
    /// Whether missing files are downloaded.
    fetch: bool,
    files: Vec<DataFile>,
}

impl DatasetStore {
    /// Returns whether a set exists or can be downloaded.
    fn has(&self, set: &str) -> bool {
        self.fetch || self.folder.join(set).is_dir()
    }

    /// Reads `<set>/<name>` or `<set>/<name>.gz` and verifies its hash.
    fn read(&mut self, source: &Source) -> Result<(PathBuf, Vec<u8>), DataError> {
        let folder = self.folder.join(source.set);
        if self.fetch && read(&folder, source).is_err() {
            download::fetch(source, &folder)?;
        }
        let found = read(&folder, source)?;
        self.files.push(DataFile { name: source.name.to_owned(), sha256: source.sha256.to_owned() });
        Ok(found)
    }
}

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

/// Unpacks gzip and compress(1), the format of the oldest sets; other bytes stay unchanged.
fn decompress(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    match bytes.as_slice() {
        [0x1f, 0x8b, ..] => {
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked)?;
            Ok(unpacked)
        }
        [0x1f, 0x9d, ..] => through_gzip(bytes),
        _ => Ok(bytes),
    }
}

/// Unpacks compress(1) with gzip(1), since no maintained crate reads that format.
fn through_gzip(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut gzip = Command::new("gzip").arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let input = gzip.stdin.take();
    let writer = std::thread::spawn(move || input.map_or(Ok(()), |mut input| input.write_all(&bytes)));
    let output = gzip.wait_with_output()?;
    writer.join().map_err(|_| io::Error::other("writing to gzip failed"))??;
    Ok(output.stdout)
}

/// The reason why a data set cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file is missing or unreadable.
    #[error("{path}: {source}")]
    Io {
        /// The path of the file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The hash of a file differs from the expected one.
    #[error(
        "{path}: its SHA-256 is {found}, not {expected}: the file is damaged or was replaced; delete it and try again"
    )]
    Hash {
        /// The path of the file.
        path: PathBuf,
        /// The expected hash.
        expected: &'static str,
        /// The hash of the file.
        found: String,
    },
    /// A file has an unexpected format.
    #[error("{path}: {reason}")]
    Format {
        /// The path of the file.
        path: PathBuf,
        /// The fault.
        reason: String,
    },
    /// The file cannot be downloaded from any address.
    #[error(
        "could not download {name}: {reason}. Check the network, or pass --data <folder> with the folders mnist, pen \
         and omniglot, of which the last two may be left out"
    )]
    Download {
        /// The name of the file.
        name: &'static str,
        /// The error of the last address.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_names_a_missing_or_damaged_file() {
        let folder = tempfile::tempdir().unwrap();
        let missing = Data::load(Some(folder.path())).unwrap_err();
        assert!(missing.to_string().contains("train-images-idx3-ubyte.gz"), "{missing}");

        fs::create_dir(folder.path().join("mnist")).unwrap();
        fs::write(folder.path().join("mnist/train-images-idx3-ubyte"), [0; 64]).unwrap();
        let damaged = Data::load(Some(folder.path())).unwrap_err();
        assert!(matches!(damaged, DataError::Hash { .. }), "{damaged}");
    }

    #[test]
    fn gzip_and_compress_files_are_unpacked() {
        let text = b"digits".to_vec();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&text).unwrap();
        // The output of compress(1) for the same text: 9-bit codes, low bits first.
        let compressed = [0x1f, 0x9d, 0x90, 0x64, 0xd2, 0x9c, 0x49, 0x43, 0x67, 0x0e];
        assert_eq!(decompress(gzip.finish().unwrap()).unwrap(), text);
        assert_eq!(decompress(compressed.to_vec()).unwrap(), text);
        assert_eq!(decompress(text.clone()).unwrap(), text);
    }
}
