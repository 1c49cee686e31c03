//! Checks that a response is documented: a valid prediction, a problem with a documented code, or an error in the
//! format of the Open Inference Protocol.

use crate::sent::Sent;
use anyhow::{Context, bail, ensure};
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use digit::{Bitmap, Digit};
use flate2::read::{GzDecoder, ZlibDecoder};
use serde_json::{Map, Value};
use std::io::Read;
use wire::{Answer, Code, Explanation, PROBLEM_MEDIA_TYPE, Problem, Verdict};

/// A response as received.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The problems that a model service without faults may return.
pub(crate) const CODES: [Code; 15] = [
    Code::BlankImage,
    Code::NotAnImage,
    Code::CorruptImage,
    Code::ImageTooLarge,
    Code::PayloadTooLarge,
    Code::UnsupportedMediaType,
    Code::InvalidJson,
    Code::InvalidForm,
    Code::IncompleteBody,
    Code::InvalidInput,
    Code::InvalidQuery,
    Code::NotFound,
    Code::UnknownModel,
    Code::MethodNotAllowed,
    Code::Overloaded,
];

/// The statuses of errors under `/v2`.
const STATUSES: [u16; 5] = [400, 404, 405, 413, 429];

/// The largest difference of two equal numbers.
const TOLERANCE: f32 = 1e-4;

/// Returns the name of a response's outcome in the table.
///
/// # Errors
/// When the response is not documented.
pub(crate) fn outcome(sent: &Sent, answered: &Answered) -> anyhow::Result<String> {
    let status = answered.status;
    let uri = sent.uri();
    let path = uri.path();
    let is_protocol = path == "/v2" || path.starts_with("/v2/");
    if status == StatusCode::TOO_MANY_REQUESTS {
        ensure!(answered.headers.contains_key(header::RETRY_AFTER), "no Retry-After");
    } else if let Some(samples) = sent.valid {
        ensure!(status == StatusCode::OK, "{status} for a valid request: {}", shown(&answered.body));
        ensure!(is_protocol || samples == 1, "/predict takes one drawing at a time");
    }
    match status {
        StatusCode::OK if is_protocol && sent.method == "POST" && path.ends_with("/infer") => {
            inference(sent.valid, answered)?;
            Ok("200".to_owned())
        }
        StatusCode::OK if path.starts_with("/predict") => {
            answer(answered)?;
            Ok("200".to_owned())
        }
        StatusCode::OK if path == "/explain" => {
            explanation(answered)?;
            Ok("200".to_owned())
        }
        StatusCode::OK => readable(answered).map(|()| "200".to_owned()),
        _ if is_protocol => error(answered),
        _ => problem(answered),
    }
}

/// Checks a response of `/predict`.
fn answer(answered: &Answered) -> anyhow::Result<()> {
    let answer: Answer = serde_json::from_slice(&answered.body).context("not a prediction")?;
    let (prediction, confidence) = Digit::most_probable(&answer.probabilities);
    probabilities(&answer.probabilities)?;
    ensure!(answer.prediction == prediction, "the prediction is not the most probable digit");
    ensure!((answer.confidence - confidence).abs() <= TOLERANCE, "the confidence is not the prediction's probability");
    ensure!((answer.verdict == Verdict::NotADigit) == answer.reason.is_some(), "the verdict and the reason disagree");
    ensure!(!answer.model.is_empty(), "the response names no model");
    Ok(())
}

/// Checks a response of `/explain`.
fn explanation(answered: &Answered) -> anyhow::Result<()> {
    answer(answered)?;
    let Explanation { answer, attribution } = serde_json::from_slice(&answered.body).context("not an explanation")?;
    let bitmap = answer.bitmap.context("no bitmap")?;
    ensure!(attribution.len() == Bitmap::LEN, "the attribution has {} pixels", attribution.len());
    ensure!(attribution.iter().all(|attribution| attribution.is_finite()), "an attribution is not finite");
    ensure!(
        attribution.iter().zip(bitmap.levels()).all(|(attribution, level)| *level > 0 || *attribution == 0.0),
        "the background has an attribution"
    );
    Ok(())
}

