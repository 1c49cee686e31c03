//! The total of all stored inputs, and whether another one fits into its limit.

use super::{Store, StoreError, in_time};
use crate::ByteSize;
use sqlx::PgPool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The total of all stored inputs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StoredInputs {
    pub(crate) drawings: u64,
    pub(crate) bytes: u64,
}

/// The bytes of all stored inputs, as far as this instance knows: the maintenance reads the total every few seconds, and this
/// instance adds what it stores meanwhile.
#[derive(Debug, Clone, Default)]
pub(super) struct StoredBytes(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    /// The total that was read last.
    read: u64,
    /// The bytes that this instance had stored when that reading began.
    stored_before_reading: u64,
    /// The bytes that this instance has stored since its start.
    stored: u64,
    /// The bytes that this instance is about to store.
    reserved: u64,
}

impl Known {
    /// The total. It counts what was stored during a reading twice rather than not at all.
    const fn total(&self) -> u64 {
        self.read + (self.stored - self.stored_before_reading) + self.reserved
    }
}

/// Room for an input. It is free again when this is dropped, unless the input was stored.
#[derive(Debug)]
pub(crate) struct Room {
    bytes: u64,
    known: StoredBytes,
}

impl Room {
    /// The input is stored.
    pub(crate) fn fill(self) {
        self.known.lock().stored += self.bytes;
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.known.lock().reserved -= self.bytes;
    }
}

impl StoredBytes {
    pub(super) fn total(&self) -> u64 {
        self.lock().total()
    }

    /// Reads the total.
    pub(super) async fn read(&self, pool: &PgPool) -> Result<StoredInputs, StoreError> {
        let stored_before_reading = self.lock().stored;
        let query = sqlx::query!(r#"select drawings as "drawings!", bytes as "bytes!" from all_stored_inputs"#);
        let row = in_time(query.fetch_one(pool)).await?;
        let size = |total: i64| u64::try_from(total).unwrap_or(0);
        let total = StoredInputs { drawings: size(row.drawings), bytes: size(row.bytes) };
        let mut known = self.lock();
        (known.read, known.stored_before_reading) = (total.bytes, stored_before_reading);
        Ok(total)
    }

    /// Room for an input; `None` if the total would exceed the limit.
    fn reserve(&self, bytes: u64, limit: Option<ByteSize>) -> Option<Room> {
        let mut known = self.lock();
        if limit.is_some_and(|limit| known.total().saturating_add(bytes) > limit.0) {
            return None;
        }
        known.reserved += bytes;
        Some(Room { bytes, known: self.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Room for another input of so many bytes; `None` if the total would exceed the limit.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn reserve(&self, bytes: usize, limit: Option<ByteSize>) -> Result<Option<Room>, StoreError> {
        let bytes = bytes as u64;
        if let Some(room) = self.stored_bytes.reserve(bytes, limit) {
            return Ok(Some(room));
        }
        // Somebody may have deleted drawings since the last reading.
        self.stored_inputs().await?;
        Ok(self.stored_bytes.reserve(bytes, limit))
    }

    /// The total of all stored inputs.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn stored_inputs(&self) -> Result<StoredInputs, StoreError> {
        self.stored_bytes.read(&self.pool).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_fit_up_to_the_limit_and_those_that_were_not_stored_leave_room() {
        let (stored, limit) = (StoredBytes::default(), Some(ByteSize(100)));
        stored.reserve(60, limit).unwrap().fill();
        let failed = stored.reserve(40, limit).unwrap();
        assert!(stored.reserve(1, limit).is_none());
        assert!(stored.reserve(1, None).is_some(), "there may be no limit");
        assert_eq!(stored.total(), 100);
        drop(failed);
        assert_eq!(stored.total(), 60);
        assert!(stored.reserve(41, limit).is_none() && stored.reserve(40, limit).is_some());
    }

    #[test]
    fn what_is_stored_during_a_reading_is_never_missed() {
        let (stored, limit) = (StoredBytes::default(), Some(ByteSize(100)));
        stored.reserve(60, limit).unwrap().fill();
        let before = stored.lock().stored;
        stored.reserve(40, limit).unwrap().fill();
        // The reading saw the first input only.
        (stored.lock().read, stored.lock().stored_before_reading) = (60, before);
        assert_eq!(stored.total(), 100);
        assert!(stored.reserve(1, limit).is_none());
    }
}
