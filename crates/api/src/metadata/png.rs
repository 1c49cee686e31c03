//! PNG: keeps header, palette, transparency, pixels, frames of an animation, colour space and orientation (W3C,
//! "Portable Network Graphics (PNG) Specification", third edition).

use super::{Damaged, bytes::Bytes, exif, icc};
use flate2::{Compression, Crc, read::ZlibDecoder, write::ZlibEncoder};
use std::io::{Read, Write};

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// The name of an ICC profile, followed by its compression method. It replaces the name in the file, which is free
/// text.
const PROFILE_NAME: &[u8] = b"ICC profile\0\0";

/// The largest ICC profile, in bytes. A larger one is dropped.
const LARGEST_PROFILE: u64 = 4 << 20;

/// A chunk, and whether its checksum is correct.
struct Chunk<'a> {
    kind: [u8; 4],
    data: &'a [u8],
    /// The whole chunk, with length and checksum.
    whole: &'a [u8],
    is_sound: bool,
}

/// The kept chunks of a file.
#[derive(Default)]
struct KeptChunks {
    colour_type: u8,
    /// The kinds of the kept chunks. Of most kinds, a decoder uses the first chunk.
    taken: Vec<[u8; 4]>,
    /// An EXIF block with the orientation.
    orientation: Option<Vec<u8>>,
    chunks: Vec<u8>,
}

/// The image and its animation, without metadata. If a frame after the first is damaged, the result ends before it.
pub(super) fn strip(bytes: &[u8]) -> Result<Vec<u8>, Damaged> {
    let mut bytes = Bytes(bytes);
    if bytes.array()? != SIGNATURE {
        return Err(Damaged);
    }
    let header = chunk(&mut bytes)?;
    if header.kind != *b"IHDR" || header.data.len() != 13 {
        return Err(Damaged);
    }
    let mut kept = KeptChunks { colour_type: header.data[9], ..KeptChunks::default() };
    loop {
        let chunk = chunk(&mut bytes)?;
        if chunk.kind == *b"IDAT" {
            kept.chunks.extend_from_slice(chunk.whole);
            break;
        }
        kept.take(&chunk)?;
    }
    pixels(&mut bytes, &mut kept.chunks)?;
    while let Some(frame) = kept.has(*b"acTL").then(|| frame(&mut bytes)).flatten() {
        kept.chunks.extend_from_slice(frame);
    }
    let mut stripped = [SIGNATURE, header.whole].concat();
    if let Some(exif) = kept.orientation {
        stripped.extend(written(*b"eXIf", &exif));
    }
    stripped.append(&mut kept.chunks);
    stripped.extend(written(*b"IEND", &[]));
    Ok(stripped)
}

impl KeptChunks {
    /// Keeps a chunk before the pixels if it is allowed.
    fn take(&mut self, chunk: &Chunk) -> Result<(), Damaged> {
        let Chunk { kind, data, whole, is_sound } = *chunk;
        match &kind {
            b"PLTE" => self.keep(kind, whole),
            b"fcTL" if data.len() != 26 => return Err(Damaged),
            b"fcTL" if is_sound => self.keep(kind, whole),
            // The image has no pixels, a frame precedes it, or this chunk is critical and unknown.
            b"IEND" | b"fdAT" => return Err(Damaged),
            [first, ..] if first.is_ascii_uppercase() => return Err(Damaged),
            _ if !is_sound || self.has(kind) => {}
            b"acTL" if counts_frames(data) => self.keep(kind, whole),
            b"gAMA" | b"cICP" if data.len() == 4 => self.keep(kind, whole),
            b"cHRM" if data.len() == 32 => self.keep(kind, whole),
            b"sRGB" if data.len() == 1 => self.keep(kind, whole),
            b"tRNS" => {
                if let Some(transparency) = self.transparency(data) {
                    self.keep(kind, &written(kind, transparency));
                }
            }
            b"iCCP" => {
                let profile = profile(data).map(|profile| written(kind, &profile));
                self.keep(kind, &profile.unwrap_or_default());
            }
            b"eXIf" => {
                self.orientation = exif::orientation_only(data);
                self.keep(kind, &[]);
            }
            _ => {}
        }
        Ok(())
    }

