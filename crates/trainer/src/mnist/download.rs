//! Downloads MNIST from its public mirrors into a per-user cache.

use super::{DataError, Source, decompress, read};
use indicatif::{ProgressBar, ProgressStyle};
use network::sha256;
use std::{
    env, fs,
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

/// Where the gzipped files are published, tried in this order.
const MIRRORS: [&str; 2] =
    ["https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist"];

/// No file of MNIST is near this size, in bytes; a mirror that sends more is not one.
const MAX_BYTES: u64 = 32 << 20;

/// How long one file may take; the largest has 10 MB.
const PATIENCE: Duration = Duration::from_mins(5);

/// `~/.cache/digits/mnist`, or what `XDG_CACHE_HOME` puts in its place.
pub(super) fn cache() -> PathBuf {
    let home = || env::home_dir().unwrap_or_default().join(".cache");
    env::var_os("XDG_CACHE_HOME").map_or_else(home, PathBuf::from).join("digits/mnist")
}

/// Makes sure that `folder` holds the file, downloading it if need be.
pub(super) fn fetch(source: &Source, folder: &Path) -> Result<(), DataError> {
    if read(folder, source).is_ok() {
        return Ok(());
    }
    let mut reason = String::new();
    for mirror in MIRRORS {
        match download(mirror, source) {
            Ok(file) => return store(&file, source, folder),
            Err(error) => reason = format!("{mirror}: {error}"),
        }
    }
    Err(DataError::Download { name: source.name, reason })
}

/// The gzipped file, known to be the right one.
fn download(mirror: &str, source: &Source) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let request = ureq::get(format!("{mirror}/{}.gz", source.name)).config().timeout_global(Some(PATIENCE)).build();
    let response = request.call()?;
    let bar = ProgressBar::new(response.body().content_length().unwrap_or(0))
        .with_message(source.name)
        .with_style(ProgressStyle::with_template("{msg:24} {wide_bar} {bytes}/{total_bytes} {eta}")?);
    let mut file = Vec::new();
    bar.wrap_read(response.into_body().into_reader().take(MAX_BYTES)).read_to_end(&mut file)?;
    bar.finish();
    let found = sha256(&decompress(file.clone())?);
    if found != source.sha256 {
        return Err(format!("the file's SHA-256 is {found}, not {}", source.sha256).into());
    }
    Ok(file)
}

/// Puts the file in place whole, so that an interrupted download leaves nothing that looks finished.
fn store(file: &[u8], source: &Source, folder: &Path) -> Result<(), DataError> {
    let path = folder.join(format!("{}.gz", source.name));
    let partial = folder.join(format!("{}.part", source.name));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&partial, file))
        .and_then(|()| fs::rename(&partial, &path))
        .map_err(|source| DataError::Io { path, source })
}
