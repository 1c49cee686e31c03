//! The neural network: its layers, its checkpoint on disk and its model card.
//!
//! Serving and training share this crate, so both use the same network.

mod architecture;
mod calibration;
mod card;
mod champion;
mod checkpoint;
mod checkpoint_error;
mod class;
mod classifier;
mod cnn;
mod conv_relu;
mod folded;
mod golden;
mod sha256;

pub use architecture::{Architecture, UnknownArchitecture};
pub use calibration::{Calibration, Classification, Logits};
pub use card::{DataFile, HoldOutScore, Hyperparameters, ModelCard};
pub use champion::{ChampionError, champion, promote};
pub use checkpoint::{Checkpoint, load, open, read_variables, save, write_variables};
pub use checkpoint_error::{CheckpointError, InvalidCheckpoint};
pub use class::Class;
pub use classifier::{Classifier, images, rows};
pub use cnn::{Cnn, NO_DECAY_GROUP};
pub use digit::ModelVersion;
pub use golden::golden_bitmaps;
pub use sha256::sha256;
