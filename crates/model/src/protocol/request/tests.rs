//! Tests of parsing inference requests.

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

const MOST: usize = 32;

/// Returns the JSON of a request whose pixels are binary.
fn binary(count: usize, size: usize) -> Value {
    json!({ "inputs": [
        { "name": "image", "datatype": "FP32", "shape": [count, 1, 28, 28], "parameters": { "binary_data_size": size } },
    ] })
}

/// Returns the JSON of a request with these pixels.
fn textual(count: usize, data: &Value) -> Value {
    json!({ "inputs": [{ "name": "image", "datatype": "FP32", "shape": [count, 1, 28, 28], "data": data }] })
}

fn read(head: &Value, tail: &[u8]) -> Result<Request, RequestError> {
    let json = head.to_string();
    Request::read(&[json.as_bytes(), tail].concat(), Some(json.len()), MOST)
}

/// Reads a request for one image, with these fields added or replaced.
fn read_with(fields: &Value) -> Result<Request, RequestError> {
    let mut head = textual(1, &json!(vec![0.5; Bitmap::LEN]));
    head.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    read(&head, &[])
}

/// Reads a request for one image, with a field of the input replaced.
fn read_input_with(field: &str, value: Value) -> Result<Request, RequestError> {
    let mut head = textual(1, &json!(vec![0.5; Bitmap::LEN]));
    head["inputs"][0][field] = value;
    read(&head, &[])
}

#[test]
fn a_request_without_outputs_gets_all_outputs_as_json() {
    let request = read_with(&json!({ "model_name": "ignored", "parameters": { "mine": [1] } })).unwrap();
    assert_eq!((request.id, request.timeout, request.bitmaps.len()), (None, None, 1));
    assert_eq!(request.bitmaps[0], Bitmap::from_unit(&[0.5; Bitmap::LEN]).unwrap());
    assert_eq!(request.outputs, Output::ALL.map(|output| Wanted { output, is_binary: false }));
}

#[test]
fn an_output_overrides_the_format_of_the_request() {
    let fields = json!({
        "id": "7",
        "parameters": { "binary_data_output": true, "timeout": 1500 },
        "outputs": [{ "name": "verdict" }, { "name": "confidence", "parameters": { "binary_data": false } }],
    });
    let request = read_with(&fields).unwrap();
    assert_eq!((request.id.as_deref(), request.timeout), (Some("7"), Some(Duration::from_micros(1500))));
    let wanted = [(Output::Verdict, true), (Output::Confidence, false)];
    assert_eq!(request.outputs, wanted.map(|(output, is_binary)| Wanted { output, is_binary }));
}

#[test]
fn another_input_than_the_models_is_rejected_with_its_specification() {
    for (field, value, error) in [
        ("name", json!("pixels"), RequestError::Input),
        ("datatype", json!("FP64"), RequestError::Datatype("FP64".to_owned())),
        ("shape", json!([1, 28, 28]), RequestError::Shape(vec![1, 28, 28])),
        ("shape", json!([1, 1, 28, 29]), RequestError::Shape(vec![1, 1, 28, 29])),
        ("shape", json!([]), RequestError::Shape(vec![])),
        ("shape", json!([0, 1, 28, 28]), RequestError::Images { count: 0, most: MOST }),
        ("shape", json!([33, 1, 28, 28]), RequestError::Images { count: 33, most: MOST }),
        ("shape", json!([u64::MAX, 1, 28, 28]), RequestError::Images { count: u64::MAX, most: MOST }),
        ("shape", json!([2, 1, 28, 28]), RequestError::Count { expected: 1568, found: 784 }),
        ("data", json!([]), RequestError::Count { expected: 784, found: 0 }),
        ("data", Value::Null, RequestError::Pixels),
        ("parameters", json!({ "binary_data_size": 3136 }), RequestError::Pixels),
        ("parameters", json!({ "shared_memory_region": "r" }), RequestError::SharedMemory),
    ] {
        assert_eq!(read_input_with(field, value.clone()), Err(error), "{field} {value}");
    }
    for (field, value) in
        [("shape", json!([-1, 1, 28, 28])), ("shape", json!([1.0, 1, 28, 28])), ("data", json!(["1"]))]
    {
        assert!(matches!(read_input_with(field, value), Err(RequestError::Json(_))), "{field}");
    }
    assert_eq!(read_with(&json!({ "inputs": [] })), Err(RequestError::Input));
}

