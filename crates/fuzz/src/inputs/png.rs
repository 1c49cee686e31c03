//! PNGs that no program would write, but whose checksums are correct, so that a decoder reaches the faults (the format:
//! W3C, "Portable Network Graphics (PNG) Specification", third edition).

use crate::random::Random;
use crc::{CRC_32_ISO_HDLC, Crc};
use flate2::{Compression, write::ZlibEncoder};
use std::io::Write;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// The colour types, with their allowed depths and the samples per pixel.
const COLOURS: [(u8, &[u8], usize); 5] =
    [(0, &[1, 2, 4, 8, 16], 1), (2, &[8, 16], 3), (3, &[1, 2, 4, 8], 1), (4, &[8, 16], 2), (6, &[8, 16], 4)];

/// Adam7's passes: the first column and row, and the steps to the next ones (the same specification, section 8.1).
const PASSES: [[usize; 4]; 7] =
    [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];

/// Returns a PNG of random pixels. Sometimes its header has an invalid byte, or pixels are missing.
pub(super) fn made(random: &mut Random) -> Vec<u8> {
    let (width, height) = (1 + random.below(40), 1 + random.below(40));
    let (colour, depths, samples) = random.pick(&COLOURS);
    let depth = random.pick(depths);
    let is_interlaced = random.happens(30);
    let pixels = scanlines(random, [width, height], samples * usize::from(depth), is_interlaced);
    let mut header = [0, 0, 0, 0, 0, 0, 0, 0, depth, colour, 0, 0, u8::from(is_interlaced)];
    header[3] = u8::try_from(width).unwrap_or(1);
    header[7] = u8::try_from(height).unwrap_or(1);
    if random.happens(5) {
        header[random.below(13)] = random.byte();
    }
    let mut png = SIGNATURE.to_vec();
    chunk(&mut png, *b"IHDR", &header);
    for kind in [b"gAMA", b"sBIT", b"cHRM", b"iCCP", b"eXIf", b"acTL", b"tEXt"] {
        if random.happens(4) {
            let count = random.below(40);
            chunk(&mut png, *kind, &random.bytes(count));
        }
    }
    if colour == 3 || random.happens(3) {
        let entries = if random.happens(90) { 1 << depth.min(8) } else { random.below(300) };
        chunk(&mut png, *b"PLTE", &random.bytes(entries * 3));
    }
    if random.happens(15) {
        let count = random.below(8);
        chunk(&mut png, *b"tRNS", &random.bytes(count));
    }
    let packed = zlib(&pixels);
    let (first, second) = packed.split_at(random.below(packed.len()));
    chunk(&mut png, *b"IDAT", first);
    chunk(&mut png, *b"IDAT", second);
    chunk(&mut png, *b"IEND", &[]);
    png
}

/// Corrects the checksums of consecutive chunks.
pub(super) fn repair(png: &mut [u8]) {
    let mut rest = png.get_mut(SIGNATURE.len()..).unwrap_or_default();
    while let Some((length, after)) = std::mem::take(&mut rest).split_first_chunk_mut::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX).saturating_add(4);
        let Some((summed, after)) = after.split_at_mut_checked(length) else { return };
        let Some((sum, after)) = after.split_first_chunk_mut::<4>() else { return };
        *sum = CRC.checksum(summed).to_be_bytes();
        rest = after;
    }
}

/// Returns filtered scanlines of random samples, nearly always the correct number. They have few different bytes, so
/// that the pixels form shapes.
fn scanlines(random: &mut Random, [width, height]: [usize; 2], bits: usize, is_interlaced: bool) -> Vec<u8> {
    let passes = if is_interlaced { &PASSES[..] } else { &[[0, 0, 1, 1]] };
    let levels = random.bytes(3);
    let mut pixels = Vec::new();
    for &[left, top, right, down] in passes {
        let (columns, rows) = (width.saturating_sub(left).div_ceil(right), height.saturating_sub(top).div_ceil(down));
        for _ in 0..if columns == 0 { 0 } else { rows } {
            pixels.push(if random.happens(99) { random.byte() % 5 } else { random.byte() });
            pixels.extend((0..(columns * bits).div_ceil(8)).map(|_| random.pick(&levels)));
        }
    }
    if random.happens(5) {
        pixels.truncate(random.below(pixels.len() + 1));
    }
    pixels
}

pub(super) fn chunk(png: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    png.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    let summed = [&kind[..], data].concat();
    png.extend(&summed);
    png.extend(CRC.checksum(&summed).to_be_bytes());
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    let _ = packed.write_all(bytes);
    packed.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_generated_pngs_can_be_decoded() {
        let decoded =
            (0..500).filter(|&input| image::load_from_memory(&made(&mut Random::of(3, input))).is_ok()).count();
        assert!(decoded > 300, "{decoded} of 500");
    }

    #[test]
    fn repair_corrects_checksums() {
        let mut random = Random::of(4, 1);
        let whole = made(&mut random);
        let mut broken = whole.clone();
        let end = broken.len() - 1;
        broken[29] ^= 1; // in the header's checksum
        broken[end] ^= 1; // in the last checksum
        repair(&mut broken);
        assert_eq!(broken, whole);
        for cut in 0..whole.len() {
            repair(&mut whole[..cut].to_vec());
        }
    }
}
