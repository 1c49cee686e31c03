//! What the charts of the web service's pages and of the trainer's report have in common: where a value lies, how deep
//! a cell of a confusion matrix is coloured, and how numbers are written. The templates that draw them are elsewhere.

mod axis;
mod confusion;
mod figures;

pub use axis::{Axis, Scale, Tick, tenth};
pub use confusion::{Cell, confusion, depth};
pub use figures::{confidence, count};
