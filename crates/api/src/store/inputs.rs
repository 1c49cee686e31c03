//! Stored inputs. A semaphore limits the memory that large inputs take until they are sent to their clients.

use super::{Store, StoreError, in_time, predictions::named};
use axum::body::Bytes;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use uuid::Uuid;
use wire::{Input, InputKind};

/// The memory for large inputs, in KiB: enough for six inputs of the largest size.
const MEMORY_KIB: usize = 32 << 10;

/// An input of more bytes is large. A smaller one fits into the socket's send buffer, so a slow client does not hold it
/// in memory.
const SMALL_BYTES: i32 = 16 << 10;

/// How long a large input may wait for memory.
const WAIT_LIMIT: Duration = Duration::from_secs(2);

/// A permit for each KiB of large inputs.
#[derive(Debug, Clone)]
pub(super) struct InputMemory(Arc<Semaphore>);

impl Default for InputMemory {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MEMORY_KIB)))
    }
}

impl InputMemory {
    /// Waits for the permits of an input of this length in bytes, first come, first served. Returns
    /// [`StoreError::Crowded`] after [`WAIT_LIMIT`].
    async fn acquire(&self, bytes: i32) -> Result<OwnedSemaphorePermit, StoreError> {
        let kibibytes = u32::try_from(bytes).unwrap_or(0).div_ceil(1024);
        let share = timeout(WAIT_LIMIT, self.0.clone().acquire_many_owned(kibibytes)).await;
        share.ok().and_then(Result::ok).ok_or(StoreError::Crowded)
    }
}

/// An input and its permits. They are released when the last reference to the bytes is dropped: after the bytes are
/// sent, or after the client disconnects.
struct Held {
    bytes: Vec<u8>,
    _share: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Store {
    /// The stored input of a prediction, and its kind; `None` if there is no such prediction.
    ///
    /// # Errors
    /// When the database is unavailable, or the memory for large inputs stays in use.
    pub async fn input(&self, id: Uuid) -> Result<Option<(Bytes, InputKind)>, StoreError> {
        let query = sqlx::query!(
            r#"select input_kind, octet_length(input) as "bytes!",
                   case when octet_length(input) <= $2 then input end as small
               from predictions where id = $1"#,
            id,
            SMALL_BYTES,
        );
        let Some(row) = in_time(query.fetch_optional(&self.pool)).await? else { return Ok(None) };
        let kind = named::<InputKind>(&row.input_kind);
        let kind = kind.ok_or_else(|| StoreError::Defect(format!("prediction {id} has an invalid input_kind")))?;
        let bytes = match row.small {
            Some(small) => Some(small.into()),
            None => self.large_input(id, row.bytes).await?,
        };
        Ok(bytes.map(|bytes| (bytes, kind)))
    }

    /// A large input of this length in bytes; `None` if it has been deleted since its length was read.
    async fn large_input(&self, id: Uuid, bytes: i32) -> Result<Option<Bytes>, StoreError> {
        let share = self.inputs.acquire(bytes).await?;
        let query = sqlx::query_scalar!("select input from predictions where id = $1", id);
        let bytes = in_time(query.fetch_optional(&self.pool)).await?;
        Ok(bytes.map(|bytes| Bytes::from_owner(Held { bytes, _share: share })))
    }

    /// The stored input of a prediction, parsed, to send it to the model again.
    ///
    /// # Errors
    /// The errors of [`input`](Self::input), and [`StoreError::Defect`] when the stored input is invalid.
    pub async fn drawing(&self, id: Uuid) -> Result<Option<Input>, StoreError> {
        let Some((bytes, kind)) = self.input(id).await? else { return Ok(None) };
        let invalid = |error| StoreError::Defect(format!("prediction {id} has an invalid input: {error}"));
        Input::kept(bytes, kind).map(Some).map_err(invalid)
    }
}
