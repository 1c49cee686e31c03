//! A submission: the api recognises a drawing and records it, once for each idempotency key.

use crate::{
    Api,
    access::{Allowance, Charge},
    idempotency::{Claim, IdempotencyKey},
    identity::Drawer,
    metadata::Stripped,
    store::{GalleryState, NewPrediction},
};
use service::ApiError;
use std::time::{Duration, Instant};
use wire::{Answer, Code, PredictResponse, Source};

/// A drawing to recognise and to record.
#[derive(Debug)]
pub(crate) struct Submission<'a> {
    /// The drawing, without metadata.
    pub(crate) drawing: Stripped,
    /// How the drawing came to the api.
    pub(crate) source: Source,
    /// The requested model version; the serving one by default.
    pub(crate) model: Option<&'a str>,
    /// The key under which a client repeats the request.
    pub(crate) key: Option<IdempotencyKey>,
    /// The drawer.
    pub(crate) drawer: Drawer,
}

/// Recognises and records a drawing, or returns the answer that is already recorded under its key. The answer
/// includes the bitmap.
pub(crate) async fn submit(
    api: &Api,
    allowance: &Allowance,
    submission: Submission<'_>,
) -> Result<PredictResponse, ApiError> {
    let Submission { drawing, source, model, key, drawer } = submission;
    let claim = key.map(|key| key.claim(drawing.input(), source, model));
    if let Some(claim) = &claim
        && let Some(outcome) = recorded(api, claim).await?
    {
        return Ok(outcome);
    }
    let bytes = drawing.input().bytes().len();
    let charge = allowance.charge(bytes)?;
    let room = api.store.reserve(bytes, api.settings.storage_limit).await?.ok_or_else(storage_full)?;
    let began = Instant::now();
    let (answer, bitmap) = api.model.answer(drawing.input(), model).await?;
    let gallery = GalleryState::of_new(source, drawing.input()).filter(|_| api.settings.has_public_gallery);
    let new = NewPrediction::new(answer.clone(), bitmap.clone(), began.elapsed(), drawing, source)
        .drawn_by(drawer)
        .in_gallery(gallery);
    let Some((id, deletion_token)) = api.store.record(new.claimed(claim.clone())).await? else {
        // A concurrent request with the same key was recorded first.
        let other = match &claim {
            Some(claim) => recorded(api, claim).await?,
            None => None,
        };
        return other.ok_or_else(key_expired);
    };
    room.fill();
    charge.into_iter().for_each(Charge::keep);
    let answer = Answer { bitmap: Some(bitmap), ..answer };
    Ok(PredictResponse { id: Some(id), answer, saved: true, deletion_token: Some(deletion_token) })
}

/// The answer that is recorded under this key; `None` if the key is new.
async fn recorded(api: &Api, claim: &Claim) -> Result<Option<PredictResponse>, ApiError> {
    let Some(holder) = api.store.key_holder(&claim.key_hash).await? else { return Ok(None) };
    if holder.request_hash != claim.request_hash {
        let detail = "This Idempotency-Key was used for another submission. Make a new key for each one.";
        return Err(ApiError::new(Code::IdempotencyKeyReused, detail));
    }
    let Some((id, answer)) = holder.recorded else {
        let detail = "The drawing was recorded under this Idempotency-Key and deleted since. To submit it again, make a \
                      new key.";
        return Err(ApiError::new(Code::Deleted, detail));
    };
    Ok(Some(PredictResponse { id: Some(id), answer, saved: true, deletion_token: Some(claim.deletion_token) }))
}

fn storage_full() -> ApiError {
    let detail = "The storage of this service is full. Previews go on. Its operator can make room: the page /privacy says \
                  how to reach the operator.";
    ApiError::new(Code::StorageFull, detail)
}

/// The insert found the key in use, but the key expired before this request read its row.
fn key_expired() -> ApiError {
    ApiError::new(Code::DatabaseUnavailable, "The drawing was not recorded. Try again.")
        .retry_after(Duration::from_secs(1))
}
