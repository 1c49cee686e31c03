//! Downloads the files of data sets from their publishers into the per-user cache.

use super::{DataError, Source, decompress};
use crate::whole_file;
use indicatif::{ProgressBar, ProgressStyle};
use network::sha256;
use std::{io::Read, path::Path, time::Duration};

/// The download limit of a file, in bytes. All files of the sets are much smaller.
const MAX_BYTES: u64 = 32 << 20;

/// The timeout of a download; the largest file has 10 MB.
const TIMEOUT: Duration = Duration::from_mins(5);

/// Downloads the file into `folder`.
pub(super) fn fetch(source: &Source, folder: &Path) -> Result<(), DataError> {
    let mut reason = String::new();
    for address in source.addresses {
        match download(address, source) {
            Ok(file) => return store(&file, source, folder),
            Err(error) => reason = format!("{address}: {error}"),
        }
    }
    Err(DataError::Download { name: source.name, reason })
}

/// Downloads the file and verifies its hash.
fn download(address: &str, source: &Source) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let request = ureq::get(address).config().timeout_global(Some(TIMEOUT)).build();
    let response = request.call()?;
    let bar = ProgressBar::new(response.body().content_length().unwrap_or(0))
        .with_message(source.name)
        .with_style(ProgressStyle::with_template("{msg:24} {wide_bar} {bytes}/{total_bytes} {eta}")?);
    let mut file = Vec::new();
    bar.wrap_read(response.into_body().into_reader().take(MAX_BYTES)).read_to_end(&mut file)?;
    bar.finish();
    let file = decompress(file)?;
    let found = sha256(&file);
    if found != source.sha256 {
        return Err(format!("the file's SHA-256 is {found}, not {}", source.sha256).into());
    }
    Ok(file)
}

/// Writes a file into the folder. An interrupted download leaves no partial file under its name.
fn store(file: &[u8], source: &Source, folder: &Path) -> Result<(), DataError> {
    let path = folder.join(source.name);
    whole_file::write(&path, file).map_err(|source| DataError::Io { path, source })
}
