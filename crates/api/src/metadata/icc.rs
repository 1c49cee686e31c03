//! The ICC profile of an image (ICC.1:2022, section 7.2).

/// The length of a profile's header, and the range of its signature.
const HEADER: usize = 128;
const SIGNATURE: std::ops::Range<usize> = 36..40;

/// The profile without bytes after its stated end; `None` if the bytes are not a profile.
pub(super) fn profile(bytes: &[u8]) -> Option<&[u8]> {
    let size = usize::try_from(u32::from_be_bytes(*bytes.first_chunk()?)).ok()?;
    let profile = bytes.get(..size)?;
    (size >= HEADER && profile.get(SIGNATURE)? == b"acsp").then_some(profile)
}
