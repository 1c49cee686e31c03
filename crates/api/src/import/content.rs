//! The content of a file to import, recognised by its first bytes.

use anyhow::{anyhow, bail};
use digit::{Bitmap, Digit, idx};
use flate2::bufread::MultiGzDecoder;
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

/// The content of a file.
pub(super) enum Content {
    /// Lines of an NDJSON export.
    Lines(Box<dyn BufRead>),
    /// Images in MNIST's format.
    Images(Vec<Bitmap>),
    /// Labels in MNIST's format.
    Labels(Vec<Digit>),
}

/// Opens a file, which may be compressed with gzip.
pub(super) fn read(path: &Path) -> anyhow::Result<Content> {
    let file: Box<dyn Read> = if path == Path::new("-") { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
    let mut file = BufReader::new(file);
    let is_compressed = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let mut reader: Box<dyn BufRead> =
        if is_compressed { Box::new(BufReader::new(MultiGzDecoder::new(file))) } else { Box::new(file) };
    match reader.fill_buf()? {
        [] | [b'{', ..] => Ok(Content::Lines(reader)),
        [0, 0, 8, 3, ..] => Ok(Content::Images(idx::images(&all(reader)?).map_err(|reason| anyhow!(reason))?)),
        [0, 0, 8, 1, ..] => Ok(Content::Labels(idx::labels(&all(reader)?).map_err(|reason| anyhow!(reason))?)),
        _ => bail!("it is neither an NDJSON export nor a file of images or labels as MNIST has them"),
    }
}

fn all(mut reader: Box<dyn BufRead>) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    Ok(bytes)
}
