//! Request templates: drawings in each format that digits accepts.

use crate::pictures::{Drawing, Picture};
use hyper::{
    HeaderMap, Method,
    body::Bytes,
    header::{CONTENT_TYPE, HeaderValue},
};
use serde_json::json;

/// The boundary of form parts; no PNG here contains it.
const BOUNDARY: &str = "a-picture-ends-here";

/// A request that the generator can send any number of times.
#[derive(Debug, Clone)]
pub(crate) struct RequestTemplate {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl RequestTemplate {
    /// Returns a GET request.
    pub(crate) fn get(path: &str) -> Self {
        Self { method: Method::GET, path: path.to_owned(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// Returns a form with an image in the field `file`.
    pub(crate) fn form(path: &str, png: &[u8]) -> Self {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"digit.png\"\r\n\
             Content-Type: image/png\r\n\r\n"
        );
        let tail = format!("\r\n--{BOUNDARY}--\r\n");
        let media_type = const { HeaderValue::from_static("multipart/form-data; boundary=a-picture-ends-here") };
        Self::post(path, media_type, [head.as_bytes(), png, tail.as_bytes()].concat())
    }

    /// Returns a request with an image as the body.
    pub(crate) fn png(path: &str, png: &[u8]) -> Self {
        Self::post(path, HeaderValue::from_static("image/png"), png.to_vec())
    }

    /// Returns a request with strokes as JSON.
    pub(crate) fn strokes(path: &str, drawing: &Drawing) -> Self {
        Self::json(path, &json!({ "strokes": drawing, "width": 280, "height": 280 }))
    }

    /// Returns the form that labels a stored drawing.
    pub(crate) fn label(id: &str, truth: &str) -> Self {
        Self::fields(&format!("/home/{id}/label"), &format!("true_label={truth}"))
    }

    /// Returns a form without files.
    pub(crate) fn fields(path: &str, fields: &str) -> Self {
        let media_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        Self::post(path, media_type, fields.as_bytes().to_vec())
    }

    /// Returns the same request with another method.
    pub(crate) fn method(self, method: Method) -> Self {
        Self { method, ..self }
    }

    /// Returns the same request with a header more.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> anyhow::Result<Self> {
        self.headers.insert(name, value.parse()?);
        Ok(self)
    }

    /// Returns a request with a JSON body.
    pub(crate) fn json(path: &str, body: &serde_json::Value) -> Self {
        Self::post(path, HeaderValue::from_static("application/json"), body.to_string().into_bytes())
    }

    /// Returns images as a binary tensor of the Open Inference Protocol, with a request for their probabilities as
    /// JSON.
    pub(crate) fn tensor(model: &str, pictures: &[&Picture]) -> Self {
        let pixels: Vec<u8> = pictures.iter().flat_map(|picture| picture.pixels()).flat_map(f32::to_le_bytes).collect();
        let image = json!({ "name": "image", "datatype": "FP32", "shape": [pictures.len(), 1, 28, 28],
            "parameters": { "binary_data_size": pixels.len() } });
        let head = json!({ "inputs": [image], "outputs": [{ "name": "probabilities" }] }).to_string();
        let path = format!("/v2/models/{model}/infer");
        let media_type = HeaderValue::from_static("application/octet-stream");
        let mut template = Self::post(&path, media_type, [head.as_bytes(), &pixels].concat());
        template.headers.insert("inference-header-content-length", head.len().into());
        template
    }

    fn post(path: &str, media_type: HeaderValue, body: Vec<u8>) -> Self {
        let headers = [(CONTENT_TYPE, media_type)].into_iter().collect();
        Self { method: Method::POST, path: path.to_owned(), headers, body: body.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::ten_digits;

    #[test]
    fn a_tensors_bytes_start_where_the_header_says() {
        let pictures = ten_digits().unwrap();
        let template = RequestTemplate::tensor("digits", &[&pictures[3], &pictures[8]]);
        let length: usize = template.headers["inference-header-content-length"].to_str().unwrap().parse().unwrap();
        let (head, tail) = template.body.split_at(length);
        let head: serde_json::Value = serde_json::from_slice(head).unwrap();
        assert_eq!(head["inputs"][0]["parameters"]["binary_data_size"], tail.len());
        assert_eq!(tail.len(), 2 * 784 * 4);
        assert_eq!((template.method, RequestTemplate::get("/livez").method), (Method::POST, Method::GET));
    }
}