fn probabilities(ten: &[f32]) -> anyhow::Result<()> {
    ensure!(ten.iter().all(|share| (0.0..=1.0).contains(share)), "a probability is out of range: {ten:?}");
    ensure!((ten.iter().sum::<f32>() - 1.0).abs() <= TOLERANCE, "the probabilities do not sum to 1: {ten:?}");
    Ok(())
}

/// Checks the protocol's response to a request for `samples` samples, if their number is known.
fn inference(samples: Option<usize>, answered: &Answered) -> anyhow::Result<()> {
    let body = unpacked(answered)?;
    let length = answered.headers.get("inference-header-content-length");
    let length = length.map(|length| length.to_str()?.parse().context("no length of the JSON")).transpose()?;
    let (head, mut tail) = body.split_at_checked(length.unwrap_or(body.len())).context("the JSON's length is wrong")?;
    let head: Value = serde_json::from_slice(head).context("not JSON")?;
    ensure!(head["model_name"].is_string() && head["model_version"].is_string(), "the response names no model");
    let outputs = head["outputs"].as_array().context("no outputs")?;
    ensure!(!outputs.is_empty(), "no outputs");
    for output in outputs {
        let shape: Vec<u64> = serde_json::from_value(output["shape"].clone()).context("no shape")?;
        let [rows, width] = shape[..] else { bail!("an invalid shape: {shape:?}") };
        ensure!(samples.is_none_or(|samples| rows == samples as u64), "{samples:?} samples requested, {rows} returned");
        let count = usize::try_from(rows * width)?;
        let name = output["name"].as_str().context("no name")?;
        let numbers = tensor(output, count, &mut tail).with_context(|| name.to_owned())?;
        if name == "probabilities" {
            ensure!(width == 10, "{width} probabilities");
            numbers.chunks(10).try_for_each(probabilities)?;
        }
    }
    ensure!(tail.is_empty(), "{} bytes are left", tail.len());
    Ok(())
}

/// Returns the elements of a numeric output; the elements of a text output are only checked. Binary elements are taken
/// from the tail.
fn tensor(output: &Value, count: usize, tail: &mut &[u8]) -> anyhow::Result<Vec<f32>> {
    let datatype = output["datatype"].as_str().context("no datatype")?;
    ensure!(matches!(datatype, "FP32" | "INT64" | "BYTES"), "an unknown datatype: {datatype}");
    let Some(size) = output["parameters"]["binary_data_size"].as_u64() else {
        let data = output["data"].as_array().context("no data")?;
        ensure!(data.len() == count, "{count} elements expected, {} found", data.len());
        ensure!(data.iter().all(|element| element.is_string() == (datatype == "BYTES")), "elements of another type");
        #[expect(clippy::cast_possible_truncation, reason = "they were written as 32 bits")]
        return Ok(data.iter().filter_map(|element| Some(element.as_f64()? as f32)).collect());
    };
    let (bytes, rest) = tail.split_at_checked(usize::try_from(size)?).context("fewer bytes than stated")?;
    *tail = rest;
    match datatype {
        "FP32" => ensure!(bytes.len() == count * 4, "{} bytes for {count} numbers", bytes.len()),
        "INT64" => ensure!(bytes.len() == count * 8, "{} bytes for {count} numbers", bytes.len()),
        _ => return texts(bytes, count).map(|()| Vec::new()),
    }
    Ok(if datatype == "FP32" {
        bytes.as_chunks().0.iter().copied().map(f32::from_le_bytes).collect()
    } else {
        Vec::new()
    })
}

/// Checks binary texts, each of which follows its length.
fn texts(mut bytes: &[u8], count: usize) -> anyhow::Result<()> {
    for _ in 0..count {
        let (length, rest) = bytes.split_first_chunk().context("no length")?;
        let length = usize::try_from(u32::from_le_bytes(*length))?;
        let (text, rest) = rest.split_at_checked(length).context("a wrong length")?;
        std::str::from_utf8(text)?;
        bytes = rest;
    }
    ensure!(bytes.is_empty(), "{} bytes are left", bytes.len());
    Ok(())
}

