//! A little data for tests: ten drawings, one of each digit, redrawn by many hands.

use crate::{
    data::{Example, PenDigit},
    sets::{as_strokes, on_canvas},
    sketch::{Hand, Strokes},
    split::{Part, Split},
};
use digit::{Digit, ink::Point};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

/// `hands` hands that draw each digit to train on, and others for the rest.
pub(crate) fn split(hands: u32) -> Split {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut part = |hands| part(hands, &mut random);
    Split { train: part(hands), holdout: part(20), test: part(20), files: Vec::new() }
}

fn part(hands: u32, random: &mut ChaCha8Rng) -> Part {
    let mut part = Part::default();
    for writer in 0..hands {
        for (label, strokes) in Digit::all().zip(drawings()) {
            let pen = PenDigit { writer, label, strokes: Hand::OTHER.redraw(&strokes, random) };
            let bitmap = as_strokes(&pen).expect("a drawing has ink");
            part.scans.push(Example { bitmap, label });
            part.pen.push(pen);
        }
        part.characters.push(cross());
    }
    assert!(part.pen.iter().all(|digit| on_canvas(&digit.strokes, None, random).is_some()));
    part
}

/// The strokes of each digit, 0 to 9.
fn drawings() -> Vec<Strokes> {
    let drawn: Value = serde_json::from_str(include_str!("../../../examples/ten-digits.json")).unwrap();
    let number = |value: &Value| value.to_string().parse().unwrap();
    let point = |point: &Value| Point { x: number(&point[0]), y: number(&point[1]) };
    let stroke = |stroke: &Value| stroke.as_array().unwrap().iter().map(point).collect();
    Digit::all().map(|digit| drawn[digit.to_string()].as_array().unwrap().iter().map(stroke).collect()).collect()
}

fn cross() -> Strokes {
    let line = |ends: [(f32, f32); 2]| ends.map(|(x, y)| Point { x, y }).to_vec();
    vec![line([(0.0, 0.0), (1.0, 1.0)]), line([(0.0, 1.0), (1.0, 0.0)])]
}
