//! A model on disk: `<models>/<version>/weights.safetensors` and `card.json`.
//!
//! Loading verifies everything. It rejects a truncated, replaced or incompatible file before it uses any weight, and
//! the error names the fault.

use crate::{CheckpointError, Classifier, Cnn, InvalidCheckpoint, ModelCard, ModelVersion, golden, sha256};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};
use tch::{Device, Kind, Tensor, nn::VarStore};

const WEIGHTS: &str = "weights.safetensors";
const CARD: &str = "card.json";

/// A trained model: its card, its variables and the layers that refer to them.
#[derive(Debug)]
pub struct Checkpoint {
    /// The model's card.
    pub card: ModelCard,
    /// The variables, which own the tensors.
    pub variables: VarStore,
    /// The layers.
    pub cnn: Cnn,
}

/// Loads `<models>/<version>` for classification.
///
/// # Errors
/// When a file is missing, damaged or incompatible with this program's network.
pub fn load(models: &Path, version: &ModelVersion) -> Result<Classifier, CheckpointError> {
    let Checkpoint { card, cnn, .. } = open(models, version, Device::Cpu)?;
    let classify = || {
        let classifier = Classifier::new(card, &cnn)?;
        golden::check(&classifier)?;
        Ok(classifier)
    };
    classify().map_err(|reason: InvalidCheckpoint| reason.at(models.join(version.as_str())))
}

/// Loads `<models>/<version>` with trainable variables.
///
/// # Errors
/// When a file is missing, damaged or incompatible with this program's network.
pub fn open(models: &Path, version: &ModelVersion, device: Device) -> Result<Checkpoint, CheckpointError> {
    let folder = models.join(version.as_str());
    let card = read_card(&folder.join(CARD), version)?;
    let weights = folder.join(WEIGHTS);
    match read_weights(&weights, &card, device) {
        Ok((variables, cnn)) => Ok(Checkpoint { card, variables, cnn }),
        Err(reason) => Err(reason.at(weights)),
    }
}

fn read_card(path: &Path, version: &ModelVersion) -> Result<ModelCard, CheckpointError> {
    let read = || -> Result<ModelCard, InvalidCheckpoint> {
        let card: ModelCard = serde_json::from_slice(&fs::read(path)?)?;
        if card.version != *version {
            return Err(InvalidCheckpoint::Version(card.version));
        }
        if !card.calibration.is_valid() {
            return Err(InvalidCheckpoint::Calibration);
        }
        if card.preprocessing != digit::preprocessing::VERSION {
            return Err(InvalidCheckpoint::Preprocessing(card.preprocessing));
        }
        Ok(card)
    };
    read().map_err(|reason| reason.at(path))
}

fn read_weights(path: &Path, card: &ModelCard, device: Device) -> Result<(VarStore, Cnn), InvalidCheckpoint> {
    // A single read makes sure that the hashed bytes are the loaded bytes.
    let bytes = fs::read(path)?;
    let found = sha256(&bytes);
    if found != card.weights_sha256 {
        return Err(InvalidCheckpoint::Hash { expected: card.weights_sha256.clone(), found });
    }
    let mut variables = VarStore::new(device);
    let cnn = Cnn::new(&variables.root(), card.architecture);
    fill_all(&SafeTensors::deserialize(&bytes)?, variables.variables())?;
    variables.freeze();
    Ok((variables, cnn))
}

/// Copies the tensors of a file into the variables of the same names. Missing and unknown tensors are errors.
fn fill_all(tensors: &SafeTensors, mut variables: HashMap<String, Tensor>) -> Result<(), InvalidCheckpoint> {
    for (name, view) in tensors.iter() {
        let variable = variables.remove(name).ok_or_else(|| InvalidCheckpoint::Unknown(name.to_owned()))?;
        fill(variable, name, &view)?;
    }
    variables.into_keys().min().map_or(Ok(()), |name| Err(InvalidCheckpoint::Missing(name)))
}

