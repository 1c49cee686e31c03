//! The IDX format of MNIST's files: a magic number, the dimensions as big-endian 32-bit numbers, then bytes.

use crate::{Bitmap, Digit, SIDE};

/// Reads images of 28×28 pixels.
///
/// # Errors
/// When the bytes are no such file.
pub fn images(bytes: &[u8]) -> Result<Vec<Bitmap>, &'static str> {
    let side = u32::try_from(SIDE).unwrap_or(0);
    let (header, pixels) = bytes.split_first_chunk::<16>().ok_or("too short for an IDX file of images")?;
    if word(header, 0) != 0x0803 || word(header, 2) != side || word(header, 3) != side {
        return Err("not an IDX file of 28×28 images");
    }
    let count = word(header, 1) as usize;
    if Some(pixels.len()) != count.checked_mul(Bitmap::LEN) {
        return Err("the number of images differs from that in the header");
    }
    Ok(pixels.as_chunks().0.iter().copied().map(Bitmap::new).collect())
}

/// Reads labels.
///
/// # Errors
/// When the bytes are no such file.
pub fn labels(bytes: &[u8]) -> Result<Vec<Digit>, &'static str> {
    let (header, labels) = bytes.split_first_chunk::<8>().ok_or("too short for an IDX file of labels")?;
    if word(header, 0) != 0x0801 {
        return Err("not an IDX file of labels");
    }
    if labels.len() != word(header, 1) as usize {
        return Err("the number of labels differs from that in the header");
    }
    labels.iter().map(|&label| Digit::try_from(i64::from(label)).map_err(|_| "a label is greater than 9")).collect()
}

/// Returns the big-endian word with this index in a header.
fn word(header: &[u8], index: usize) -> u32 {
    header[index * 4..index * 4 + 4].iter().fold(0, |word, &byte| word << 8 | u32::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_and_labels_keep_their_order() {
        let mut file = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28].to_vec();
        file.extend([1; 784]);
        file.extend([2; 784]);
        let two = images(&file).unwrap();
        assert_eq!((two.len(), two[1].levels()[27 * 28 + 27]), (2, 2));
        assert!(images(&file[..file.len() - 1]).is_err());
        assert!(images(&file[..10]).is_err());

        let file = [0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 9];
        assert_eq!(labels(&file).unwrap().iter().map(|label| label.value()).collect::<Vec<_>>(), [7, 0, 9]);
        assert!(labels(&[0, 0, 8, 1, 0, 0, 0, 1, 10]).is_err());
    }
}
