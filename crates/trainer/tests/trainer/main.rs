//! Tests of the champion and the preprocessing with the real data.
//!
//! They need `DIGITS_DATA`, which names a folder with the data sets mnist, pen and omniglot.

mod champion;
mod preprocessing;

use network::Classifier;
use std::{env, path::Path};
use trainer::{data::Data, split::Split};

/// Returns the data, split as for training.
fn split() -> Split {
    let folder = env::var_os("DIGITS_DATA").expect("DIGITS_DATA names no folder with the data sets");
    Split::new(Data::load(Some(Path::new(&folder))).unwrap(), None)
}

fn champion() -> Classifier {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    network::load(&models, &network::champion(&models).unwrap()).unwrap()
}
