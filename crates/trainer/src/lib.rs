//! Trains the network: data sets, augmentation and the training loop.

pub mod augment;
pub mod corrupt;
pub mod fit;
pub mod mnist;
mod schedule;
