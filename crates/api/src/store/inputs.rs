//! Inputs as they were sent: large ones take their share of a bounded memory, until the client has them.

use super::{Store, StoreError, in_time, predictions::named};
use axum::body::Bytes;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use uuid::Uuid;
use wire::{Input, InputKind};

/// The memory that large inputs may take together, in KiB: six of the largest.
const MEMORY_KIB: usize = 32 << 10;

/// An input of more bytes than this is large. The system takes an answer of fewer at once, however slowly its client reads.
const SMALL_BYTES: i32 = 16 << 10;

/// How long an input waits for its share.
const PATIENCE: Duration = Duration::from_secs(2);

/// A permit for each KiB that large inputs may take.
#[derive(Debug, Clone)]
pub(super) struct InputMemory(Arc<Semaphore>);

impl Default for InputMemory {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MEMORY_KIB)))
    }
}

impl InputMemory {
    /// The share of an input of so many bytes, as soon as it is free; first come, first served.
    async fn acquire(&self, bytes: i32) -> Result<OwnedSemaphorePermit, StoreError> {
        let kibibytes = u32::try_from(bytes).unwrap_or(0).div_ceil(1024);
        let share = timeout(PATIENCE, self.0.clone().acquire_many_owned(kibibytes)).await;
        share.ok().and_then(Result::ok).ok_or(StoreError::Crowded)
    }
}

/// An input and its share of the memory, which is free again when the last reference to the bytes is dropped: when they
/// are sent, or nobody waits for them any more.
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
    /// What was sent, as it came, and its kind.
    ///
    /// # Errors
    /// When the database is unavailable, or as many large inputs as may be are on their way to slow clients.
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
        let kind = kind.ok_or_else(|| StoreError::Defect(format!("prediction {id} has an odd input_kind")))?;
        let bytes = match row.small {
            Some(small) => Some(small.into()),
            None => self.large_input(id, row.bytes).await?,
        };
        Ok(bytes.map(|bytes| (bytes, kind)))
    }

    /// An input of so many bytes; none where it was deleted meanwhile.
    async fn large_input(&self, id: Uuid, bytes: i32) -> Result<Option<Bytes>, StoreError> {
        let share = self.inputs.acquire(bytes).await?;
        let query = sqlx::query_scalar!("select input from predictions where id = $1", id);
        let bytes = in_time(query.fetch_optional(&self.pool)).await?;
        Ok(bytes.map(|bytes| Bytes::from_owner(Held { bytes, _share: share })))
    }

    /// The same, to ask about it again.
    ///
    /// # Errors
    /// As of [`input`](Self::input).
    pub async fn drawing(&self, id: Uuid) -> Result<Option<Input>, StoreError> {
        let Some((bytes, kind)) = self.input(id).await? else { return Ok(None) };
        let odd = |error| StoreError::Defect(format!("prediction {id} has an odd input: {error}"));
        Input::kept(bytes, kind).map(Some).map_err(odd)
    }
}
