//! The table `blocks`: visitors and networks that may neither store nor label. Each instance holds them in memory, and its
//! maintenance reads them every few seconds, so a request needs no query.

use super::{
    Store, StoreError,
    audit_log::{Action, audit},
    in_time,
};
use crate::{
    client_address::ClientAddress,
    identity::{Actor, BlockSubject, VisitorId},
};
use sqlx::PgPool;
use std::sync::{Arc, PoisonError, RwLock};
use time::OffsetDateTime;
use uuid::Uuid;

/// A block.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) id: Uuid,
    pub(crate) subject: BlockSubject,
    /// Why the operator blocked the subject, for other operators.
    pub(crate) reason: String,
    /// The operator.
    pub(crate) created_by: Option<String>,
    pub(crate) created_at: OffsetDateTime,
    /// When the block ends by itself.
    pub(crate) expires_at: Option<OffsetDateTime>,
}

/// A block to add.
#[derive(Debug)]
pub(crate) struct NewBlock<'a> {
    pub(crate) subject: BlockSubject,
    pub(crate) reason: &'a str,
    /// The days after which the block ends; `None` if it stays until an operator removes it.
    pub(crate) days: Option<u16>,
}

/// The blocks that this instance last read.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownBlocks(Arc<RwLock<Vec<Block>>>);

impl KnownBlocks {
    /// Removes expired blocks from the table, and reads the others.
    pub(super) async fn refresh(&self, pool: &PgPool) -> Result<(), StoreError> {
        in_time(sqlx::query!("delete from blocks where expires_at <= now()").execute(pool)).await?;
        let blocks = read(pool).await?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = blocks;
        Ok(())
    }

    fn find(&self, visitor: Option<VisitorId>, address: Option<ClientAddress>) -> Option<Block> {
        let blocks = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let now = OffsetDateTime::now_utc();
        let applies = |block: &&Block| match block.subject {
            BlockSubject::Visitor(blocked) => visitor == Some(blocked),
            BlockSubject::Network(network) => address.is_some_and(|address| address.is_in(&network)),
        };
        let is_in_force = |block: &&Block| block.expires_at.is_none_or(|end| end > now);
        blocks.iter().filter(is_in_force).find(applies).cloned()
    }
}

async fn read(pool: &PgPool) -> Result<Vec<Block>, StoreError> {
    let query = sqlx::query!(
        r#"select id, visitor_id, network::text as network, reason, created_by, created_at, expires_at
           from blocks order by created_at desc"#
    );
    let rows = in_time(query.fetch_all(pool)).await?;
    rows.into_iter()
        .map(|row| {
            let invalid = || StoreError::Defect(format!("the block {} has an invalid subject", row.id));
            let network = || row.network.as_deref()?.parse().map(BlockSubject::Network).ok();
            let visitor = row.visitor_id.map(|id| BlockSubject::Visitor(VisitorId::from_row(id)));
            Ok(Block {
                id: row.id,
                subject: visitor.or_else(network).ok_or_else(invalid)?,
                reason: row.reason,
                created_by: row.created_by,
                created_at: row.created_at,
                expires_at: row.expires_at,
            })
        })
        .collect()
}

impl Store {
    /// The block of a visitor or an address, if there is one.
    pub(crate) fn block_of(&self, visitor: Option<VisitorId>, address: Option<ClientAddress>) -> Option<Block> {
        self.blocks.find(visitor, address)
    }

    /// All blocks, newest first.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn blocks(&self) -> Result<Vec<Block>, StoreError> {
        read(&self.pool).await
    }

    /// Blocks a visitor or a network. It replaces an earlier block of the same subject.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn block(&self, by: &Actor, new: NewBlock<'_>) -> Result<(), StoreError> {
        let (visitor, network) = match new.subject {
            BlockSubject::Visitor(visitor) => (Some(visitor.uuid()), None),
            BlockSubject::Network(network) => (None, Some(network.to_string())),
        };
        let id = Uuid::now_v7();
        let work = async {
            let mut transaction = self.pool.begin().await?;
            // Two operators who block the same subject at the same time wait for each other here.
            sqlx::query!("select pg_advisory_xact_lock(hashtext('blocks'))").execute(&mut *transaction).await?;
            let earlier =
                sqlx::query!("delete from blocks where visitor_id = $1 or network = $2::text::cidr", visitor, network);
            earlier.execute(&mut *transaction).await?;
            let query = sqlx::query!(
                "insert into blocks (id, visitor_id, network, reason, created_by, expires_at)
                 values ($1, $2, $3::text::cidr, $4, $5, now() + make_interval(days => $6))",
                id,
                visitor,
                network,
                new.reason,
                by.name,
                new.days.map(i32::from),
            );
            query.execute(&mut *transaction).await?;
            audit(&mut transaction, by, Action::Block, &audited(id, new.subject), Some(new.reason)).await?;
            transaction.commit().await
        };
        in_time(work).await?;
        self.blocks.refresh(&self.pool).await
    }

    /// Removes a block. Returns whether there was one.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn unblock(&self, by: &Actor, id: Uuid) -> Result<bool, StoreError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            let query = sqlx::query_scalar!("delete from blocks where id = $1 returning visitor_id", id);
            let Some(visitor) = query.fetch_optional(&mut *transaction).await? else { return Ok(false) };
            let subject = visitor.map_or_else(|| address_block(id), |visitor| visitor.to_string());
            audit(&mut transaction, by, Action::Unblock, &subject, None).await?;
            transaction.commit().await?;
            Ok(true)
        };
        let was_there = in_time(work).await?;
        self.blocks.refresh(&self.pool).await?;
        Ok(was_there)
    }
}

/// The subject in the audit log. It never names an address, because its rows stay for longer than addresses may.
fn audited(id: Uuid, subject: BlockSubject) -> String {
    match subject {
        BlockSubject::Visitor(visitor) => visitor.uuid().to_string(),
        BlockSubject::Network(_) => address_block(id),
    }
}

fn address_block(id: Uuid) -> String {
    format!("address of block {id}")
}
