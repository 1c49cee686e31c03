//! The training examples of a service: collected drawings from which a model may learn.

mod manifest;
mod near_identical;

use crate::{
    data_mixture::{CollectedContent, CollectedSample, Target},
    gate::CollectedDrawing,
};
use anyhow::{Context, bail, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use digit::{Reason, TrueLabel};
use network::Class;
use std::{collections::HashSet, io::BufRead};
use uuid::Uuid;
use wire::{Content, Input, TrainingExample, TrainingManifest, TrainingSnapshot, TrainingSplit};

/// The training examples of one snapshot. They are in memory only, so nothing of them outlives the run.
#[derive(Debug)]
pub struct TrainingExamples {
    /// To train.
    pub train: Vec<CollectedSample>,
    /// For the comparison with the champion.
    pub gate: Vec<CollectedDrawing>,
    /// To test.
    pub test: Vec<CollectedSample>,
    /// The ids of the examples to train.
    pub manifest: TrainingManifest,
    /// The number of examples that are left out of training, because they are nearly identical to one of the gate or the test.
    pub near_identical: usize,
}

impl TrainingExamples {
    /// Reads the lines of `GET /api/v1/export/training-examples.ndjson`. With a manifest, only examples that it names train.
    ///
    /// # Errors
    /// When the lines cannot be read, are incomplete, or are no training examples.
    pub fn read(lines: impl BufRead, only: Option<&TrainingManifest>) -> anyhow::Result<Self> {
        let mut lines = lines.lines();
        let first = lines.next().context("the export is empty")??;
        let snapshot: TrainingSnapshot = serde_json::from_str(&first).context("line 1 is not a snapshot")?;
        let mut examples = Vec::new();
        for (line, number) in lines.zip(2..) {
            let example: TrainingExample =
                serde_json::from_str(&line?).with_context(|| format!("line {number} is not a training example"))?;
            examples.push(example);
        }
        let (found, expected) = (examples.len() as u64, snapshot.examples);
        ensure!(found == expected, "the export is incomplete: it has {found} of {expected} examples");
        if let Some(manifest) = only {
            let named: HashSet<Uuid> = manifest.examples.iter().map(|entry| entry.id).collect();
            examples.retain(|example| example.split != TrainingSplit::Train || named.contains(&example.id));
        }
        Self::of(snapshot, examples)
    }

    fn of(snapshot: TrainingSnapshot, examples: Vec<TrainingExample>) -> anyhow::Result<Self> {
        let (mut train, others): (Vec<_>, Vec<_>) =
            examples.into_iter().partition(|example| example.split == TrainingSplit::Train);
        let read = train.len();
        let bitmaps = others.iter().map(|example| example.bitmap.clone()).collect::<Vec<_>>();
        near_identical::leave_out(&mut train, |example| &example.bitmap, &bitmaps)?;
        let near_identical = read - train.len();
        let (gate, test): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|example| example.split == TrainingSplit::Gate);
        let gate = gate.into_iter().map(collected_drawing).collect();
        let test = test.iter().map(test_sample).collect::<anyhow::Result<_>>()?;
        let manifest = manifest::of(snapshot, &train);
        let train = train.iter().map(sample).collect::<anyhow::Result<_>>()?;
        Ok(Self { train, gate, test, manifest, near_identical })
    }
}

fn collected_drawing(TrainingExample { id, writer, true_label, bitmap, .. }: TrainingExample) -> CollectedDrawing {
    CollectedDrawing { id, writer, true_label, bitmap }
}

/// The sample of an example. Strokes stay strokes, so that training can redraw them. A picture is preprocessed again, because
/// the service may have had an older version of the preprocessing.
fn sample(example: &TrainingExample) -> anyhow::Result<CollectedSample> {
    let place = || format!("the training example {}", example.id);
    let bytes = STANDARD.decode(&example.input).with_context(place)?;
    let input = Input::kept(bytes.into(), example.input_kind).with_context(place)?;
    let content = if let Content::Strokes(drawing) = input.content() {
        CollectedContent::Strokes(drawing.strokes().to_vec())
    } else {
        let bitmap = input.preprocess().map_or_else(|_| example.bitmap.clone(), |found| found.bitmap);
        CollectedContent::Bitmap(Box::new(bitmap))
    };
    Ok(CollectedSample { content, target: target(example).with_context(place)? })
}

/// The sample of an example that tests. The test judges the drawing that people saw, so it has the stored bitmap.
fn test_sample(example: &TrainingExample) -> anyhow::Result<CollectedSample> {
    let content = CollectedContent::Bitmap(Box::new(example.bitmap.clone()));
    let target = target(example).with_context(|| format!("the training example {}", example.id))?;
    Ok(CollectedSample { content, target })
}

