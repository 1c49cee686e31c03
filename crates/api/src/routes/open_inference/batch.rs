//! The number of bitmaps in an inference request.

use axum::http::{HeaderMap, HeaderName, header};
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use serde::Deserialize;
use service::{INFERENCE_HEADER_CONTENT_LENGTH, MAX_INPUT_BYTES};
use std::{
    io::{self, Read},
    num::NonZeroU32,
};

/// The most bitmaps that the model service takes in a request.
const LARGEST: NonZeroU32 = NonZeroU32::new(32).unwrap();

/// The part of the JSON that states the number of bitmaps.
#[derive(Deserialize)]
struct Head {
    inputs: [Input; 1],
}

#[derive(Deserialize)]
struct Input {
    /// `[n, 1, 28, 28]`.
    shape: [u32; 4],
}

/// The number of bitmaps in a request. A request without a number counts as the largest one, so that nobody gets more
/// bitmaps classified than are counted; the model service says what is wrong with it.
pub(super) fn bitmaps(headers: &HeaderMap, body: &[u8]) -> NonZeroU32 {
    let head = json(headers, body).and_then(|json| serde_json::from_slice::<Head>(&json).ok());
    let count = head.and_then(|Head { inputs: [Input { shape: [count, ..] }] }| NonZeroU32::new(count));
    count.map_or(LARGEST, |count| count.min(LARGEST))
}

/// The JSON of a body, unpacked. Tensors may follow it.
fn json(headers: &HeaderMap, body: &[u8]) -> Option<Vec<u8>> {
    let length = match text(headers, &INFERENCE_HEADER_CONTENT_LENGTH) {
        Some(length) => length.parse().ok()?,
        None => MAX_INPUT_BYTES as u64,
    };
    match text(headers, &header::CONTENT_ENCODING).unwrap_or("identity").trim() {
        name if name.eq_ignore_ascii_case("identity") => read(body, length),
        name if name.eq_ignore_ascii_case("gzip") => read(MultiGzDecoder::new(body), length),
        name if name.eq_ignore_ascii_case("deflate") => read(ZlibDecoder::new(body), length),
        _ => return None,
    }
    .ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Reads at most so many bytes, and no more than the model service takes.
fn read(from: impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(length.min(MAX_INPUT_BYTES as u64)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{
        Compression,
        write::{GzEncoder, ZlibEncoder},
    };
    use std::io::Write;

    fn request(shape: &str) -> String {
        format!("{{\"inputs\":[{{\"name\":\"image\",\"datatype\":\"FP32\",\"shape\":{shape},\"data\":[0,0.5]}}]}}")
    }

    fn counted(headers: &[(HeaderName, &str)], body: &[u8]) -> u32 {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        bitmaps(&headers, body).get()
    }

    #[test]
    fn the_shape_states_the_number_of_bitmaps_in_each_form_of_a_body() {
        let body = request("[7,1,28,28]");
        assert_eq!(counted(&[], body.as_bytes()), 7);
        assert_eq!(counted(&[(header::CONTENT_ENCODING, "Identity")], body.as_bytes()), 7);
        let length = body.len().to_string();
        let binary = [body.as_bytes(), &[0xff; 3136]].concat();
        assert_eq!(counted(&[(INFERENCE_HEADER_CONTENT_LENGTH, &length)], &binary), 7);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&binary).unwrap();
        let headers = [(INFERENCE_HEADER_CONTENT_LENGTH, &*length), (header::CONTENT_ENCODING, "gzip")];
        assert_eq!(counted(&headers, &gzip.finish().unwrap()), 7);
        let mut deflate = ZlibEncoder::new(Vec::new(), Compression::fast());
        deflate.write_all(body.as_bytes()).unwrap();
        assert_eq!(counted(&[(header::CONTENT_ENCODING, "deflate")], &deflate.finish().unwrap()), 7);
    }

    #[test]
    fn a_request_without_a_valid_number_counts_as_the_largest() {
        for shape in ["[0,1,28,28]", "[33,1,28,28]", "[-1,1,28,28]", "[1]", "7", "[1,1,28,28],\"shape\":[2,1,28,28]"] {
            assert_eq!(counted(&[], request(shape).as_bytes()), 32, "{shape}");
        }
        let body = request("[1,1,28,28]");
        for encoding in ["br", "gzip", "gzip, gzip"] {
            assert_eq!(counted(&[(header::CONTENT_ENCODING, encoding)], body.as_bytes()), 32, "{encoding}");
        }
        for length in ["x", "5", "-1"] {
            assert_eq!(counted(&[(INFERENCE_HEADER_CONTENT_LENGTH, length)], body.as_bytes()), 32, "{length}");
        }
        assert_eq!(counted(&[], b""), 32);
    }
}
