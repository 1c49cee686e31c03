//! Lists of JSON that stop at the first element that is too many, so that no request decides how much memory it takes.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, SeqAccess, Visitor},
};
use std::{fmt, marker::PhantomData};

/// A list with no more than `MOST` elements.
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

/// A tensor's numbers in JSON, flat or nested, in the order in which they stand there; no more than `MOST`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Numbers<const MOST: usize>(pub(super) Vec<f32>);

impl<'de, const MOST: usize> Deserialize<'de> for Numbers<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut numbers = Vec::new();
        Flat::<MOST>(&mut numbers).deserialize(deserializer)?;
        Ok(Self(numbers))
    }
}

/// Appends a number, or all of a list, lists within it included. (`serde_json` ends a nesting that is too deep.)
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
    fn a_list_ends_at_the_first_element_that_is_too_many() {
        assert_eq!(serde_json::from_str::<AtMost<u8, 2>>("[1,2]").unwrap().0, [1, 2]);
        // What follows is not even read: it is no JSON.
        let error = serde_json::from_str::<AtMost<u8, 2>>("[1,2,3,oops").unwrap_err().to_string();
        assert!(error.contains("at most 2"), "{error}");
        let error = serde_json::from_str::<Numbers<2>>("[[1,2],[3,oops").unwrap_err().to_string();
        assert!(error.contains("at most 2 numbers"), "{error}");
    }

    #[test]
    fn what_is_no_number_or_nested_too_deep_is_refused() {
        let deep = "[".repeat(100_000);
        for text in ["[\"1\"]", "[true]", "[null]", "[{}]", "[1e999]", "{}", "", deep.as_str()] {
            assert!(serde_json::from_str::<Numbers<9>>(text).is_err(), "{text:.20}");
        }
    }
}
