//! Request templates: drawings in the forms that digits takes.

use crate::pictures::{Drawing, Picture};
use hyper::{
    HeaderMap, Method,
    body::Bytes,
    header::{CONTENT_TYPE, HeaderValue},
};
use serde_json::json;

/// Ends the parts of a form; no PNG of ours holds it.
const BOUNDARY: &str = "a-picture-ends-here";

/// A request, ready to be sent any number of times.
#[derive(Debug, Clone)]
pub(crate) struct RequestTemplate {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl RequestTemplate {
    /// A GET request.
    pub(crate) fn get(path: &str) -> Self {
        Self { path: path.to_owned(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// A form with a picture in the field `file`.
    pub(crate) fn form(path: &str, png: &[u8]) -> Self {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"digit.png\"\r\n\
             Content-Type: image/png\r\n\r\n"
        );
        let tail = format!("\r\n--{BOUNDARY}--\r\n");
        let media_type = const { HeaderValue::from_static("multipart/form-data; boundary=a-picture-ends-here") };
        Self::post(path, media_type, [head.as_bytes(), png, tail.as_bytes()].concat())
    }

    /// A picture as the body.
    pub(crate) fn png(path: &str, png: &[u8]) -> Self {
        Self::post(path, HeaderValue::from_static("image/png"), png.to_vec())
    }

    /// A drawing's strokes.
    pub(crate) fn strokes(path: &str, drawing: &Drawing) -> Self {
        Self::json(path, &json!({ "strokes": drawing, "width": 280, "height": 280 }))
    }

    /// The form that labels a recorded drawing.
    pub(crate) fn label(id: &str, truth: &str) -> Self {
        let media_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        Self::post(&format!("/home/{id}/label"), media_type, format!("true_label={truth}").into_bytes())
    }

    /// JSON.
    pub(crate) fn json(path: &str, body: &serde_json::Value) -> Self {
        Self::post(path, HeaderValue::from_static("application/json"), body.to_string().into_bytes())
    }

    /// Pictures as the Open Inference Protocol's binary tensor; the request asks for their probabilities, as JSON.
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

    /// The method of the request.
    pub(crate) fn method(&self) -> Method {
        if self.headers.is_empty() { Method::GET } else { Method::POST }
    }

    fn post(path: &str, media_type: HeaderValue, body: Vec<u8>) -> Self {
        let headers = [(CONTENT_TYPE, media_type)].into_iter().collect();
        Self { path: path.to_owned(), headers, body: body.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::ten_digits;

    #[test]
    fn a_tensor_has_its_bytes_where_the_header_says() {
        let pictures = ten_digits().unwrap();
        let template = RequestTemplate::tensor("digits", &[&pictures[3], &pictures[8]]);
        let length: usize = template.headers["inference-header-content-length"].to_str().unwrap().parse().unwrap();
        let (head, tail) = template.body.split_at(length);
        let head: serde_json::Value = serde_json::from_slice(head).unwrap();
        assert_eq!(head["inputs"][0]["parameters"]["binary_data_size"], tail.len());
        assert_eq!(tail.len(), 2 * 784 * 4);
        assert_eq!((template.method(), RequestTemplate::get("/livez").method()), (Method::POST, Method::GET));
    }
}
