//! `api strip-metadata`: removes metadata from images that an older version stored with it.

use crate::{
    StoreError, metadata,
    store::{StoredImage, StoredImages},
};
use sqlx::postgres::PgConnectOptions;
use std::{fmt, ops::ControlFlow};
use uuid::Uuid;
use wire::Input;

/// The progress of the command.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StripProgress {
    /// Images that were read.
    pub read: u64,
    /// Images that held metadata and were replaced.
    pub replaced: u64,
    /// Images that cannot be parsed and were not changed.
    pub left: u64,
    /// The id of the last prediction; the command continues after it.
    pub after: Uuid,
}

impl fmt::Display for StripProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, replaced, left, after } = self;
        write!(
            f,
            "{read} images read, {replaced} replaced, {left} not changed because of errors, up to prediction {after}"
        )
    }
}

/// Strips the stored images after a prediction, in batches, each in its own transaction. After each batch, `progress`
/// decides whether to continue. A stripped image does not change, so a run may start anywhere.
///
/// # Errors
/// When the database is unavailable, or the role may not update.
pub async fn strip_metadata(
    database: &PgConnectOptions,
    after: Option<Uuid>,
    mut progress: impl FnMut(&StripProgress) -> ControlFlow<()>,
) -> Result<StripProgress, StoreError> {
    let mut images = StoredImages::connect(database).await?;
    let mut done = StripProgress { after: after.unwrap_or(Uuid::nil()), ..StripProgress::default() };
    loop {
        let portion = images.after(done.after).await?;
        let Some(last) = portion.last() else { break };
        done.after = last.id;
        done.read += portion.len() as u64;
        let mut stripped = Vec::new();
        for image in portion {
            match strip(&image) {
                Ok(bytes) if bytes == image.bytes => {}
                Ok(bytes) => stripped.push(StoredImage { bytes, ..image }),
                Err(error) => {
                    tracing::warn!(id = %image.id, %error, "cannot parse this image, so its metadata stays");
                    done.left += 1;
                }
            }
        }
        if !stripped.is_empty() {
            images.replace(&stripped).await?;
        }
        done.replaced += stripped.len() as u64;
        if progress(&done).is_break() {
            break;
        }
    }
    images.close().await?;
    Ok(done)
}

fn strip(image: &StoredImage) -> Result<Vec<u8>, String> {
    let input = Input::image(image.bytes.clone().into()).map_err(|error| error.to_string())?;
    metadata::strip(input).map(|stripped| stripped.input().bytes().to_vec()).map_err(|error| error.to_string())
}
