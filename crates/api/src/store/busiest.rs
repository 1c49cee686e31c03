//! The visitors who stored most drawings lately.

use super::{Store, StoreError, in_time, prediction_index::first_id};
use crate::identity::VisitorId;
use time::{Duration, OffsetDateTime};

/// The drawings of a visitor in the last 24 hours.
#[derive(Debug, Clone)]
pub(crate) struct StoredByVisitor {
    pub(crate) visitor: VisitorId,
    /// The name of the API token, or else of the account.
    pub(crate) name: Option<String>,
    /// Whether a program with an API token drew.
    pub(crate) is_program: bool,
    pub(crate) drawings: u64,
    /// The bytes of their inputs.
    pub(crate) bytes: u64,
}

impl Store {
    /// At most `limit` visitors who stored drawings in the last 24 hours, those with most drawings first.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn busiest_visitors(&self, limit: u8) -> Result<Vec<StoredByVisitor>, StoreError> {
        let query = sqlx::query!(
            r#"with busiest as (
                   select visitor_id, count(*) as drawings, sum(octet_length(input)) as bytes
                   from predictions where id >= $1 and visitor_id is not null
                   group by visitor_id order by drawings desc, visitor_id limit $2
               )
               select b.visitor_id as "visitor!", drawings as "drawings!", bytes as "bytes!",
                   coalesce(t.name, u.name) as name, t.id is not null as "is_program!"
               from busiest b
               left join visitors v on v.id = b.visitor_id
               left join users u on u.id = v.user_id
               left join api_tokens t on t.visitor_id = b.visitor_id
               order by drawings desc, b.visitor_id"#,
            first_id(OffsetDateTime::now_utc() - Duration::DAY),
            i64::from(limit),
        );
        let rows = in_time(query.fetch_all(&self.pool)).await?;
        let each = rows.into_iter().map(|row| StoredByVisitor {
            visitor: VisitorId::from_row(row.visitor),
            name: row.name,
            is_program: row.is_program,
            drawings: row.drawings.unsigned_abs(),
            bytes: row.bytes.unsigned_abs(),
        });
        Ok(each.collect())
    }
}
