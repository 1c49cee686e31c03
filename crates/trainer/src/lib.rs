//! Trains the network: data sets, augmentation, the training loop, calibration and scores.

pub mod augment;
pub mod calibrate;
pub mod corrupt;
pub mod data;
pub mod evaluate;
pub mod events;
pub mod fit;
#[cfg(test)]
mod fixture;
mod framed;
pub mod history;
pub mod loader;
pub mod recipe;
pub mod report;
pub mod score;
pub mod scribble;
pub mod sets;
pub mod sketch;
pub mod speed;
pub mod split;
pub mod strangers;
