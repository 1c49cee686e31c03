//! A body with one JSON object.

use serde::de::{DeserializeOwned, Error};

/// Parses a JSON object. An array is an error, although serde would read its elements as the fields of a struct,
/// because the OpenAPI documents specify objects.
///
/// # Errors
/// When the bytes are not JSON, not an object, or not a `T`.
pub fn object<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    if json.trim_ascii_start().starts_with(b"[") {
        return Err(Error::custom("invalid type: array, expected an object"));
    }
    serde_json::from_slice(json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Labelling;

    #[test]
    fn an_array_is_not_an_object() {
        assert!(object::<Labelling>(br#" {"true_label":7}"#).is_ok());
        for bad in ["[7]", "\n[7]", "[]", "7", ""] {
            assert!(object::<Labelling>(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(object::<Labelling>(b"[7]").unwrap_err().is_data());
    }
}
