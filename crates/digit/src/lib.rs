//! The data: a 28×28 [`Bitmap`], the preprocessing of images and strokes to bitmaps, and labels.
//!
//! This crate does not depend on HTTP, a database or a neural network.

mod bitmap;
pub mod idx;
mod label;
mod levels;
mod model_version;
pub mod preprocessing;
mod reason;

pub use bitmap::{Bitmap, InvalidPixels, SIDE};
pub use label::{Digit, InvalidDigit, TrueLabel};
pub use model_version::{InvalidVersion, ModelVersion};
pub use reason::Reason;
