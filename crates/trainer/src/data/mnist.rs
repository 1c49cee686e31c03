//! MNIST: scanned digits, 60,000 for training and 10,000 for tests.

use super::{DataError, DatasetStore, Example, Source};
use digit::idx;

const TRAIN_IMAGES: Source = Source {
    set: "mnist",
    name: "train-images-idx3-ubyte",
    sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    addresses: &[
        "https://ossci-datasets.s3.amazonaws.com/mnist/train-images-idx3-ubyte.gz",
        "https://storage.googleapis.com/cvdf-datasets/mnist/train-images-idx3-ubyte.gz",
    ],
};
const TRAIN_LABELS: Source = Source {
    set: "mnist",
    name: "train-labels-idx1-ubyte",
    sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    addresses: &[
        "https://ossci-datasets.s3.amazonaws.com/mnist/train-labels-idx1-ubyte.gz",
        "https://storage.googleapis.com/cvdf-datasets/mnist/train-labels-idx1-ubyte.gz",
    ],
};
const TEST_IMAGES: Source = Source {
    set: "mnist",
    name: "t10k-images-idx3-ubyte",
    sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    addresses: &[
        "https://ossci-datasets.s3.amazonaws.com/mnist/t10k-images-idx3-ubyte.gz",
        "https://storage.googleapis.com/cvdf-datasets/mnist/t10k-images-idx3-ubyte.gz",
    ],
};
const TEST_LABELS: Source = Source {
    set: "mnist",
    name: "t10k-labels-idx1-ubyte",
    sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    addresses: &[
        "https://ossci-datasets.s3.amazonaws.com/mnist/t10k-labels-idx1-ubyte.gz",
        "https://storage.googleapis.com/cvdf-datasets/mnist/t10k-labels-idx1-ubyte.gz",
    ],
};

/// The indices, from 0, of the test digits whose label a majority of five reviewers disputes (Northcutt et al.,
/// "Pervasive Label Errors in Test Sets", 2021).
pub const DISPUTED: [usize; 15] =
    [947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729];

/// The training set and the test set.
#[derive(Debug)]
pub struct Mnist {
    /// 60,000 digits.
    pub train: Vec<Example>,
    /// 10,000 digits, half of them by writers who wrote no training digit.
    pub test: Vec<Example>,
}

impl Mnist {
    pub(super) fn read(store: &mut DatasetStore) -> Result<Self, DataError> {
        Ok(Self {
            train: examples(store, &TRAIN_IMAGES, &TRAIN_LABELS)?,
            test: examples(store, &TEST_IMAGES, &TEST_LABELS)?,
        })
    }
}

fn examples(store: &mut DatasetStore, images: &Source, labels: &Source) -> Result<Vec<Example>, DataError> {
    let (path, bytes) = store.read(images)?;
    let bitmaps = idx::images(&bytes).map_err(|reason| DataError::Format { path, reason: reason.to_owned() })?;
    let (path, bytes) = store.read(labels)?;
    let labels = idx::labels(&bytes).map_err(|reason| DataError::Format { path, reason: reason.to_owned() })?;
    Ok(bitmaps.into_iter().zip(labels).map(|(bitmap, label)| Example { bitmap, label }).collect())
}