#[test]
fn invalid_pixels_are_rejected_with_their_index() {
    for wrong in [-0.01, 1.01, f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut pixels = vec![0.5; 2 * Bitmap::LEN];
        pixels[Bitmap::LEN + 3] = wrong;
        let bytes: Vec<u8> = pixels.iter().flat_map(|pixel| pixel.to_le_bytes()).collect();
        let error = read(&binary(2, bytes.len()), &bytes).unwrap_err().to_string();
        assert!(error.starts_with("Image 1: pixel 3 is"), "{error}");
    }
}

#[test]
fn a_request_has_as_many_bytes_as_its_shape_and_its_size_field_say() {
    let bytes = [0; 4 * Bitmap::LEN];
    assert!(read(&binary(1, 3136), &bytes).is_ok());
    for (count, said, found) in [(1, 3136, 3135), (1, 3135, 3136), (1, 3132, 3132), (2, 3136, 3136), (1, 3136, 0)] {
        let error = read(&binary(count, said), &bytes[..found]).unwrap_err();
        assert_eq!(error, RequestError::Bytes { expected: count * 3136, said: said as u64, found });
    }
    let data = json!(vec![0; Bitmap::LEN]);
    assert_eq!(read(&textual(1, &data), &[1]), Err(RequestError::Unclaimed(1)));
    assert_eq!(Request::read(b"{}", Some(3), MOST), Err(RequestError::HeaderLength { length: 3, body: 2 }));
    let error = Request::read(b"{}", Some(usize::MAX), MOST).unwrap_err();
    assert_eq!(error, RequestError::HeaderLength { length: usize::MAX, body: 2 });
}

#[test]
fn an_unknown_output_is_rejected_with_the_list_of_outputs() {
    let outputs = |outputs: Value| read_with(&json!({ "outputs": outputs })).unwrap_err();
    let error = outputs(json!([{ "name": "logits" }]));
    assert!(
        error.to_string().ends_with("probabilities, prediction, confidence, not_a_digit_probability, verdict, reason."),
        "{error}"
    );
    let with = |parameters: Value| outputs(json!([{ "name": "verdict", "parameters": parameters }]));
    assert_eq!(with(json!({ "classification": 3 })), RequestError::Classification);
    assert_eq!(with(json!({ "shared_memory_region": "r" })), RequestError::SharedMemory);
}

proptest! {
    #[test]
    fn pixels_written_as_bytes_or_as_json_are_read_back(
        levels in prop::collection::vec(any::<u8>(), Bitmap::LEN..=3 * Bitmap::LEN),
        nested: bool,
    ) {
        let levels = levels.as_chunks::<{ Bitmap::LEN }>().0;
        let bitmaps: Vec<Bitmap> = levels.iter().map(|levels| Bitmap::new(*levels)).collect();
        let pixels: Vec<f32> = bitmaps.iter().flat_map(Bitmap::unit).collect();
        let bytes: Vec<u8> = pixels.iter().flat_map(|pixel| pixel.to_le_bytes()).collect();
        let data = if nested { json!(pixels.chunks(28).collect::<Vec<_>>()) } else { json!(pixels) };
        let count = bitmaps.len();
        prop_assert_eq!(&read(&binary(count, bytes.len()), &bytes).unwrap().bitmaps, &bitmaps);
        prop_assert_eq!(&read(&textual(count, &data), &[]).unwrap().bitmaps, &bitmaps);
    }

    #[test]
    fn reading_arbitrary_bytes_never_panics(body: Vec<u8>, json_length: Option<usize>) {
        let _ = Request::read(&body, json_length, MOST);
    }

    #[test]
    fn reading_a_damaged_request_never_panics(
        place in 0_usize..300,
        byte: u8,
        json_length in prop::option::of(0_usize..4000),
        length in 0_usize..4000,
    ) {
        let json = binary(1, 3136).to_string();
        let mut body = [json.as_bytes(), &[0; 3136]].concat();
        body[place] = byte;
        body.truncate(length);
        let _ = Request::read(&body, json_length.or(Some(json.len())), MOST);
    }
}
