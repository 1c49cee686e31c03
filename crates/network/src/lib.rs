//! The neural network: its layers, its checkpoint on disk and the card that says where it came from.
//!
//! Serving and training share this crate, so that what was trained is what serves.

mod card;
mod checkpoint;
mod classifier;
mod cnn;
mod sha256;
mod version;

pub use card::{DataFile, Hyperparameters, Metrics, ModelCard, Score};
pub use checkpoint::{CheckpointError, Refusal, load, save};
pub use classifier::{Classification, Classifier};
pub use cnn::{ARCHITECTURE, Cnn, NO_DECAY_GROUP};
pub use sha256::sha256;
pub use version::{ChampionError, InvalidVersion, ModelVersion};
