//! Random UUIDs (version 4) as secrets of clients, and UUIDs that are derived from them.

use uuid::{Uuid, Variant, Version};

/// Parses a `UUIDv4` with hyphens; `None` if the text is anything else.
pub(crate) fn parse(text: &str) -> Option<Uuid> {
    let uuid = Uuid::try_parse(text).ok()?;
    let is_random = uuid.get_version() == Some(Version::Random) && uuid.get_variant() == Variant::RFC4122;
    (is_random && text.len() == 36).then_some(uuid)
}

/// The first half of a hash of 256 bits, for a UUID.
pub(crate) fn first_half(hash: [u8; 32]) -> [u8; 16] {
    *hash.first_chunk().expect("16 of 32 bytes")
}
