//! A fuzzer: sends invalid and damaged inputs, and checks that each response is documented.
//!
//! The fuzzer generates inputs from real examples with the rules of each format, and damages most of them ([`inputs`]).
//! The model service responds in this process ([`target`]), with the real network, and the fuzzer checks every response
//! ([`documented`]). It also strips images with metadata like the web service does ([`stripping`]).

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