fn unpacked(answered: &Answered) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match answered.headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None => bytes.extend(&answered.body),
        Some(b"gzip") => drop(GzDecoder::new(&answered.body[..]).read_to_end(&mut bytes)?),
        Some(b"deflate") => drop(ZlibDecoder::new(&answered.body[..]).read_to_end(&mut bytes)?),
        Some(other) => bail!("an encoding that was not requested: {other:?}"),
    }
    Ok(bytes)
}

/// Checks that the body of a response fits its media type.
fn readable(answered: &Answered) -> anyhow::Result<()> {
    let media_type = answered.headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    if media_type == b"application/json" {
        serde_json::from_slice::<Value>(&answered.body).context("not JSON")?;
    } else {
        std::str::from_utf8(&answered.body).context("not UTF-8")?;
    }
    Ok(())
}

/// Checks an error of the protocol. Returns its status and its first words, without the client's data.
fn error(answered: &Answered) -> anyhow::Result<String> {
    let status = answered.status.as_u16();
    ensure!(STATUSES.contains(&status), "an error of status {status}: {}", shown(&answered.body));
    let error: Map<String, Value> = serde_json::from_slice(&answered.body).context("not an error")?;
    let text = error.get("error").and_then(Value::as_str).filter(|_| error.len() == 1).context("not a single error")?;
    let words = text.split(' ').take(4).map(|word| if is_fixed(word) { word } else { "…" });
    Ok(format!("{status} {}", words.collect::<Vec<_>>().join(" ")))
}

