//! The champion and the preprocessing against the data itself.
//!
//! These run where `DIGITS_DATA` names a folder with the folders mnist, pen and omniglot.

mod champion;
mod preprocessing;

use network::Classifier;
use std::{env, path::Path};
use trainer::{data::Data, split::Split};

/// The data, divided as for training, if it is at hand.
fn split() -> Option<Split> {
    let Some(folder) = env::var_os("DIGITS_DATA") else {
        eprintln!("left out: DIGITS_DATA does not name a folder with the data");
        return None;
    };
    Some(Split::new(Data::load(Some(Path::new(&folder))).unwrap(), None))
}

fn champion() -> Classifier {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    network::load(&models, &network::champion(&models).unwrap()).unwrap()
}
