//! Images and labels in MNIST's format: the model service recognises each image.

use super::Import;
use crate::{
    ModelClient, ModelError, metadata, random_uuid,
    store::{ImportedPrediction, time_of},
};
use anyhow::{Context, bail};
use digit::{Bitmap, Digit, TrueLabel};
use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};
use std::{collections::HashSet, io::Write, path::Path, time::Duration};
use time::OffsetDateTime;
use uuid::{Builder, Uuid};
use wire::{Answer, Code, Input, InputKind, Origin, Prediction, RecordedLabel, Source};

/// The number of images that the model service gets at a time, a part of its slots.
const AT_A_TIME: usize = 8;

/// How often, and after which time, an image is sent again while the model service is busy.
const ATTEMPTS: u32 = 60;
const WAIT: Duration = Duration::from_secs(1);

/// The bits of a `UUIDv7` after its time.
const WITHOUT_TIME: u128 = (1 << 80) - 1;

/// An image that is not imported yet.
struct New {
    /// The number in the file, from 1.
    number: usize,
    id: Uuid,
    bitmap: Bitmap,
    label: Digit,
}

/// Imports images with their labels. The file counts as the visitor who drew, so that its drawings stay together, and the
/// service finds those that it has imported before.
pub(super) async fn import<W: Write>(
    import: &mut Import<'_, W>,
    model: &ModelClient,
    path: &Path,
    images: Vec<Bitmap>,
    labels: &[Digit],
) -> anyhow::Result<()> {
    if images.len() != labels.len() {
        bail!("{} has {} images, but there are {} labels", path.display(), images.len(), labels.len());
    }
    let file =
        Sha256::new().chain_update(images.iter().flat_map(|image| *image.levels()).collect::<Vec<u8>>()).finalize();
    let visitor = Builder::from_custom_bytes(random_uuid::first_half(file.into())).into_uuid();
    let known: HashSet<u128> =
        import.store.ids_of_visitor(visitor).await?.iter().map(|id| id.as_u128() & WITHOUT_TIME).collect();
    let now = OffsetDateTime::now_utc();
    let total = images.len();
    let new: Vec<New> = images
        .into_iter()
        .zip(labels)
        .zip(1..)
        .map(|((bitmap, &label), number)| New { number, id: id(now, &file, number), bitmap, label })
        .filter(|new| !known.contains(&(new.id.as_u128() & WITHOUT_TIME)))
        .collect();
    import.progress.present += total - new.len();
    let mut answers = stream::iter(new).map(async |new| (recognise(model, &new.bitmap).await, new)).buffered(AT_A_TIME);
    while let Some((answer, new)) = answers.next().await {
        match answer {
            Ok(answer) => import.add(prediction(new, answer, visitor)?).await?,
            Err(ModelError::Refused(problem)) => {
                import.skip(&format!("{}, image {}", path.display(), new.number), &problem.problem.detail)?;
            }
            Err(error) => bail!("the model service does not answer: {error:?}. Repeat the import later"),
        }
    }
    Ok(())
}

/// An id with this time. The rest is the same in each import of the file.
fn id(time: OffsetDateTime, file: &[u8], number: usize) -> Uuid {
    let milliseconds = u64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
    let hash = Sha256::new().chain_update(file).chain_update(number.to_be_bytes()).finalize();
    let random = hash.first_chunk().copied().unwrap_or_default();
    Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
}

/// The answer of the model service, after some attempts if it is busy.
async fn recognise(model: &ModelClient, bitmap: &Bitmap) -> Result<Answer, ModelError> {
    let input = Input::pixels(bitmap.clone());
    for _ in 1..ATTEMPTS {
        match model.answer(&input, None).await {
            Err(ModelError::NoSlot) => {}
            Err(ModelError::Refused(problem)) if problem.problem.code == Code::Overloaded => {}
            outcome => return outcome.map(|(answer, _)| answer),
        }
        tokio::time::sleep(WAIT).await;
    }
    model.answer(&input, None).await.map(|(answer, _)| answer)
}

fn prediction(new: New, answer: Answer, visitor: Uuid) -> anyhow::Result<ImportedPrediction> {
    let created_at = time_of(new.id).context("an id has no time")?;
    let true_label = Some(TrueLabel::Digit(new.label));
    let label = RecordedLabel {
        true_label,
        created_at,
        origin: Origin::Api,
        labeller: None,
        user_id: None,
        role: None,
        labels_count: None,
    };
    Ok(ImportedPrediction {
        prediction: Prediction {
            id: new.id,
            created_at,
            prediction: answer.prediction,
            confidence: answer.confidence,
            probabilities: answer.probabilities,
            verdict: answer.verdict,
            reason: answer.reason,
            model: answer.model,
            source: Source::Api,
            input_kind: InputKind::Pixels,
            latency_ms: None,
            true_label,
        },
        input: metadata::strip(Input::pixels(new.bitmap.clone()))?,
        bitmap: new.bitmap,
        may_train: None,
        visitor_id: Some(visitor),
        writer: None,
        is_from_operator: true,
        deletion_token_hash: None,
        in_random_sample: None,
        labels: vec![label],
    })
}
