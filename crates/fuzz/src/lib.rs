//! A fuzzer: sends invalid and damaged inputs, and checks that each gets an answer of a documented form.
//!
//! An input is made from real examples by rules that know its format, and mostly damaged then ([`inputs`]). The model
//! service answers it in this process ([`target`]), with the real network, and every answer is checked
//! ([`documented`]). And pictures with metadata are stripped as the web service strips them ([`stripping`]).

mod campaign;
mod damage;
mod documented;
mod inputs;
mod panics;
mod random;
mod sent;
mod shrink;
mod stripping;
mod tally;
mod target;

pub use campaign::{Campaign, Failure};
pub use stripping::{StripFailure, StripTally, Stripping};
pub use tally::Tally;
pub use target::target;
