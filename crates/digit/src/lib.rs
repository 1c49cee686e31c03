//! The data that every part of digits speaks: a 28×28 [`Bitmap`], the way from [`ink`] to it, and the JSON
//! of the services ([`wire`]).
//!
//! Nothing here knows of HTTP, of a database or of a neural network.

mod bitmap;
pub mod ink;
mod label;
mod model_version;
pub mod wire;

pub use bitmap::{Bitmap, InvalidPixels, SIDE};
pub use label::{Digit, InvalidDigit, TrueLabel};
pub use model_version::{InvalidVersion, ModelVersion};
