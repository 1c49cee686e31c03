//! JSON bodies: strokes, pixels and labels, with damaged numbers, names and nesting.

use super::{drawing::Drawings, image::address};
use crate::{damage::damage, random::Random, sent::Sent};
use digit::preprocessing::MAX_POINTS;
use serde_json::{Value, json};

const MEDIA_TYPE: &str = "application/json";

/// Replacements of a number; some are not JSON.
const ODD_NUMBERS: [&str; 22] = [
    "-1",
    "-0",
    "0.0",
    "1e-400",
    "1e30",
    "1e38",
    "3.5e38",
    "1e308",
    "1e999",
    "-1e999",
    "NaN",
    "Infinity",
    "nan",
    "null",
    "true",
    "\"1\"",
    "18446744073709551616",
    "99999999999999999999999999999999999999999999",
    "0x10",
    "01",
    "1.",
    "[[1]]",
];

/// Returns a request with a drawing's strokes.
pub(super) fn strokes(random: &mut Random, drawings: &Drawings) -> Sent {
    let side = random.pick(&[28.0, 280.0, 280.0, 280.0, 1000.0, 0.5, 100_000.0]);
    let is_digit = random.happens(90);
    let strokes = if is_digit { json!(drawings.strokes(random, side)) } else { scattered(random, side) };
    let body = match random.below(4) {
        0 => json!({ "strokes": strokes }),
        1 => json!({ "strokes": strokes, "width": side }),
        _ => json!({ "strokes": strokes, "width": side, "height": side }),
    };
    let sent = sent(random, body);
    Sent { valid: sent.valid.filter(|_| is_digit), ..sent }
}

/// Returns random points, sometimes with duplicates, sometimes too many.
fn scattered(random: &mut Random, side: f32) -> Value {
    let count = if random.happens(3) { MAX_POINTS - 2 + random.below(4) } else { random.below(40) };
    let mut point = || json!([random.unit() * side, side / 2.0, 0.5, 17]);
    let points: Vec<Value> = (0..count).map(|_| point()).collect();
    json!(points.chunks(7).collect::<Vec<_>>())
}

/// Returns a request with pixels.
pub(super) fn pixels(random: &mut Random, drawings: &Drawings) -> Sent {
    let body = json!({ "pixels": drawings.bitmap(random) });
    sent(random, body)
}

/// Returns a request with a label, for the web service's parser.
pub(super) fn label(random: &mut Random) -> Sent {
    let label = random
        .pick_from(&[json!(7), json!(0), json!(9), json!(10), json!(-1), json!("not_a_digit"), json!("7")])
        .clone();
    let body = text(random, json!({ "true_label": label })).0;
    Sent { method: "PUT", ..Sent::post("/label", MEDIA_TYPE, body) }
}

/// Returns a request for a prediction, which must succeed if the body is undamaged.
fn sent(random: &mut Random, body: Value) -> Sent {
    let (body, is_whole) = text(random, body);
    let address = address(random);
    let sent = Sent::post(address, MEDIA_TYPE, body);
    Sent { valid: (is_whole && address == "/predict").then_some(1), ..sent }
}

/// Returns JSON as bytes, usually damaged as a value, as text or as bytes, and whether it is undamaged.
pub(super) fn text(random: &mut Random, mut body: Value) -> (Vec<u8>, bool) {
    let way = random.below(100);
    if (55..70).contains(&way) {
        misshape(random, &mut body, 0);
    }
    let mut bytes = body.to_string().into_bytes();
    match way {
        70..82 => odd_number(random, &mut bytes),
        82..92 => {
            let donor = bytes.clone();
            damage(random, &mut bytes, &donor);
        }
        92..94 => bytes.splice(0..0, nesting(random)).for_each(drop),
        94..97 => repeat_a_field(&mut bytes),
        97.. => bytes.extend(b" \r\n\t"),
        _ => {}
    }
    (bytes, !(55..97).contains(&way))
}

/// Replaces a random part of a value.
fn misshape(random: &mut Random, value: &mut Value, depth: usize) {
    if depth < 6 && random.happens(85) {
        match value {
            Value::Array(elements) if !elements.is_empty() => {
                let place = random.below(elements.len());
                return misshape(random, &mut elements[place], depth + 1);
            }
            Value::Object(fields) if !fields.is_empty() => {
                let place = random.below(fields.len());
                let field = fields.values_mut().nth(place);
                return field.into_iter().for_each(|field| misshape(random, field, depth + 1));
            }
            _ => {}
        }
    }
    *value = match random.below(12) {
        0 => Value::Null,
        1 => json!([]),
        2 => json!({}),
        3 => json!([value.take()]),
        4 => json!({ "data": value.take() }),
        5 => json!(value.to_string()),
        6 => json!(-1),
        7 => json!(u64::MAX),
        8 => json!(f64::MAX),
        9 => json!(random.unit()),
        10 => json!("\u{0}\u{10ffff}\" ä"),
        _ => json!([value.clone(), value.take()]),
    };
}

/// Replaces a number by an odd one.
fn odd_number(random: &mut Random, text: &mut Vec<u8>) {
    let is_number = |byte: &u8| byte.is_ascii_digit() || b".-+e".contains(byte);
    let from = random.below(text.len());
    let Some(start) = text[from..].iter().position(u8::is_ascii_digit).map(|place| from + place) else { return };
    let end = text[start..].iter().position(|byte| !is_number(byte)).map_or(text.len(), |length| start + length);
    let odd = if random.happens(90) { random.pick(&ODD_NUMBERS).to_owned() } else { "7".repeat(400) };
    text.splice(start..end, odd.into_bytes());
}

/// Returns a few or very many brackets.
fn nesting(random: &mut Random) -> Vec<u8> {
    let depth = random.pick(&[1, 100, 127, 128, 129, 5000]);
    random.pick(&["[", "{\"strokes\":", "{\"pixels\":[", "[[],"]).repeat(depth).into_bytes()
}

/// Repeats an object's fields.
fn repeat_a_field(bytes: &mut Vec<u8>) {
    if let [b'{', fields @ .., b'}'] = &bytes[..] {
        *bytes = [b"{", fields, b",", fields, b"}"].concat();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_that_is_reported_as_undamaged_is_the_same() {
        let body = json!({ "strokes": [[[1, 2], [3.5, 4]]], "width": 280 });
        let mut whole = 0;
        for input in 0..1000 {
            let (bytes, is_whole) = text(&mut Random::of(5, input), body.clone());
            let found = serde_json::from_slice::<Value>(&bytes).ok();
            assert!(!is_whole || found.as_ref() == Some(&body), "{input}");
            whole += usize::from(is_whole);
        }
        assert!((450..700).contains(&whole), "{whole} of 1000 are undamaged");
    }
}
