//! Compressed request and response bodies.

use flate2::{
    Compression,
    read::{MultiGzDecoder, ZlibDecoder},
    write::{GzEncoder, ZlibEncoder},
};
use std::io::{self, Read, Write};

/// The compression of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Gzip,
    /// The zlib format, as HTTP defines `deflate` (RFC 9110, section 8.4.1.2).
    Deflate,
}

/// The reason why a compressed body cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnpackError {
    /// The body is truncated, or is not in the format that its header names.
    Damaged,
    /// The body unpacks to more bytes than the limit.
    TooLarge,
}

impl Encoding {
    /// The name in HTTP headers.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    /// Returns the encoding with this name in HTTP headers.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Gzip, Self::Deflate].into_iter().find(|encoding| name.trim().eq_ignore_ascii_case(encoding.name()))
    }

    /// Returns the first encoding that an `Accept-Encoding` names without `q=0`.
    pub(crate) fn accepted(header: &str) -> Option<Self> {
        header.split(',').find_map(|choice| {
            let (name, weight) = choice.split_once(';').unwrap_or((choice, ""));
            let is_refused = weight.trim().strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0));
            if is_refused { None } else { Self::named(name) }
        })
    }

    /// Unpacks a body of at most `most` bytes. It stops reading at the limit.
    pub(crate) fn unpack(self, body: &[u8], most: usize) -> Result<Vec<u8>, UnpackError> {
        let mut reader: Box<dyn Read + '_> = match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(body)),
            Self::Deflate => Box::new(ZlibDecoder::new(body)),
        };
        let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        reader.by_ref().take(limit).read_to_end(&mut bytes).map_err(|_| UnpackError::Damaged)?;
        if bytes.len() > most { Err(UnpackError::TooLarge) } else { Ok(bytes) }
    }

    /// Compresses the bytes.
    pub(crate) fn pack(self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip => {
                let mut writer = GzEncoder::new(Vec::new(), Compression::fast());
                writer.write_all(bytes)?;
                writer.finish()
            }
            Self::Deflate => {
                let mut writer = ZlibEncoder::new(Vec::new(), Compression::fast());
                writer.write_all(bytes)?;
                writer.finish()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BOTH: [Encoding; 2] = [Encoding::Gzip, Encoding::Deflate];

    #[test]
    fn unpacking_a_decompression_bomb_stops_at_the_limit() {
        for encoding in BOTH {
            let bomb = encoding.pack(&vec![0; 10_000_000]).unwrap();
            assert!(bomb.len() < 100_000);
            assert_eq!(encoding.unpack(&bomb, 1000), Err(UnpackError::TooLarge));
            let exact = encoding.pack(&[7; 1000]).unwrap();
            assert_eq!(encoding.unpack(&exact, 1000), Ok(vec![7; 1000]));
            assert_eq!(encoding.unpack(&exact, 999), Err(UnpackError::TooLarge));
        }
    }

    #[test]
    fn the_first_encoding_that_a_client_accepts_is_chosen() {
        for (header, chosen) in [
            ("gzip", Some(Encoding::Gzip)),
            ("deflate", Some(Encoding::Deflate)),
            ("br, Deflate;q=0.5, gzip", Some(Encoding::Deflate)),
            ("gzip;q=0, deflate; q=0.1", Some(Encoding::Deflate)),
            ("gzip;q=0.000", None),
            ("identity, br, *", None),
            ("", None),
        ] {
            assert_eq!(Encoding::accepted(header), chosen, "{header}");
        }
    }

    proptest! {
        #[test]
        fn packed_bytes_unpack_to_the_same(bytes: Vec<u8>) {
            for encoding in BOTH {
                prop_assert_eq!(encoding.unpack(&encoding.pack(&bytes).unwrap(), bytes.len()), Ok(bytes.clone()));
            }
        }

        #[test]
        fn a_truncated_body_is_damaged(bytes: Vec<u8>, cut in 1_usize..8) {
            for encoding in BOTH {
                let packed = encoding.pack(&bytes).unwrap();
                let cut = &packed[..packed.len() - cut];
                prop_assert_eq!(encoding.unpack(cut, 1 << 20), Err(UnpackError::Damaged));
            }
        }

        #[test]
        fn unpacking_never_panics(bytes: Vec<u8>) {
            for encoding in BOTH {
                let _ = encoding.unpack(&bytes, 1 << 10);
            }
        }
    }
}
