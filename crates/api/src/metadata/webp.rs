//! WebP: keeps compressed pixels, transparency, frames of an animation, ICC profile and orientation (RFC 9649,
//! section 2).

use super::{Damaged, bytes::Bytes, exif, icc};

/// Flags of an extended file.
const HAS_PROFILE: u8 = 0b10_0000;
const HAS_ALPHA: u8 = 0b01_0000;
const HAS_EXIF: u8 = 0b00_1000;
const HAS_XMP: u8 = 0b00_0100;
const IS_ANIMATED: u8 = 0b00_0010;

/// The length of a frame's header, in bytes: its position, size, duration and flags.
const FRAME_HEADER: usize = 16;

/// The least length of a frame, in bytes: its header and the header of a chunk.
const LEAST_FRAME: usize = FRAME_HEADER + 8;

/// A chunk. The end of the file may truncate its data.
struct Chunk<'a> {
    kind: [u8; 4],
    data: &'a [u8],
    is_whole: bool,
}

/// The kept chunks of an extended file: the first of each kind, and all frames.
#[derive(Default)]
struct KeptChunks<'a> {
    profile: Option<Chunk<'a>>,
    animation: Option<Chunk<'a>>,
    frames: Vec<Chunk<'a>>,
    /// Whether a frame is lossy.
    is_lossy: bool,
    alpha: Option<Chunk<'a>>,
    lossy: Option<Chunk<'a>>,
    lossless: Option<Chunk<'a>>,
    exif: Option<Chunk<'a>>,
    xmp: Option<Chunk<'a>>,
}

/// The image or the animation, without metadata. If a frame after the first is truncated, the result ends before it.
pub(super) fn strip(bytes: &[u8]) -> Result<Vec<u8>, Damaged> {
    let mut bytes = Bytes(bytes);
    bytes.take(4)?;
    let size = bytes.length_le()?;
    bytes.take(4)?;
    let mut stripped = b"RIFF\0\0\0\0WEBP".to_vec();
    let ahead = bytes;
    let first = chunk(&mut bytes)?;
    match &first.kind {
        // A simple file has one chunk; later ones are not part of the image.
        b"VP8 " | b"VP8L" => write_chunk(&mut stripped, first.kind, first.data),
        b"VP8X" => extended(ahead, bytes, size, &mut stripped)?,
        _ => return Err(Damaged),
    }
    let size = u32::try_from(stripped.len() - 8).map_err(|_| Damaged)?;
    stripped[4..8].copy_from_slice(&size.to_le_bytes());
    Ok(stripped)
}

/// Strips an extended file. `header` starts at its first chunk, `rest` at the second.
fn extended(mut header: Bytes, mut rest: Bytes, size: usize, stripped: &mut Vec<u8>) -> Result<(), Damaged> {
    header.take(8)?;
    let &[flags, _, _, _, canvas @ ..] = header.array::<10>()?;
    // Like the decoder, read some bytes beyond the stated end.
    let beyond = rest.0.len().saturating_sub(size.saturating_sub(12));
    let mut kept = KeptChunks::default();
    while rest.0.len() > beyond {
        let Ok(chunk) = chunk(&mut rest) else { break };
        kept.take(chunk)?;
    }
    let is_animated = flags & IS_ANIMATED != 0;
    if flags & HAS_EXIF != 0 && kept.exif.is_none() || flags & HAS_XMP != 0 && kept.xmp.is_none() {
        return Err(Damaged);
    }
    if kept.exif.as_ref().is_some_and(|exif| !exif.is_whole) {
        return Err(Damaged);
    }
    let profile = kept.profile.as_ref().and_then(|chunk| icc::profile(chunk.data));
    let exif = kept.exif.as_ref().and_then(|chunk| exif::orientation_only(chunk.data));
    let mut flags = flags & (HAS_ALPHA | IS_ANIMATED);
    flags |= if profile.is_some() { HAS_PROFILE } else { 0 };
    flags |= if exif.is_some() { HAS_EXIF } else { 0 };
    write_chunk(stripped, *b"VP8X", &[&[flags, 0, 0, 0][..], &canvas].concat());
    if let Some(profile) = profile {
        write_chunk(stripped, *b"ICCP", profile);
    }
    if is_animated { kept.write_animation(stripped) } else { kept.write_image(stripped) }?;
    if let Some(exif) = exif {
        write_chunk(stripped, *b"EXIF", &exif);
    }
    Ok(())
}

