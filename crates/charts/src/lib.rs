//! The common code of the charts on the web service's pages and in the trainer's report: axes, the colours of a
//! confusion matrix, and formats of numbers. Each crate has its own templates.

mod axis;
mod confusion;
mod figures;

pub use axis::{Axis, Scale, Tick, tenth};
pub use confusion::{Cell, confusion, depth};
pub use figures::{confidence, count};
