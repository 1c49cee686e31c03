//! TensorBoard's messages for scalars, with the field numbers of `event.proto` and `summary.proto`
//! (<https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto>).

use super::Scalar;
use prost::Message;

/// An event of a training step.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    /// The format's name and version, in the first event of a file.
    #[prost(string, optional, tag = "3")]
    file_version: Option<String>,
    #[prost(message, optional, tag = "5")]
    summary: Option<Summary>,
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    value: Vec<Value>,
}

#[derive(Clone, PartialEq, Message)]
struct Value {
    #[prost(string, tag = "1")]
    tag: String,
    /// The field belongs to a `oneof`, so it is written even if it is zero.
    #[prost(float, optional, tag = "2")]
    simple_value: Option<f32>,
}

impl Event {
    /// Returns the first event of a file.
    pub(super) fn beginning(wall_time: f64) -> Self {
        Self { wall_time, file_version: Some("brain.Event:2".to_owned()), ..Self::default() }
    }

    /// Returns an event with scalars.
    pub(super) fn scalars(wall_time: f64, step: u32, scalars: &[Scalar]) -> Self {
        let value = scalars.iter().map(Value::from).collect();
        Self { wall_time, step: step.into(), summary: Some(Summary { value }), ..Self::default() }
    }
}

impl From<&Scalar> for Value {
    #[expect(clippy::cast_possible_truncation, reason = "TensorBoard takes 32 bits")]
    fn from(scalar: &Scalar) -> Self {
        Self { tag: scalar.tag.clone(), simple_value: Some(scalar.value as f32) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_encoded_like_tensorboards_own_message() {
        let event = Event::scalars(1.5, 300, &[Scalar::new("a", 0.25), Scalar::new("b", 0.0)]);
        let expected = [
            &[0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f][..], // 1: wall_time
            &[0x10, 0xac, 0x02],                       // 2: step
            &[0x2a, 20],                               // 5: summary
            &[0x0a, 8, 0x0a, 1, b'a', 0x15, 0, 0, 0x80, 0x3e],
            &[0x0a, 8, 0x0a, 1, b'b', 0x15, 0, 0, 0, 0],
        ];
        assert_eq!(event.encode_to_vec(), expected.concat());
    }
}
