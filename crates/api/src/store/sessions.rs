//! The table `sessions`: browsers in which people have logged in.

use super::{
    Store, StoreError,
    audit_log::{Action, audit},
    in_time,
    users::role,
};
use crate::{
    access::{Account, Actor, SecretToken},
    visitor::VisitorId,
};
use time::OffsetDateTime;
use uuid::Uuid;

/// A session of a person, for the list on the page.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) id: Uuid,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) used_at: OffsetDateTime,
}

impl Store {
    /// The person who logged in with this session: at most 30 days ago, and seen within 12 hours.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn session(&self, token: SecretToken) -> Result<Option<Account>, StoreError> {
        let query = sqlx::query!(
            r#"select s.id, u.id as user_id, u.name, u.role, used_at < now() - interval '1 minute' as "is_stale!"
               from sessions s join users u on u.id = s.user_id
               where token_hash = $1 and not is_disabled
                   and used_at > now() - interval '12 hours' and s.created_at > now() - interval '30 days'"#,
            &token.hash(),
        );
        let Some(row) = in_time(query.fetch_optional(&self.pool)).await? else { return Ok(None) };
        if row.is_stale {
            let used = sqlx::query!("update sessions set used_at = now() where id = $1", row.id);
            in_time(used.execute(&self.pool)).await?;
        }
        Ok(Some(Account { user: row.user_id, name: row.name, role: role(&row.role)?, session: row.id }))
    }

    /// Starts a session, and links the visitor of the browser to the person. Returns whether the visitor belongs to the
    /// person now; a visitor of another person stays that person's.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn start_session(
        &self,
        by: &Actor,
        user: Uuid,
        token: SecretToken,
        visitor: VisitorId,
    ) -> Result<bool, StoreError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            let session = sqlx::query!(
                "insert into sessions (id, token_hash, user_id) values ($1, $2, $3)",
                Uuid::now_v7(),
                &token.hash(),
                user,
            );
            session.execute(&mut *transaction).await?;
            let ended = sqlx::query!(
                "delete from sessions where user_id = $1
                     and (used_at < now() - interval '12 hours' or created_at < now() - interval '30 days')",
                user,
            );
            ended.execute(&mut *transaction).await?;
            let linked = sqlx::query_scalar!(
                "insert into visitors (id, user_id) values ($1, $2)
                 on conflict (id) do update set user_id = $2 where visitors.user_id is null or visitors.user_id = $2
                 returning id",
                visitor.uuid(),
                user,
            );
            let is_linked = linked.fetch_optional(&mut *transaction).await?.is_some();
            let name = by.name.as_deref().unwrap_or_default();
            audit(&mut transaction, by, Action::Login, name, None).await?;
            transaction.commit().await?;
            Ok(is_linked)
        };
        in_time(work).await
    }

    /// Inserts a visitor of a person.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn link_visitor(&self, visitor: VisitorId, user: Uuid) -> Result<(), StoreError> {
        let query = sqlx::query!("insert into visitors (id, user_id) values ($1, $2)", visitor.uuid(), user);
        in_time(query.execute(&self.pool)).await.map(drop)
    }

    /// The sessions of a person, the last used one first.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn sessions(&self, user: Uuid) -> Result<Vec<Session>, StoreError> {
        let query = sqlx::query_as!(
            Session,
            "select id, created_at, used_at from sessions where user_id = $1
                 and used_at > now() - interval '12 hours' and created_at > now() - interval '30 days'
             order by used_at desc, id desc",
            user
        );
        in_time(query.fetch_all(&self.pool)).await
    }

    /// Ends a session of a person; `None` as the session means all of them. Returns how many ended.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn end_sessions(
        &self,
        by: &Actor,
        user: Uuid,
        session: Option<Uuid>,
        action: Action,
    ) -> Result<u64, StoreError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            let query = sqlx::query!(
                "delete from sessions where user_id = $1 and ($2::uuid is null or id = $2)",
                user,
                session
            );
            let ended = query.execute(&mut *transaction).await?.rows_affected();
            if ended > 0 {
                audit(&mut transaction, by, action, by.name.as_deref().unwrap_or_default(), None).await?;
            }
            transaction.commit().await?;
            Ok(ended)
        };
        in_time(work).await
    }
}