/// Returns whether a word does not depend on the request: it is no number, address or quotation.
fn is_fixed(word: &str) -> bool {
    word == "\"image\"" || word.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Checks a problem, and returns its code.
fn problem(answered: &Answered) -> anyhow::Result<String> {
    let media_type = answered.headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    ensure!(media_type == PROBLEM_MEDIA_TYPE.as_bytes(), "{}: {}", answered.status, shown(&answered.body));
    let problem: Problem = serde_json::from_slice(&answered.body).context("not a problem")?;
    ensure!(CODES.contains(&problem.code), "{:?}: {}", problem.code, problem.detail);
    ensure!(problem.status == answered.status.as_u16(), "{} but the problem has {}", answered.status, problem.status);
    ensure!(problem == Problem::new(problem.code, problem.detail.clone()), "not the problem of this code: {problem:?}");
    ensure!(problem.detail.len() > 10, "no detail");
    Ok(name(problem.code))
}

/// Returns a code as in JSON.
pub(crate) fn name(code: Code) -> String {
    serde_json::to_value(code).ok().and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default()
}

/// Returns the beginning of a body, for error messages.
fn shown(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(path: &str) -> Sent {
        Sent::post(path, "application/json", Vec::new())
    }

    fn answered(status: u16, media_type: &'static str, body: &Value) -> Answered {
        let headers = [(header::CONTENT_TYPE, media_type.parse().unwrap())].into_iter().collect();
        Answered { status: StatusCode::from_u16(status).unwrap(), headers, body: body.to_string().into() }
    }

    /// Returns the failure of a response of `/predict` in which this value replaces a valid one.
    fn failure(place: &str, value: Value) -> Option<String> {
        let mut answer = json!({ "prediction": 3, "confidence": 1.0, "probabilities": [0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
            "verdict": "digit", "model": "a" });
        answer[place] = value;
        let answered = answered(200, "application/json", &answer);
        outcome(&asked("/predict"), &answered).err().map(|error| error.to_string())
    }

    #[test]
    fn an_inconsistent_prediction_is_a_failure() {
        assert_eq!(failure("model", json!("b")), None);
        for (place, value) in [
            ("prediction", json!(4)),
            ("confidence", json!(0.5)),
            ("probabilities", json!([0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0])),
            ("probabilities", json!([-1, 0, 0, 2, 0, 0, 0, 0, 0, 0])),
            ("verdict", json!("not_a_digit")),
            ("reason", json!("unlike_a_digit")),
            ("model", json!("")),
        ] {
            assert!(failure(place, value.clone()).is_some(), "{place}: {value}");
        }
    }

    #[test]
    fn an_explanation_must_attribute_all_pixels_and_only_the_foreground() {
        let mut pixels = vec![0; Bitmap::LEN];
        pixels[400] = 1;
        let is_valid = |place: usize, count: usize| {
            let mut attribution = vec![0.0; count];
            attribution[place] = -2.5;
            let explanation = json!({ "prediction": 3, "confidence": 1.0,
                "probabilities": [0, 0, 0, 1, 0, 0, 0, 0, 0, 0], "verdict": "digit", "model": "a", "bitmap": pixels,
                "attribution": attribution });
            outcome(&asked("/explain"), &answered(200, "application/json", &explanation)).is_ok()
        };
        assert!(is_valid(400, Bitmap::LEN));
        assert!(!is_valid(401, Bitmap::LEN), "the background has an attribution");
        assert!(!is_valid(400, Bitmap::LEN - 1), "a pixel is missing");
    }

    #[test]
    fn a_problem_of_a_faulty_service_is_a_failure() {
        let tell = |status, media_type, code| {
            let problem = Problem::new(code, "what happened, and what to do");
            outcome(&asked("/predict"), &answered(status, media_type, &json!(problem))).ok()
        };
        assert_eq!(tell(422, PROBLEM_MEDIA_TYPE, Code::BlankImage), Some("blank_image".to_owned()));
        assert_eq!(tell(400, PROBLEM_MEDIA_TYPE, Code::BlankImage), None);
        assert_eq!(tell(422, "application/json", Code::BlankImage), None);
        assert_eq!(tell(500, PROBLEM_MEDIA_TYPE, Code::Internal), None);
        assert_eq!(tell(503, PROBLEM_MEDIA_TYPE, Code::ModelUnavailable), None);
        assert_eq!(tell(429, PROBLEM_MEDIA_TYPE, Code::Overloaded), None, "there is no Retry-After");
    }

    #[test]
    fn a_valid_request_must_get_a_prediction() {
        let problem = json!(Problem::new(Code::BlankImage, "what happened, and what to do"));
        let valid = Sent { valid: Some(1), ..asked("/predict") };
        assert!(outcome(&valid, &answered(422, PROBLEM_MEDIA_TYPE, &problem)).is_err());
    }

    #[test]
    fn an_inference_must_have_the_requested_rows_and_valid_numbers() {
        let reply = |rows: usize, first: f32| {
            let row = [first, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
            let output = json!({ "name": "probabilities", "datatype": "FP32", "shape": [rows, 10],
                "data": row.repeat(rows) });
            let reply = json!({ "model_name": "digits", "model_version": "a", "outputs": [output] });
            let sent = Sent { valid: Some(2), ..asked("/v2/models/digits/infer") };
            outcome(&sent, &answered(200, "application/json", &reply)).is_ok()
        };
        assert!(reply(2, 0.5));
        assert!(!reply(3, 0.5));
        assert!(!reply(2, 0.9));
    }

    #[test]
    fn the_first_words_of_a_protocol_error_name_its_outcome() {
        let tell =
            |status, error: Value| outcome(&asked("/v2/models"), &answered(status, "application/json", &error)).ok();
        assert_eq!(tell(400, json!({ "error": "Image 3: pixel 7 is 2." })).unwrap(), "400 Image … pixel …");
        assert_eq!(tell(405, json!({ "error": "/v2/x does not take PUT." })).unwrap(), "405 … does not take");
        assert_eq!(tell(503, json!({ "error": "The model is restarting." })), None);
        assert_eq!(tell(400, json!({ "problem": "Image" })), None);
    }
}
