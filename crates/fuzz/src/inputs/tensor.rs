//! Requests of the Open Inference Protocol, in which shapes, sizes, headers and numbers may disagree.

use super::{drawing::Drawings, json::text};
use crate::{damage::damage, random::Random, sent::Sent};
use digit::Bitmap;
use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};
use serde_json::{Value, json};
use std::io::Write;

const ADDRESSES: [&str; 5] = [
    "/v2/models/digits/infer",
    "/v2/models/nobody/infer",
    "/v2/models/digits/versions/1/infer",
    "/v2/models/%2e%2e%2fdigits/infer",
    "/v2/models/%ff/infer",
];

const OUTPUTS: [&str; 8] =
    ["probabilities", "prediction", "confidence", "not_a_digit_probability", "verdict", "reason", "logits", ""];

/// The header with the length of a body's JSON.
const JSON_LENGTH: &str = "inference-header-content-length";

/// Numbers that are invalid or unusual as pixels.
const ODD_PIXELS: [f32; 7] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0, -1.0, 1.000_001, f32::MIN_POSITIVE];

/// Returns a request with pixels in JSON.
pub(super) fn json(random: &mut Random, drawings: &Drawings) -> Sent {
    let images = images(random, drawings, 3);
    let data: Vec<Value> = images.iter().map(|image| json!(image)).collect();
    let mut input = json!({ "name": "image", "datatype": "FP32", "shape": [images.len(), 1, 28, 28], "data": data });
    let is_twice = random.happens(2);
    if is_twice {
        input["parameters"] = json!({ "binary_data_size": 3136 });
    }
    let head = head(random, &input);
    let (body, is_whole) = text(random, head.value);
    sent(random, body, (is_whole && head.is_valid && !is_twice && !images.is_empty()).then_some(images.len()))
}

/// Returns a request with pixels as bytes after the JSON.
pub(super) fn bytes(random: &mut Random, drawings: &Drawings) -> Sent {
    let most = if random.happens(90) { 5 } else { 34 };
    let images = images(random, drawings, most);
    let mut pixels: Vec<f32> = images.iter().flat_map(Bitmap::unit).collect();
    let mut is_valid = (1..=32).contains(&images.len());
    if random.happens(10) && !pixels.is_empty() {
        let place = random.below(pixels.len());
        pixels[place] = random.pick(&ODD_PIXELS);
        is_valid = false;
    }
    let mut tail: Vec<u8> = pixels.into_iter().flat_map(f32::to_le_bytes).collect();
    let size = tail.len();
    let parameters = json!({ "binary_data_size": size });
    let shape = json!([images.len(), 1, 28, 28]);
    let head = head(random, &json!({ "name": "image", "datatype": "FP32", "shape": shape, "parameters": parameters }));
    let (mut body, is_whole) = text(random, head.value);
    is_valid &= is_whole && head.is_valid;
    let length = match random.below(30) {
        0 => random.pick(&["", "-1", "abc", "1e3", "99999999999999999999999", " 12", "0"]).to_owned(),
        1 => (body.len() + random.below(20)).to_string(),
        _ => body.len().to_string(),
    };
    is_valid &= length == body.len().to_string();
    if random.happens(10) {
        damage(random, &mut tail, &body);
        is_valid = false;
    }
    body.extend(tail);
    sent(random, body, is_valid.then_some(images.len())).with(JSON_LENGTH, length)
}

/// Returns a compressed request of either kind.
pub(super) fn packed(random: &mut Random, drawings: &Drawings) -> Sent {
    let plain = if random.happens(50) { json(random, drawings) } else { bytes(random, drawings) };
    let encoding = random.pick(&["gzip", "deflate", "GZIP"]);
    let is_bomb = random.happens(1);
    let mut body = if is_bomb { pack(encoding, &vec![b' '; 6_000_000]) } else { pack(encoding, &plain.body) };
    let mut valid = plain.valid.filter(|_| !is_bomb);
    if random.happens(40) {
        let donor = body.clone();
        damage(random, &mut body, &donor);
        valid = None;
    }
    let said = if random.happens(95) { encoding } else { random.pick(&["br", "identity", "gzip, deflate", ""]) };
    valid = valid.filter(|_| said == encoding);
    Sent { body, valid, ..plain }.with("content-encoding", said)
}

fn images(random: &mut Random, drawings: &Drawings, most: usize) -> Vec<Bitmap> {
    let count = if random.happens(95) { 1 + random.below(most) } else { random.below(2) };
    (0..count).map(|_| drawings.bitmap(random)).collect()
}

/// The JSON of a request, and whether the request is valid.
struct Head {
    value: Value,
    is_valid: bool,
}

/// Returns the JSON of a request with this input.
fn head(random: &mut Random, input: &Value) -> Head {
    let mut head = json!({ "inputs": [input] });
    let mut is_valid = true;
    if random.happens(20) {
        head["id"] = json!(random.pick(&["", "a", "\u{1f600}\\", "0123456789"]));
    }
    if random.happens(20) {
        let timeout = random.pick(&[0_u64, 1, 1000, 60_000_000, u64::MAX]);
        is_valid &= timeout == 0;
        head["parameters"] = json!({ "binary_data_output": random.happens(50), "timeout": timeout, "priority": 1 });
    }
    if random.happens(40) {
        let named: Vec<&str> = (0..random.below(4)).map(|_| random.pick(&OUTPUTS)).collect();
        is_valid &= !named.iter().any(|name| OUTPUTS[6..].contains(name));
        let output = |name: &&str| json!({ "name": name, "parameters": { "binary_data": name.starts_with('p') } });
        head["outputs"] = named.iter().map(output).collect();
    }
    if random.happens(3) {
        head["outputs"] = json!([{ "name": "prediction", "parameters": { "classification": 3 } }]);
        is_valid = false;
    }
    Head { value: head, is_valid }
}

/// Returns a request to a model, usually one that exists.
fn sent(random: &mut Random, body: Vec<u8>, valid: Option<usize>) -> Sent {
    let address = if random.happens(95) { ADDRESSES[0] } else { random.pick(&ADDRESSES) };
    let sent = Sent::post(address, "application/octet-stream", body);
    let sent = Sent { valid: valid.filter(|_| address == ADDRESSES[0]), ..sent };
    if random.happens(80) {
        return sent;
    }
    sent.with("accept-encoding", random.pick(&["gzip", "deflate, gzip;q=0", "br", "gzip;q=x", "*;q=0"]))
}

fn pack(encoding: &str, bytes: &[u8]) -> Vec<u8> {
    // Writing to memory cannot fail.
    if encoding == "deflate" {
        let mut writer = ZlibEncoder::new(Vec::new(), Compression::fast());
        let _ = writer.write_all(bytes);
        return writer.finish().unwrap_or_default();
    }
    let mut writer = GzEncoder::new(Vec::new(), Compression::fast());
    let _ = writer.write_all(bytes);
    writer.finish().unwrap_or_default()
}
