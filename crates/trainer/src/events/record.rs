//! TFRecord, the encoding of each message in an event file
//! (<https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details>).

use crc::{CRC_32_ISCSI, Crc};

/// CRC-32C (Castagnoli).
const CASTAGNOLI: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);
/// The constant of the masked checksum, which keeps checksums over data with checksums strong.
const MASK: u32 = 0xa282_ead8;

/// Encodes length, checksum of the length, data and checksum of the data; numbers are little-endian.
pub(super) fn encode(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    [&length, &checksum(&length)[..], data, &checksum(data)].concat()
}

fn checksum(data: &[u8]) -> [u8; 4] {
    CASTAGNOLI.checksum(data).rotate_right(15).wrapping_add(MASK).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_crc_32c() {
        // RFC 3720, appendix B.4: 32 bytes of zeros.
        assert_eq!(CASTAGNOLI.checksum(&[0; 32]), 0x8a91_36aa);
    }

    #[test]
    fn a_record_is_encoded_like_tensorboards_own_writer() {
        let expected = [
            3, 0, 0, 0, 0, 0, 0, 0, // length
            0xb0, 0x99, 0x49, 0x0e, // its checksum
            b'o', b'n', b'e', // data
            0x01, 0x40, 0x55, 0x08, // its checksum
        ];
        assert_eq!(encode(b"one"), expected);
    }
}
