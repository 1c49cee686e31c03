//! An EXIF block that holds the orientation and nothing else (EXIF 2.32, section 4.6; TIFF 6.0, section 2).

use digit::preprocessing::exif_orientation;

/// The tag Orientation, of type SHORT, once.
const ORIENTATION: [u8; 8] = [0x01, 0x12, 0, 3, 0, 0, 0, 1];

/// A new block with the orientation of this one; `None` if the image is upright.
pub(super) fn orientation_only(exif: &[u8]) -> Option<Vec<u8>> {
    let orientation = exif_orientation(exif)?;
    // One directory, at byte 8, with one entry, and no further directory.
    Some([&b"MM\0*\0\0\0\x08\0\x01"[..], &ORIENTATION, &[0, orientation, 0, 0, 0, 0, 0, 0]].concat())
}