    fn has(&self, kind: [u8; 4]) -> bool {
        self.taken.contains(&kind)
    }

    fn keep(&mut self, kind: [u8; 4], chunk: &[u8]) {
        if !self.has(kind) {
            self.taken.push(kind);
        }
        self.chunks.extend_from_slice(chunk);
    }

    /// The part of a `tRNS` chunk that a decoder reads; `None` if it ignores the chunk.
    fn transparency<'a>(&self, data: &'a [u8]) -> Option<&'a [u8]> {
        match self.colour_type {
            _ if data.len() > 256 => None,
            0 => data.get(..2),
            2 => data.get(..6),
            3 if self.has(*b"PLTE") && !data.is_empty() => Some(data),
            _ => None,
        }
    }
}

/// The next chunk.
fn chunk<'a>(bytes: &mut Bytes<'a>) -> Result<Chunk<'a>, Damaged> {
    let start = bytes.0;
    let length = bytes.length_be()?;
    let kind = *bytes.array()?;
    let data = bytes.take(length)?;
    let sum = u32::from_be_bytes(*bytes.array()?);
    // Decoders reject critical chunks with a wrong checksum, so only the checksums of other chunks are compared here.
    let is_sound = kind[0].is_ascii_uppercase() || sum == checksum(kind, data);
    Ok(Chunk { kind, data, whole: &start[..start.len() - bytes.0.len()], is_sound })
}

/// Copies further pixels of the image. Another chunk must follow; otherwise the file is truncated.
fn pixels(bytes: &mut Bytes, chunks: &mut Vec<u8>) -> Result<(), Damaged> {
    loop {
        let mut ahead = *bytes;
        ahead.length_be()?;
        if ahead.array()? != b"IDAT" {
            return Ok(());
        }
        chunks.extend_from_slice(chunk(bytes)?.whole);
    }
}

/// The next chunk of an animation; `None` at the end or when the file is damaged.
fn frame<'a>(bytes: &mut Bytes<'a>) -> Option<&'a [u8]> {
    loop {
        let chunk = chunk(bytes).ok()?;
        match &chunk.kind {
            b"fcTL" if chunk.is_sound && chunk.data.len() == 26 => return Some(chunk.whole),
            b"fdAT" if chunk.is_sound && chunk.data.len() >= 4 => return Some(chunk.whole),
            b"fcTL" | b"fdAT" | b"IEND" => return None,
            _ => {}
        }
    }
}

/// Whether an animation's header has a valid number of frames.
fn counts_frames(data: &[u8]) -> bool {
    matches!(data, &[a, b, c, d, _, _, _, _] if (1..1 << 31).contains(&u32::from_be_bytes([a, b, c, d])))
}

/// The ICC profile with another name, compressed again, so that no bytes follow the compressed data.
fn profile(data: &[u8]) -> Option<Vec<u8>> {
    let name = data.iter().position(|&byte| byte == 0)?;
    let compressed = data.get(name + 1..)?.strip_prefix(&[0])?;
    let mut bytes = Vec::new();
    ZlibDecoder::new(compressed).take(LARGEST_PROFILE).read_to_end(&mut bytes).ok()?;
    let mut packed = ZlibEncoder::new(PROFILE_NAME.to_vec(), Compression::best());
    packed.write_all(icc::profile(&bytes)?).ok()?;
    packed.finish().ok()
}

/// A new chunk.
pub(super) fn written(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], &kind, data, &checksum(kind, data).to_be_bytes()].concat()
}

fn checksum(kind: [u8; 4], data: &[u8]) -> u32 {
    let mut sum = Crc::new();
    sum.update(&kind);
    sum.update(data);
    sum.sum()
}
