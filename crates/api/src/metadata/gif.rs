//! GIF: keeps frames with their colours and timing, and the number of repeats (GIF 89a).

use super::{Damaged, bytes::Bytes};

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const TRAILER: u8 = 0x3b;
const GRAPHIC_CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;

/// The extensions that apply to the next frame.
#[derive(Default)]
struct Pending {
    /// The last graphic control: flags, delay, transparent colour.
    control: Option<[u8; 4]>,
    /// How often the animation repeats, and whether the result already says so.
    repeat: Option<[u8; 2]>,
    repeat_is_written: bool,
}

/// The frames of a file up to its trailer, without metadata. If a frame after the first is damaged, the result ends
/// before it. The first frame may be truncated; the decoder checks whether it has enough pixels.
pub(super) fn strip(bytes: &[u8]) -> Result<Vec<u8>, Damaged> {
    let mut bytes = Bytes(bytes);
    // Signature and logical screen descriptor.
    let head: &[u8; 13] = bytes.array()?;
    let mut stripped = head.to_vec();
    stripped.extend_from_slice(bytes.take(palette_length(head[10]))?);
    let mut pending = Pending::default();
    let first = pending.next_frame(&mut bytes)?;
    stripped.extend(first.bytes);
    if !first.is_whole {
        return Ok(stripped);
    }
    while let Ok(Frame { bytes, is_whole: true }) = pending.next_frame(&mut bytes) {
        stripped.extend(bytes);
    }
    stripped.push(TRAILER);
    Ok(stripped)
}

/// A frame with its extensions.
struct Frame {
    bytes: Vec<u8>,
    is_whole: bool,
}

impl Pending {
    /// Reads the next frame and the extensions before it.
    fn next_frame(&mut self, bytes: &mut Bytes) -> Result<Frame, Damaged> {
        loop {
            match bytes.byte()? {
                EXTENSION => self.read_extension(bytes)?,
                IMAGE => {
                    let mut frame = Vec::new();
                    self.write_extensions(&mut frame);
                    let is_whole = copy_frame(bytes, &mut frame)?;
                    return Ok(Frame { bytes: frame, is_whole });
                }
                _ => return Err(Damaged),
            }
        }
    }

    fn read_extension(&mut self, bytes: &mut Bytes) -> Result<(), Damaged> {
        let label = bytes.byte()?;
        let mut blocks = SubBlocks(bytes);
        match label {
            GRAPHIC_CONTROL => {
                let mut last = blocks.next()?.ok_or(Damaged)?;
                while let Some(block) = blocks.next()? {
                    last = block;
                }
                let &[flags, delay_low, delay_high, transparent] = last.try_into().map_err(|_| Damaged)?;
                let transparent = if flags & 1 == 1 { transparent } else { 0 };
                self.control = Some([flags & 0b1_1111, delay_low, delay_high, transparent]);
            }
            APPLICATION => {
                let name = blocks.next()?;
                let is_loop = matches!(name, Some(b"NETSCAPE2.0" | b"ANIMEXTS1.0"));
                let mut data = if name.is_some() { blocks.next()? } else { None };
                if let (true, Some(&[1, low, high])) = (is_loop, data) {
                    self.repeat = Some([low, high]);
                }
                while data.is_some() {
                    data = blocks.next()?;
                }
            }
            _ => while blocks.next()?.is_some() {},
        }
        Ok(())
    }

    /// Writes the extensions that apply to the next frame.
    fn write_extensions(&mut self, stripped: &mut Vec<u8>) {
        if let (Some([low, high]), false) = (self.repeat, self.repeat_is_written) {
            stripped.extend([EXTENSION, APPLICATION, 11]);
            stripped.extend(b"NETSCAPE2.0");
            stripped.extend([3, 1, low, high, 0]);
            self.repeat_is_written = true;
        }
        if let Some([flags, delay_low, delay_high, transparent]) = self.control.take() {
            stripped.extend([EXTENSION, GRAPHIC_CONTROL, 4, flags, delay_low, delay_high, transparent, 0]);
        }
    }
}

/// Copies a frame, and returns whether it is complete.
fn copy_frame(bytes: &mut Bytes, frame: &mut Vec<u8>) -> Result<bool, Damaged> {
    let &[ref position_and_size @ .., flags] = bytes.array::<9>()?;
    let has_palette = flags & 0x80 != 0;
    // Clear the reserved and sort flags, and the palette's size if there is no palette.
    let flags = flags & if has_palette { 0b1100_0111 } else { 0b0100_0000 };
    frame.push(IMAGE);
    frame.extend_from_slice(position_and_size);
    frame.push(flags);
    frame.extend_from_slice(bytes.take(palette_length(flags))?);
    let compressed = *bytes;
    bytes.byte()?; // the minimum code size of LZW
    let mut blocks = SubBlocks(bytes);
    let is_whole = loop {
        match blocks.next() {
            Ok(Some(_)) => {}
            Ok(None) => break true,
            Err(Damaged) => break false,
        }
    };
    let end = if is_whole { compressed.0.len() - bytes.0.len() } else { compressed.0.len() };
    frame.extend_from_slice(&compressed.0[..end]);
    Ok(is_whole)
}

/// The length in bytes of the palette that these flags describe.
const fn palette_length(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 0b111) + 1) }
}

/// The sub-blocks of an extension or of compressed pixels.
struct SubBlocks<'a, 'b>(&'a mut Bytes<'b>);

impl<'b> SubBlocks<'_, 'b> {
    /// The next sub-block; `None` at the terminator.
    fn next(&mut self) -> Result<Option<&'b [u8]>, Damaged> {
        let length = self.0.byte()?;
        let block = self.0.take(length.into())?;
        Ok((length > 0).then_some(block))
    }
}
