//! JSON lists of bounded length. Parsing stops at the first element too many, which bounds the memory of a request.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, SeqAccess, Visitor},
};
use std::{fmt, marker::PhantomData};

/// A list of at most `MOST` elements.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AtMost<T, const MOST: usize>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for AtMost<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor::<T, MOST>(PhantomData)).map(Self)
    }
}

struct ListVisitor<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for ListVisitor<T, MOST> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MOST}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            if list.len() == MOST {
                return Err(Error::invalid_length(MOST + 1, &self));
            }
            list.push(element);
        }
        Ok(list)
    }
}

/// The numbers of a tensor in JSON, flat or nested, in their order in the text; at most `MOST`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Numbers<const MOST: usize>(pub(super) Vec<f32>);

impl<'de, const MOST: usize> Deserialize<'de> for Numbers<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut numbers = Vec::new();
        Flat::<MOST>(&mut numbers).deserialize(deserializer)?;
        Ok(Self(numbers))
    }
}

/// Appends a number, or all numbers of a nested list. (`serde_json` limits the depth of nesting.)
struct Flat<'a, const MOST: usize>(&'a mut Vec<f32>);

impl<'de, const MOST: usize> DeserializeSeed<'de> for Flat<'_, MOST> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<const MOST: usize> Flat<'_, MOST> {
    fn push<E: Error>(self, number: f32) -> Result<(), E> {
        if self.0.len() == MOST {
            return Err(E::invalid_length(MOST + 1, &self));
        }
        self.0.push(number);
        Ok(())
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "as serde itself reads an f32")]
impl<'de, const MOST: usize> Visitor<'de> for Flat<'_, MOST> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {MOST} numbers")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.push(number as f32)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.push(number as f32)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.push(number as f32)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element_seed(Flat::<MOST>(&mut *self.0))?.is_some() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_be_nested_in_any_way_and_keep_their_order() {
        for text in ["[1,2.5,-3]", "[[1],[2.5,-3]]", "[[[1,2.5]],[],[[-3]]]"] {
            assert_eq!(serde_json::from_str::<Numbers<3>>(text).unwrap().0, [1.0, 2.5, -3.0], "{text}");
        }
    }

    #[test]
    fn parsing_a_list_stops_at_the_first_element_too_many() {
        assert_eq!(serde_json::from_str::<AtMost<u8, 2>>("[1,2]").unwrap().0, [1, 2]);
        // The parser does not read the rest, which is not JSON.
        let error = serde_json::from_str::<AtMost<u8, 2>>("[1,2,3,oops").unwrap_err().to_string();
        assert!(error.contains("at most 2"), "{error}");
        let error = serde_json::from_str::<Numbers<2>>("[[1,2],[3,oops").unwrap_err().to_string();
        assert!(error.contains("at most 2 numbers"), "{error}");
    }

    #[test]
    fn an_element_that_is_no_number_or_is_nested_too_deep_is_rejected() {
        let deep = "[".repeat(100_000);
        for text in ["[\"1\"]", "[true]", "[null]", "[{}]", "[1e999]", "{}", "", deep.as_str()] {
            assert!(serde_json::from_str::<Numbers<9>>(text).is_err(), "{text:.20}");
        }
    }
}
