//! Reads and replaces stored images in batches. This is the only module that updates rows of `predictions`.

use super::StoreError;
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use uuid::Uuid;

/// The largest number of images in a batch, and the number of bytes at which a batch is full.
const IMAGES: i64 = 20;
const BYTES: i64 = 20_000_000;

/// A stored image.
#[derive(Debug)]
pub(crate) struct StoredImage {
    /// The prediction that it belongs to.
    pub(crate) id: Uuid,
    /// The file.
    pub(crate) bytes: Vec<u8>,
}

/// A connection as the owner of the tables, because the service's role may not update rows.
#[derive(Debug)]
pub(crate) struct StoredImages(PgConnection);

impl StoredImages {
    /// Connects to the database.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn connect(database: &PgConnectOptions) -> Result<Self, StoreError> {
        Ok(Self(database.connect().await?))
    }

    /// The next images after this prediction's id, ordered by id; empty at the end.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn after(&mut self, id: Uuid) -> Result<Vec<StoredImage>, StoreError> {
        let query = sqlx::query_as!(
            StoredImage,
            r#"with next as (
                   select id, octet_length(input) as bytes from predictions
                   where id > $1 and input_kind in ('png', 'jpeg', 'webp', 'gif')
                   order by id limit $2
               ), summed as (
                   select id, sum(bytes) over (order by id) - bytes as before from next
               )
               select id as "id!", input as "bytes!" from predictions join summed using (id)
               where before < $3 order by id"#,
            id,
            IMAGES,
            BYTES,
        );
        Ok(query.fetch_all(&mut self.0).await?)
    }

    /// Replaces images in one transaction. It does not insert a prediction that has been deleted since.
    ///
    /// # Errors
    /// When the database is unavailable, or the role may not update.
    pub(crate) async fn replace(&mut self, images: &[StoredImage]) -> Result<(), StoreError> {
        let ids: Vec<Uuid> = images.iter().map(|image| image.id).collect();
        let bytes: Vec<&[u8]> = images.iter().map(|image| &image.bytes[..]).collect();
        let query = sqlx::query!(
            "update predictions set input = stripped.input
             from unnest($1::uuid[], $2::bytea[]) as stripped (id, input) where predictions.id = stripped.id",
            &ids,
            &bytes as &[&[u8]],
        );
        query.execute(&mut self.0).await?;
        Ok(())
    }

    /// Closes the connection.
    ///
    /// # Errors
    /// When the connection broke.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        Ok(self.0.close().await?)
    }
}
