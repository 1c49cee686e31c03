//! The table `api_tokens`: credentials of programs.

use super::{
    Store, StoreError,
    audit_log::{Action, audit},
    in_time,
};
use crate::identity::{Actor, Program, Scope, SecretToken, VisitorId, VisitorToken};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// An API token, for lists. Nobody can get its text again.
#[derive(Debug)]
pub(crate) struct ApiToken {
    /// The id, with which it is revoked.
    pub(crate) id: Uuid,
    /// The purpose, in the words of the person who made the token.
    pub(crate) name: String,
    /// The person who made it.
    pub(crate) user: String,
    /// The scopes.
    pub(crate) scopes: Vec<String>,
    /// When it becomes invalid.
    pub(crate) expires_at: OffsetDateTime,
    /// The last day of its use.
    pub(crate) last_used_on: Option<Date>,
    /// When it was revoked.
    pub(crate) revoked_at: Option<OffsetDateTime>,
}

/// An API token to insert.
#[derive(Debug)]
pub(crate) struct NewApiToken<'a> {
    pub(crate) name: &'a str,
    /// The name of the person to whom it belongs.
    pub(crate) user: &'a str,
    pub(crate) scopes: &'a [Scope],
    pub(crate) days: u16,
}

impl Store {
    /// The program with this token, and its visitor, if the token is valid and its person may log in.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn program(&self, token: SecretToken) -> Result<Option<(VisitorId, Program)>, StoreError> {
        let query = sqlx::query!(
            r#"select t.id, t.name, user_id, u.name as person, visitor_id, scopes,
                   last_used_on is distinct from current_date as "is_stale!"
               from api_tokens t join users u on u.id = user_id
               where token_hash = $1 and expires_at > now() and revoked_at is null and not is_disabled"#,
            &token.hash(),
        );
        let Some(row) = in_time(query.fetch_optional(&self.pool)).await? else { return Ok(None) };
        if row.is_stale {
            let used = sqlx::query!("update api_tokens set last_used_on = current_date where id = $1", row.id);
            in_time(used.execute(&self.pool)).await?;
        }
        let scopes = row.scopes.iter().filter_map(|scope| Scope::from_name(scope)).collect();
        let program = Program::new(&row.name, row.user_id, &row.person, scopes);
        Ok(Some((VisitorId::from_row(row.visitor_id), program)))
    }

    /// Stores a token and makes its visitor, whose drawings are also those of the person. Returns its id; `None` if there
    /// is no such person.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn create_token(
        &self,
        by: &Actor,
        token: SecretToken,
        new: NewApiToken<'_>,
    ) -> Result<Option<Uuid>, StoreError> {
        let scopes: Vec<&str> = new.scopes.iter().map(|scope| scope.name()).collect();
        let work = async {
            let mut transaction = self.pool.begin().await?;
            let inserted = sqlx::query_scalar!(
                "with person as (select id from users where lower(name) = lower($4) and not is_disabled),
                 visitor as (insert into visitors (id, user_id) select $5, id from person returning id)
                 insert into api_tokens (id, token_hash, name, user_id, visitor_id, scopes, expires_at)
                 select $1, $2, $3, person.id, visitor.id, $6, now() + make_interval(days => $7) from person, visitor
                 returning id",
                Uuid::now_v7(),
                &token.hash(),
                new.name,
                new.user,
                VisitorToken::random().id().uuid(),
                &scopes as &[&str],
                i32::from(new.days),
            );
            let Some(id) = inserted.fetch_optional(&mut *transaction).await? else { return Ok(None) };
            let details = format!("{id}: {}", scopes.join(" "));
            audit(&mut transaction, by, Action::CreateToken, new.name, Some(&details)).await?;
            transaction.commit().await?;
            Ok(Some(id))
        };
        in_time(work).await
    }

    /// All tokens, the newest first.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        let query = sqlx::query_as!(
            ApiToken,
            r#"select t.id, t.name, u.name as "user", scopes, expires_at, last_used_on, revoked_at
               from api_tokens t join users u on u.id = user_id order by t.id desc"#
        );
        in_time(query.fetch_all(&self.pool)).await
    }

    /// Revokes a token. Returns whether it was valid.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn revoke_token(&self, by: &Actor, id: Uuid) -> Result<bool, StoreError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            let revoked = sqlx::query_scalar!(
                "update api_tokens set revoked_at = now() where id = $1 and revoked_at is null returning name",
                id
            );
            let Some(name) = revoked.fetch_optional(&mut *transaction).await? else { return Ok(false) };
            audit(&mut transaction, by, Action::RevokeToken, &name, Some(&id.to_string())).await?;
            transaction.commit().await?;
            Ok(true)
        };
        in_time(work).await
    }
}
