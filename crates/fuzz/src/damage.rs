//! Damages valid bytes: flips bits, removes, repeats or inserts bytes, and changes lengths.

use crate::random::Random;

/// The largest number of bytes that are removed or inserted at once.
const PIECE: usize = 64;

/// Numbers at the limits of lengths and sizes.
const EDGES: [u32; 9] = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/// Damages bytes in one to four ways. Inserted bytes come from `donor`.
pub(crate) fn damage(random: &mut Random, bytes: &mut Vec<u8>, donor: &[u8]) {
    for _ in 0..=random.below(4) {
        once(random, bytes, donor);
    }
}

fn once(random: &mut Random, bytes: &mut Vec<u8>, donor: &[u8]) {
    let place = random.below(bytes.len() + 1);
    let piece = place..(place + random.below(PIECE)).min(bytes.len());
    match random.below(9) {
        0 | 1 => bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= 1 << random.below(8)),
        2 => bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte = random.byte()),
        3 => bytes.truncate(place),
        4 => drop(bytes.drain(piece)),
        5 => {
            let twice = bytes[piece].to_vec();
            bytes.splice(place..place, twice);
        }
        6 => {
            let count = random.below(PIECE);
            bytes.splice(place..place, random.bytes(count));
        }
        7 => {
            let edge = random.pick(&EDGES);
            let edge = if random.happens(50) { edge.to_be_bytes() } else { edge.to_le_bytes() };
            let width = random.pick(&[1, 2, 4]);
            bytes.iter_mut().skip(place).zip(&edge[4 - width..]).for_each(|(byte, &edge)| *byte = edge);
        }
        _ => {
            bytes.truncate(place);
            bytes.extend_from_slice(&donor[random.below(donor.len() + 1)..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearly_all_inputs_are_damaged_and_damage_is_reproducible() {
        let whole: Vec<u8> = (0..200).collect();
        let damaged = |input| {
            let mut bytes = whole.clone();
            damage(&mut Random::of(1, input), &mut bytes, b"from elsewhere");
            bytes
        };
        let changed = (0..1000).filter(|&input| damaged(input) != whole).count();
        assert!(changed > 900, "{changed} of 1000 are damaged");
        assert!((0..1000).all(|input| damaged(input) == damaged(input)));
    }

    #[test]
    fn an_empty_input_can_be_damaged() {
        for input in 0..1000 {
            damage(&mut Random::of(2, input), &mut Vec::new(), &[]);
        }
    }
}
