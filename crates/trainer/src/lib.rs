//! The trainer: data sets, augmentation, the training loop, calibration and evaluation.

pub mod augment;
pub mod calibrate;
pub mod compare;
pub mod compare_command;
mod comparison_rows;
pub mod corrupt;
pub mod data;
pub mod data_mixture;
mod distributions;
pub mod evaluate;
pub mod evaluate_command;
pub mod evaluation_report;
pub mod events;
pub mod fit;
#[cfg(any(test, feature = "fixture"))]
pub mod fixture;
pub mod gate;
pub mod learn;
pub mod loader;
pub mod negatives;
mod preprocess;
pub mod report;
pub mod sample_set;
pub mod score;
pub mod scribble;
pub mod speed;
pub mod split;
pub mod stroke_renderer;
pub mod style_jitter;
pub mod training_examples;
pub mod training_history;
mod whole_file;
