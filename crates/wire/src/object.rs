//! A body that holds one JSON object.

use serde::de::{DeserializeOwned, Error};

/// Reads a JSON object. Arrays are errors, though serde would read the elements as a struct's fields in order: the
/// documents promise objects.
///
/// # Errors
/// When the bytes are no JSON, no object, or no `T`.
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
    fn an_array_is_no_object() {
        assert!(object::<Labelling>(br#" {"true_label":7}"#).is_ok());
        for bad in ["[7]", "\n[7]", "[]", "7", ""] {
            assert!(object::<Labelling>(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(object::<Labelling>(b"[7]").unwrap_err().is_data());
    }
}
