//! A reader of bytes that fails at their end.

use super::Damaged;

/// The unread bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Damaged> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next `COUNT` bytes as an array.
    pub(super) fn array<const COUNT: usize>(&mut self) -> Result<&'a [u8; COUNT], Damaged> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next `count` bytes, or all if there are fewer.
    pub(super) fn take_at_most(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8, Damaged> {
        self.array().map(|&[byte]| byte)
    }

    /// The next two bytes as a number, most significant byte first.
    pub(super) fn u16_be(&mut self) -> Result<u16, Damaged> {
        self.array().map(|&bytes| u16::from_be_bytes(bytes))
    }

    /// The next four bytes as a length, most significant byte first.
    pub(super) fn length_be(&mut self) -> Result<usize, Damaged> {
        self.array().map(|&bytes| length(u32::from_be_bytes(bytes)))
    }

    /// The next four bytes as a length, least significant byte first.
    pub(super) fn length_le(&mut self) -> Result<usize, Damaged> {
        self.array().map(|&bytes| length(u32::from_le_bytes(bytes)))
    }
}

/// A length in a file. A length beyond `usize` becomes the largest one.
fn length(stated: u32) -> usize {
    usize::try_from(stated).unwrap_or(usize::MAX)
}