fn target(example: &TrainingExample) -> anyhow::Result<Target> {
    Ok(match (example.true_label, example.reason) {
        (TrueLabel::Digit(digit), _) => Target::Class(Class::Digit(digit)),
        (TrueLabel::NotADigit, Some(Reason::SeveralDigits)) => Target::Class(Class::SeveralDigits),
        (TrueLabel::NotADigit, Some(Reason::UnlikeADigit)) => Target::Class(Class::UnlikeADigit),
        (TrueLabel::NotADigit, _) => Target::NotADigit,
        (TrueLabel::Unsure, _) => bail!("its label is unsure"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use digit::{Bitmap, Digit, SIDE};
    use network::sha256;
    use serde_json::{Value, json};

    const STROKES: &str = r#"{"strokes":[[[1,1],[5,30]]]}"#;

    /// A bitmap with a vertical line at this column.
    fn line(column: usize) -> Bitmap {
        Bitmap::new(std::array::from_fn(|pixel| if pixel % SIDE == column { 255 } else { 0 }))
    }

    fn example(id: u128, split: &str, true_label: &Value, column: usize) -> Value {
        json!({
            "id": uuid::Uuid::from_u128(id), "writer": "a", "split": split, "true_label": true_label, "source": "canvas",
            "input_kind": "strokes", "input": STANDARD.encode(STROKES), "bitmap": line(column),
        })
    }

    fn read(examples: &[Value], expected: usize) -> anyhow::Result<TrainingExamples> {
        let snapshot = json!({ "rules": 1, "last_label": 7, "examples": expected });
        let lines: Vec<String> = [&snapshot].into_iter().chain(examples).map(Value::to_string).collect();
        TrainingExamples::read(lines.join("\n").as_bytes(), None)
    }

    #[test]
    fn examples_are_divided_and_those_that_train_are_in_the_manifest() {
        let picture =
            json!({ "input_kind": "pixels", "input": STANDARD.encode(json!({ "pixels": line(5) }).to_string()) });
        let mut of_picture = example(4, "train", &json!("not_a_digit"), 5);
        of_picture.as_object_mut().unwrap().extend(picture.as_object().unwrap().clone());
        let mut several = example(2, "train", &json!("not_a_digit"), 9);
        several["reason"] = json!("several_digits");
        let all = [of_picture, several, example(1, "gate", &json!(3), 12), example(3, "test", &json!(7), 15)];
        let examples = read(&all, 4).unwrap();
        let (two, four) = (&examples.train[1], &examples.train[0]);
        assert_eq!((&four.content, four.target), (&CollectedContent::Bitmap(Box::new(line(5))), Target::NotADigit));
        assert!(matches!(two.content, CollectedContent::Strokes(_)));
        assert_eq!(two.target, Target::Class(Class::SeveralDigits));
        assert_eq!(examples.gate[0].true_label, TrueLabel::Digit(Digit::try_from(3).unwrap()));
        assert_eq!(examples.test[0].content, CollectedContent::Bitmap(Box::new(line(15))));

        let manifest = examples.manifest;
        assert_eq!((manifest.rules, manifest.last_label), (1, 7));
        assert_eq!(manifest.examples.iter().map(|entry| entry.id.as_u128()).collect::<Vec<_>>(), [2, 4]);
        let taught = [line(9).levels().as_slice(), b"\nnot_a_digit\nseveral_digits"].concat();
        assert_eq!(manifest.examples[0].sha256, sha256(&taught));
    }

    #[test]
    fn nearly_identical_drawings_of_the_gate_and_the_test_leave_training() {
        let all =
            [example(1, "train", &json!(1), 12), example(2, "train", &json!(1), 4), example(3, "gate", &json!(1), 12)];
        let examples = read(&all, 3).unwrap();
        assert_eq!((examples.train.len(), examples.near_identical), (1, 1));
        assert_eq!(examples.manifest.examples[0].id.as_u128(), 2);
    }

    #[test]
    fn an_incomplete_export_is_an_error() {
        let error = read(&[example(1, "train", &json!(1), 12)], 2).unwrap_err();
        assert!(error.to_string().contains("1 of 2 examples"), "{error}");
        let error = read(&[example(1, "train", &json!("unsure"), 12)], 1).unwrap_err();
        assert!(format!("{error:#}").contains("unsure"), "{error:#}");
        assert!(TrainingExamples::read(&b""[..], None).is_err());
    }
}