/// Copies a tensor of the file into a layer's variable, if type and shape agree.
fn fill(mut layer: Tensor, name: &str, view: &TensorView) -> Result<(), InvalidCheckpoint> {
    let shape: Vec<usize> = layer.size().iter().filter_map(|&side| usize::try_from(side).ok()).collect();
    if view.dtype() != Dtype::F32 || view.shape() != shape {
        let found = format!("{:?} {:?}", view.dtype(), view.shape());
        return Err(InvalidCheckpoint::Shape { name: name.to_owned(), expected: format!("F32 {shape:?}"), found });
    }
    // safetensors has verified that the length of the data fits the shape.
    let values = Tensor::f_from_data_size(view.data(), &layer.size(), Kind::Float)?;
    if values.f_isfinite()?.f_all()?.f_int64_value(&[])? == 0 {
        return Err(InvalidCheckpoint::NotFinite(name.to_owned()));
    }
    let _no_grad = tch::no_grad_guard();
    Ok(layer.f_copy_(&values)?)
}

/// Writes a model to the new folder `<models>/<version>`. It fills in the card's hash of the weights and the logits of
/// the golden drawings.
///
/// # Errors
/// When the folder exists already (a named model never changes) or cannot be written.
pub fn save(models: &Path, mut card: ModelCard, variables: &VarStore) -> Result<PathBuf, CheckpointError> {
    let folder = models.join(card.version.as_str());
    let mut write = || -> Result<(), InvalidCheckpoint> {
        let weights = serialise(variables.variables(), None)?;
        card.weights_sha256 = sha256(&weights);
        // The folder is written under another name and renamed, so that a folder with a version's name holds a complete
        // model.
        let unfinished = models.join(format!(".{}", card.version));
        fs::create_dir_all(&unfinished)?;
        fs::write(unfinished.join(WEIGHTS), weights)?;
        let (_variables, cnn) = read_weights(&unfinished.join(WEIGHTS), &card, Device::Cpu)?;
        card.golden = golden::logits(&Classifier::new(card.clone(), &cnn)?)?;
        fs::write(unfinished.join(CARD), serde_json::to_string_pretty(&card)? + "\n")?;
        if folder.exists() {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists).into());
        }
        Ok(fs::rename(unfinished, &folder)?)
    };
    write().map_err(|reason| reason.at(&folder))?;
    Ok(folder)
}

/// Writes variables by name, with a text of notes, to a file for [`read_variables`].
///
/// # Errors
/// When the file cannot be written.
pub fn write_variables(
    path: &Path,
    variables: impl IntoIterator<Item = (String, Tensor)>,
    notes: &str,
) -> Result<(), CheckpointError> {
    let notes = HashMap::from([(NOTES.to_owned(), notes.to_owned())]);
    serialise(variables, Some(notes)).and_then(|bytes| Ok(fs::write(path, bytes)?)).map_err(|reason| reason.at(path))
}

/// Reads a file of [`write_variables`] into the same variables, and returns the notes.
///
/// # Errors
/// When the file cannot be read or holds other variables. Variables before the wrong one have changed by then.
pub fn read_variables(
    path: &Path,
    variables: impl IntoIterator<Item = (String, Tensor)>,
) -> Result<String, CheckpointError> {
    let read = || -> Result<String, InvalidCheckpoint> {
        let bytes = fs::read(path)?;
        fill_all(&SafeTensors::deserialize(&bytes)?, variables.into_iter().collect())?;
        let (_, metadata) = SafeTensors::read_metadata(&bytes)?;
        Ok(metadata.metadata().as_ref().and_then(|notes| notes.get(NOTES)).cloned().unwrap_or_default())
    };
    read().map_err(|reason| reason.at(path))
}

/// The key of the notes in a file's metadata.
const NOTES: &str = "notes";

fn serialise(
    variables: impl IntoIterator<Item = (String, Tensor)>,
    notes: Option<HashMap<String, String>>,
) -> Result<Vec<u8>, InvalidCheckpoint> {
    let mut data = Vec::new();
    for (name, tensor) in variables {
        let tensor = tensor.f_to_device(Device::Cpu)?.f_to_kind(Kind::Float)?.f_contiguous()?;
        let mut bytes = vec![0; tensor.numel() * size_of::<f32>()];
        tensor.f_copy_data_u8(&mut bytes, tensor.numel())?;
        let shape = tensor.size().iter().filter_map(|&side| usize::try_from(side).ok()).collect::<Vec<_>>();
        data.push((name, shape, bytes));
    }
    let views = data
        .iter()
        .map(|(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?;
    Ok(safetensors::serialize(views, notes)?)
}
