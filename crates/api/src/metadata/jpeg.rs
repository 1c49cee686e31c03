//! JPEG: keeps tables, frame and scans, and of the application segments JFIF, Adobe's colour transform, ICC and
//! orientation (ITU-T T.81, annex B; T.871 for JFIF; T.872 for Adobe's segment and ICC).

use super::{Damaged, bytes::Bytes, exif, icc};

const START_OF_IMAGE: u8 = 0xd8;
const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const APP14: u8 = 0xee;

/// A JFIF header of version 1.02 that states no density and holds no thumbnail.
const JFIF: [u8; 14] = *b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0";
/// The marker of a frame from an AVI video, which may lack Huffman tables.
const AVI: &[u8] = b"AVI1\0";
const EXIF: &[u8] = b"Exif\0\0";
const ICC: &[u8] = b"ICC_PROFILE\0";
/// The largest part of an ICC profile in one segment, in bytes.
const ICC_PORTION: usize = 65_519;

/// The segments before the first scan.
#[derive(Default)]
struct Head<'a> {
    has_jfif: bool,
    is_avi: bool,
    /// The last EXIF block, which decoders use.
    exif: Option<&'a [u8]>,
    /// The parts of the ICC profile: number, count and bytes.
    icc: Vec<(u8, u8, &'a [u8])>,
    /// All other kept segments, in their order.
    tables: Vec<u8>,
}

/// The first image of a file, without metadata.
pub(super) fn strip(bytes: &[u8]) -> Result<Vec<u8>, Damaged> {
    let mut bytes = Bytes(bytes);
    if bytes.array()? != &[0xff, START_OF_IMAGE] {
        return Err(Damaged);
    }
    let mut head = Head::default();
    while head.take_segment(&mut bytes)? != START_OF_SCAN {}
    let mut stripped = vec![0xff, START_OF_IMAGE];
    head.write(&mut stripped);
    scans(&mut bytes, &mut stripped)?;
    Ok(stripped)
}

impl<'a> Head<'a> {
    /// Reads the next segment, keeps it if it is allowed, and returns its marker.
    fn take_segment(&mut self, bytes: &mut Bytes<'a>) -> Result<u8, Damaged> {
        let marker = next_marker(bytes)?;
        if marker == END_OF_IMAGE {
            return Err(Damaged);
        }
        let payload = payload(bytes)?;
        match marker {
            APP0 if payload.starts_with(b"JFIF\0") => self.has_jfif = true,
            APP0 if payload.starts_with(AVI) => self.is_avi = true,
            APP1 => self.exif = payload.strip_prefix(EXIF).filter(|exif| !exif.is_empty()).or(self.exif),
            APP2 => self.icc.extend(icc_portion(payload)),
            // Its position before or after the frame header matters, so it stays in its place.
            APP14 if payload.starts_with(b"Adobe") => {
                let &transform = payload.get(11).ok_or(Damaged)?;
                write_segment(&mut self.tables, APP14, &[b"Adobe\0\x64\0\0\0\0", &[transform][..]].concat());
            }
            _ if marker == START_OF_SCAN || is_table(marker) || is_frame(marker) => {
                write_segment(&mut self.tables, marker, payload);
            }
            _ => {}
        }
        Ok(marker)
    }

    fn write(&self, stripped: &mut Vec<u8>) {
        if self.has_jfif {
            write_segment(stripped, APP0, &JFIF);
        }
        if self.is_avi {
            write_segment(stripped, APP0, AVI);
        }
        if let Some(exif) = self.exif.and_then(exif::orientation_only) {
            write_segment(stripped, APP1, &[EXIF, &exif].concat());
        }
        let profile = self.icc_profile();
        if let Some(profile) = profile.as_deref().and_then(icc::profile) {
            let portions = profile.chunks(ICC_PORTION);
            let count = u8::try_from(portions.len()).unwrap_or(u8::MAX);
            for (number, portion) in (1..=count).zip(portions) {
                write_segment(stripped, APP2, &[ICC, &[number, count], portion].concat());
            }
        }
        stripped.extend_from_slice(&self.tables);
    }

    /// The ICC profile, if it has each of its parts once.
    fn icc_profile(&self) -> Option<Vec<u8>> {
        let mut portions = self.icc.clone();
        portions.sort_by_key(|&(number, ..)| number);
        let is_whole = (1..)
            .zip(&portions)
            .all(|(place, &(number, count, _))| usize::from(number) == place && usize::from(count) == portions.len());
        is_whole.then(|| portions.iter().flat_map(|(.., portion)| *portion).copied().collect())
    }
}

/// Copies the compressed pixels, further scans and the tables between them, until the end of the image.
fn scans(bytes: &mut Bytes, stripped: &mut Vec<u8>) -> Result<(), Damaged> {
    loop {
        let coded = *bytes;
        let mut marker = next_marker(bytes)?;
        while is_coded(marker) {
            marker = next_marker(bytes)?;
        }
        let end = coded.0.len() - bytes.0.len() - 2;
        stripped.extend_from_slice(&coded.0[..end]);
        while marker != START_OF_SCAN {
            match marker {
                END_OF_IMAGE => {
                    stripped.extend([0xff, END_OF_IMAGE]);
                    return Ok(());
                }
                _ if is_table(marker) => write_segment(stripped, marker, payload(bytes)?),
                _ if is_metadata(marker) => drop(payload(bytes)?),
                _ => return Err(Damaged),
            }
            marker = next_marker(bytes)?;
        }
        write_segment(stripped, marker, payload(bytes)?);
    }
}

/// Reads up to the next marker and returns it. Skips the bytes before it: fill bytes, garbage, compressed pixels.
fn next_marker(bytes: &mut Bytes) -> Result<u8, Damaged> {
    let is_marker = |pair: &[u8]| pair[0] == 0xff && pair[1] != 0 && pair[1] != 0xff;
    let place = bytes.0.windows(2).position(is_marker).ok_or(Damaged)?;
    bytes.take(place + 1)?;
    bytes.byte()
}

/// The bytes of a segment after its length.
fn payload<'a>(bytes: &mut Bytes<'a>) -> Result<&'a [u8], Damaged> {
    let length = bytes.u16_be()?.checked_sub(2).ok_or(Damaged)?;
    bytes.take(length.into())
}

/// A part of an ICC profile.
fn icc_portion(payload: &[u8]) -> Option<(u8, u8, &[u8])> {
    match payload.strip_prefix(ICC)? {
        [number, count, portion @ ..] if !portion.is_empty() => Some((*number, *count, portion)),
        _ => None,
    }
}

/// Writes a segment. The payload must be shorter than 64 KiB.
fn write_segment(stripped: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    let length = u16::try_from(payload.len() + 2).unwrap_or(u16::MAX);
    stripped.extend([0xff, marker]);
    stripped.extend(length.to_be_bytes());
    stripped.extend_from_slice(payload);
}

/// Huffman and quantization tables, arithmetic conditioning, number of lines, restart interval.
const fn is_table(marker: u8) -> bool {
    matches!(marker, 0xc4 | 0xcc | 0xdb..=0xdd)
}

const fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf)
}

/// Restart markers, and reserved ones, which occur only in damaged pixels; decoders stop there.
const fn is_coded(marker: u8) -> bool {
    matches!(marker, 0x01..=0xbf | 0xd0..=0xd7 | 0xf0..=0xfd)
}

/// Application segments and comments.
const fn is_metadata(marker: u8) -> bool {
    matches!(marker, 0xe0..=0xef | 0xfe)
}
