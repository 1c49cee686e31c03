//! Training examples: the drawings of one snapshot from which a model may learn.
//!
//! `assess_training_examples` has the rules (`migrations/0029_training_examples.sql`).

use super::{
    Store, StoreError,
    export::{EXPORT_LIMIT, ExportError},
    predictions::named,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use digit::Bitmap;
use sqlx::PgConnection;
use std::{time::Instant, vec};
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;
use wire::{TrainingExample, TrainingSnapshot};

/// The version of the rules.
const RULES: u16 = 1;

/// The number of examples in a batch.
const PORTION: usize = 100;

/// The training examples of one moment.
#[derive(Debug)]
pub(crate) struct TrainingExport {
    connection: PgConnection,
    snapshot: TrainingSnapshot,
    /// The examples that are not read yet.
    chosen: vec::IntoIter<Chosen>,
    deadline: Instant,
    #[expect(dead_code, reason = "released on drop")]
    permit: OwnedSemaphorePermit,
}

/// A drawing that the rules choose.
#[derive(Debug)]
struct Chosen {
    id: Uuid,
    writer: String,
    split: String,
    true_label: String,
}

/// The rest of a drawing.
struct DrawingRow {
    id: Uuid,
    reason: Option<String>,
    source: String,
    input_kind: String,
    input: Vec<u8>,
    bitmap: Vec<u8>,
}

impl Store {
    /// Chooses the training examples. With `trusts_everybody`, all drawings count as those of operators.
    ///
    /// # Errors
    /// When the database is unavailable, or [`ExportError::Crowded`] when the limit of concurrent exports is reached.
    pub(crate) async fn training_examples(&self, trusts_everybody: bool) -> Result<TrainingExport, ExportError> {
        let (mut connection, permit) = self.begin_export(&self.exports).await?;
        let query = sqlx::query_scalar!(r#"select coalesce(max(id), 0) as "last!" from labels"#);
        let last_label = query.fetch_one(&mut connection).await.map_err(StoreError::from)?;
        // The writer's pseudonym tells nobody who the visitor is.
        let query = sqlx::query_as!(
            Chosen,
            r#"select id as "id!", left(encode(sha256(convert_to(writer, 'UTF8')), 'hex'), 16) as "writer!",
                   split_of_writer(writer) as "split!", true_label as "true_label!"
               from assess_training_examples($1) where held_back is null order by id"#,
            trusts_everybody,
        );
        let chosen = query.fetch_all(&mut connection).await.map_err(StoreError::from)?;
        let snapshot = TrainingSnapshot { rules: RULES, last_label, examples: chosen.len() as u64 };
        Ok(TrainingExport {
            connection,
            snapshot,
            chosen: chosen.into_iter(),
            deadline: Instant::now() + EXPORT_LIMIT,
            permit,
        })
    }
}

impl TrainingExport {
    pub(crate) const fn snapshot(&self) -> TrainingSnapshot {
        self.snapshot
    }

    /// The next batch of examples; empty after the last one.
    ///
    /// # Errors
    /// When the database is unavailable, or when the client reads too slowly.
    pub(crate) async fn next(&mut self) -> Result<Vec<TrainingExample>, ExportError> {
        if Instant::now() > self.deadline {
            return Err(ExportError::Unread);
        }
        let chosen: Vec<Chosen> = self.chosen.by_ref().take(PORTION).collect();
        if chosen.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = chosen.iter().map(|chosen| chosen.id).collect();
        let query = sqlx::query_as!(
            DrawingRow,
            "select id, reason, source, input_kind, input, bitmap from predictions where id = any($1) order by id",
            &ids,
        );
        let rows = query.fetch_all(&mut self.connection).await.map_err(StoreError::from)?;
        // Both are sorted by id, and the transaction sees all drawings that it has chosen.
        let examples = chosen.into_iter().zip(rows).map(|(chosen, row)| {
            let id = chosen.id;
            example(chosen, row).ok_or_else(|| StoreError::Defect(format!("prediction {id} is no training example")))
        });
        Ok(examples.collect::<Result<_, _>>()?)
    }
}

fn example(Chosen { id, writer, split, true_label }: Chosen, row: DrawingRow) -> Option<TrainingExample> {
    let true_label = true_label.parse().ok()?;
    Some(TrainingExample {
        id: (id == row.id).then_some(id)?,
        writer,
        split: named(&split)?,
        true_label,
        reason: match row.reason {
            Some(reason) if true_label == digit::TrueLabel::NotADigit => Some(named(&reason)?),
            _ => None,
        },
        source: named(&row.source)?,
        input_kind: named(&row.input_kind)?,
        input: STANDARD.encode(row.input),
        bitmap: Bitmap::from_levels(&row.bitmap)?,
    })
}
