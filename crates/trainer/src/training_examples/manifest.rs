//! The manifest of training examples.

use network::sha256;
use wire::{ManifestEntry, TrainingExample, TrainingManifest, TrainingSnapshot};

/// The manifest of these examples of a snapshot.
pub(super) fn of(snapshot: TrainingSnapshot, examples: &[TrainingExample]) -> TrainingManifest {
    let mut entries: Vec<_> = examples.iter().map(entry).collect();
    entries.sort_by_key(|entry| entry.id);
    TrainingManifest { rules: snapshot.rules, last_label: snapshot.last_label, examples: entries }
}

fn entry(example: &TrainingExample) -> ManifestEntry {
    let reason = example.reason.map_or("", digit::Reason::name);
    let taught = format!("\n{}\n{reason}", example.true_label);
    ManifestEntry { id: example.id, sha256: sha256(&[example.bitmap.levels(), taught.as_bytes()].concat()) }
}