impl<'a> KeptChunks<'a> {
    fn take(&mut self, chunk: Chunk<'a>) -> Result<(), Damaged> {
        let place = match &chunk.kind {
            b"ICCP" => &mut self.profile,
            b"ANIM" => &mut self.animation,
            b"ALPH" => &mut self.alpha,
            b"VP8 " => &mut self.lossy,
            b"VP8L" => &mut self.lossless,
            b"EXIF" => &mut self.exif,
            b"XMP " => &mut self.xmp,
            b"ANMF" => return self.take_frame(chunk),
            _ => return Ok(()),
        };
        place.get_or_insert(chunk);
        Ok(())
    }

    /// Keeps a frame. A frame that is truncated in its header damages the file, as for the decoder, which reads a
    /// frame's first chunk until it knows that the animation is lossy.
    fn take_frame(&mut self, frame: Chunk<'a>) -> Result<(), Damaged> {
        let least = if frame.is_whole || !self.is_lossy { LEAST_FRAME } else { FRAME_HEADER };
        if frame.data.len() < least {
            return Err(Damaged);
        }
        self.is_lossy |= matches!(frame.data.get(FRAME_HEADER..FRAME_HEADER + 4), Some(b"VP8 " | b"ALPH"));
        self.frames.push(frame);
        Ok(())
    }

    fn write_image(&self, stripped: &mut Vec<u8>) -> Result<(), Damaged> {
        match (&self.lossy, &self.lossless) {
            (Some(lossy), None) => {
                if let Some(alpha) = &self.alpha {
                    write_chunk(stripped, alpha.kind, alpha.data);
                }
                write_chunk(stripped, lossy.kind, lossy.data);
            }
            (None, Some(lossless)) => write_chunk(stripped, lossless.kind, lossless.data),
            _ => return Err(Damaged),
        }
        Ok(())
    }

    fn write_animation(&self, stripped: &mut Vec<u8>) -> Result<(), Damaged> {
        let animation = self.animation.as_ref().ok_or(Damaged)?;
        if animation.data.len() != 6 {
            return Err(Damaged);
        }
        write_chunk(stripped, animation.kind, animation.data);
        let (first, others) = self.frames.split_first().ok_or(Damaged)?;
        write_chunk(stripped, first.kind, &frame(first.data)?);
        for other in others.iter().take_while(|frame| frame.is_whole) {
            let Ok(frame) = frame(other.data) else { break };
            write_chunk(stripped, other.kind, &frame);
        }
        Ok(())
    }
}

/// A frame without the chunks after its pixels.
fn frame(data: &[u8]) -> Result<Vec<u8>, Damaged> {
    let mut bytes = Bytes(data);
    let &[place @ .., flags] = bytes.array::<FRAME_HEADER>()?;
    let mut frame = place.to_vec();
    frame.push(flags & 0b11);
    let first = chunk(&mut bytes)?;
    write_chunk(&mut frame, first.kind, first.data);
    match &first.kind {
        b"VP8 " | b"VP8L" => {}
        b"ALPH" => {
            let pixels = chunk(&mut bytes)?;
            if pixels.kind != *b"VP8 " {
                return Err(Damaged);
            }
            write_chunk(&mut frame, pixels.kind, pixels.data);
        }
        _ => return Err(Damaged),
    }
    Ok(frame)
}

/// The next chunk, which may be truncated.
fn chunk<'a>(bytes: &mut Bytes<'a>) -> Result<Chunk<'a>, Damaged> {
    let kind = *bytes.array()?;
    let length = bytes.length_le()?;
    let data = bytes.take_at_most(length);
    bytes.take_at_most(length & 1);
    Ok(Chunk { kind, data, is_whole: data.len() == length })
}

pub(super) fn write_chunk(stripped: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    stripped.extend(kind);
    stripped.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
    stripped.extend_from_slice(data);
    stripped.resize(stripped.len().next_multiple_of(2), 0);
}
