//! The table `sessions`: browsers in which people have logged in.

use super::{
    Store, StoreError,
    audit_log::{Action, audit},
    in_time,
    users::{Credentials, role},
};
use crate::identity::{Account, Actor, SecretToken, VisitorId};
use time::OffsetDateTime;
use uuid::Uuid;

/// The most sessions of a person. One more ends the oldest.
const SESSIONS: i64 = 50;

/// A session of a person, for the list on the page.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) id: Uuid,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) used_at: OffsetDateTime,
}

/// A session to start.
#[derive(Debug)]
pub(crate) struct NewSession<'a> {
    pub(crate) token: SecretToken,
    /// The person, with the hash of the password that was checked.
    pub(crate) person: &'a Credentials,
    /// The visitor of the browser before the login.
    pub(crate) earlier_visitor: Option<VisitorId>,
    /// The visitor of the browser from now on.
    pub(crate) visitor: VisitorId,
    /// The session of the browser before the login.
    pub(crate) earlier_session: Option<Uuid>,
}

impl Store {
    /// The person who logged in with this session: at most 30 days ago, and seen within 12 hours. And the visitor of the session,
    /// whose drawings are the person's; `None` for sessions of earlier versions.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn session(&self, token: SecretToken) -> Result<Option<(Option<VisitorId>, Account)>, StoreError> {
        let query = sqlx::query!(
            r#"select s.id, s.visitor_id, u.id as user_id, u.name, u.role, used_at < now() - interval '1 minute' as "is_stale!"
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
        let account = Account { user: row.user_id, name: row.name, role: role(&row.role)?, session: row.id };
        Ok(Some((row.visitor_id.map(VisitorId::from_row), account)))
    }

    /// Whether a visitor belongs to the person with this name.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn is_visitor_of(&self, visitor: VisitorId, name: &str) -> Result<bool, StoreError> {
        let query = sqlx::query_scalar!(
            r#"select exists (select from visitors v join users u on u.id = v.user_id
                   where v.id = $1 and lower(name) = lower($2)) as "belongs!""#,
            visitor.uuid(),
            name,
        );
        in_time(query.fetch_one(&self.pool)).await
    }

    /// Starts a session of a person whose password was checked. The earlier visitor of the browser, if it belongs to nobody,
    /// and its new visitor belong to the person from now on. The earlier session of the browser ends, and so do the oldest
    /// ones of a person with many. Returns whether the session started: it does not if the
    /// password has changed or the person was disabled since the check.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn start_session(&self, by: &Actor, new: NewSession<'_>) -> Result<bool, StoreError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            // The person's labels wait for this row, so that a vote on a drawing of the earlier visitor sees the link, or the
            // link sees the vote.
            let session = sqlx::query!(
                "insert into sessions (id, token_hash, user_id, visitor_id)
                 select $1, $2, id, $5 from users
                 where id = $3 and not is_disabled and password_hash = $4 for no key update",
                Uuid::now_v7(),
                &new.token.hash(),
                new.person.user,
                new.person.password_hash,
                new.visitor.uuid(),
            );
            if session.execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(false);
            }
            let ended = sqlx::query!(
                "delete from sessions where id = $2
                     or id in (select id from sessions where user_id = $1 order by id desc offset $3)",
                new.person.user,
                new.earlier_session,
                SESSIONS,
            );
            ended.execute(&mut *transaction).await?;
            // A drawing of the earlier visitor that is under way may not have inserted the visitor's row yet.
            let visitors: Vec<Uuid> =
                new.earlier_visitor.into_iter().chain([new.visitor]).map(VisitorId::uuid).collect();
            let linked = sqlx::query!(
                "insert into visitors (id, user_id) select id, $2 from unnest($1::uuid[]) as new (id)
                 on conflict (id) do update set user_id = excluded.user_id where visitors.user_id is null",
                &visitors,
                new.person.user,
            );
            linked.execute(&mut *transaction).await?;
            audit(&mut transaction, by, Action::Login, &new.person.name, None).await?;
            transaction.commit().await?;
            Ok(true)
        };
        in_time(work).await
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
