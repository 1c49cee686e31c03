//! The tables `users` and `invitations`: people with accounts.

use super::{
    Store, StoreError,
    agreement::agreement,
    audit_log::{Action, audit},
    in_time,
};
use crate::identity::{Actor, InvitationCode, Role};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use wire::Share;

/// A person with an account.
#[derive(Debug, Clone)]
pub(crate) struct User {
    /// The id.
    pub(crate) id: Uuid,
    /// The name, as the person writes it.
    pub(crate) name: String,
    /// The role.
    pub(crate) role: Role,
    /// Whether the person can no longer log in.
    pub(crate) is_disabled: bool,
    /// Whether the person has set a password.
    pub(crate) has_password: bool,
    /// Whether the person's labels count.
    pub(crate) labels_count: bool,
    /// The answers to gold drawings that agree with the operator's label.
    pub(crate) agreement: Share,
    /// When the person last used the service, if a session is open.
    pub(crate) last_seen: Option<OffsetDateTime>,
}

/// The person and the hash for the check of a password.
#[derive(Debug)]
pub(crate) struct Credentials {
    pub(crate) user: Uuid,
    pub(crate) name: String,
    pub(crate) password_hash: Option<String>,
}

/// A change of a person by an operator.
#[derive(Debug, Clone, Copy)]
pub(crate) enum UserChange {
    Role(Role),
    /// The person can no longer log in.
    Disable,
    Enable,
}

/// Why a person was not changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum UserError {
    /// A person has the name already.
    #[error("there is a person with this name")]
    NameTaken,
    /// No person has the name.
    #[error("there is no person with this name")]
    Unknown,
    /// Nobody else could manage the service.
    #[error("this is the last operator who can log in; make another one first")]
    LastOperator,
    /// The database access failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// All people, by name.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn users(&self) -> Result<Vec<User>, StoreError> {
        let query = sqlx::query!(
            r#"select id, name, role, is_disabled, password_hash is not null as "has_password!", labels_count,
                   agreed as "agreed!", total as "total!",
                   (select max(used_at) from sessions where user_id = users.id) as last_seen
               from users, gold_answers(users.id) order by lower(name)"#
        );
        let rows = in_time(query.fetch_all(&self.pool)).await?;
        rows.into_iter()
            .map(|row| {
                Ok(User {
                    id: row.id,
                    name: row.name,
                    role: role(&row.role)?,
                    is_disabled: row.is_disabled,
                    has_password: row.has_password,
                    labels_count: row.labels_count,
                    agreement: agreement(row.agreed, row.total),
                    last_seen: row.last_seen,
                })
            })
            .collect()
    }

    /// Creates a person without a password, who sets one with the code.
    ///
    /// # Errors
    /// When a person has the name, or when the database is unavailable.
    pub(crate) async fn invite(
        &self,
        by: &Actor,
        name: &str,
        role: Role,
        code: InvitationCode,
    ) -> Result<(), UserError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            let user = sqlx::query_scalar!(
                "insert into users (id, name, role) values ($1, $2, $3) on conflict (lower(name)) do nothing returning id",
                Uuid::now_v7(),
                name,
                role.name(),
            );
            let Some(user) = user.fetch_optional(&mut *transaction).await? else { return Ok(false) };
            set_code(&mut transaction, user, code).await?;
            audit(&mut transaction, by, Action::Invite, name, Some(role.name())).await?;
            transaction.commit().await?;
            Ok(true)
        };
        if in_time(work).await? { Ok(()) } else { Err(UserError::NameTaken) }
    }

    /// Removes a person's password and sessions; the person sets a new password with the code. `keeps_operator` refuses that for
    /// the last operator who can log in; on the command line, somebody gets the code in any case.
    ///
    /// # Errors
    /// When no person has the name, when nobody else could manage the service, or when the database is unavailable.
    pub(crate) async fn reset_password(
        &self,
        by: &Actor,
        name: &str,
        code: InvitationCode,
        keeps_operator: bool,
    ) -> Result<(), UserError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            lock_operators(&mut transaction).await?;
            let was_operator = is_operator_who_can_log_in(&mut transaction, name).await?;
            let user = sqlx::query!(
                "update users set password_hash = null where lower(name) = lower($1) returning id, name",
                name
            );
            let Some(user) = user.fetch_optional(&mut *transaction).await? else { return Ok(Err(UserError::Unknown)) };
            if keeps_operator && was_operator && !has_operator(&mut transaction).await? {
                return Ok(Err(UserError::LastOperator));
            }
            end_sessions(&mut transaction, user.id).await?;
            revoke_tokens(&mut transaction, by, user.id).await?;
            set_code(&mut transaction, user.id, code).await?;
            audit(&mut transaction, by, Action::ResetPassword, &user.name, None).await?;
            transaction.commit().await?;
            Ok(Ok(()))
        };
        in_time(work).await?
    }

    /// Changes a person and ends the person's sessions.
    ///
    /// # Errors
    /// When no person has the name, when nobody else could manage the service, or when the database is unavailable.
    pub(crate) async fn change_user(&self, by: &Actor, name: &str, change: UserChange) -> Result<(), UserError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            lock_operators(&mut transaction).await?;
            let (role, is_disabled) = match change {
                UserChange::Role(role) => (Some(role.name()), None),
                UserChange::Disable => (None, Some(true)),
                UserChange::Enable => (None, Some(false)),
            };
            let was_operator = is_operator_who_can_log_in(&mut transaction, name).await?;
            let user = sqlx::query!(
                "update users set role = coalesce($2, role), is_disabled = coalesce($3, is_disabled)
                 where lower(name) = lower($1) returning id, name",
                name,
                role,
                is_disabled,
            );
            let Some(user) = user.fetch_optional(&mut *transaction).await? else { return Ok(Err(UserError::Unknown)) };
            if was_operator && !has_operator(&mut transaction).await? {
                return Ok(Err(UserError::LastOperator));
            }
            end_sessions(&mut transaction, user.id).await?;
            if matches!(change, UserChange::Disable | UserChange::Role(Role::Labeller)) {
                revoke_tokens(&mut transaction, by, user.id).await?;
            }
            let action = match change {
                UserChange::Role(_) => Action::ChangeRole,
                UserChange::Disable => Action::Disable,
                UserChange::Enable => Action::Enable,
            };
            audit(&mut transaction, by, action, &user.name, role).await?;
            transaction.commit().await?;
            Ok(Ok(()))
        };
        in_time(work).await?
    }

    /// The password hash of a person who may log in.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn credentials(&self, name: &str) -> Result<Option<Credentials>, StoreError> {
        let query = sqlx::query_as!(
            Credentials,
            r#"select id as "user", name, password_hash from users where lower(name) = lower($1) and not is_disabled"#,
            name
        );
        in_time(query.fetch_optional(&self.pool)).await
    }

    /// The name of the person whom a valid code invites.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn invited(&self, code: InvitationCode) -> Result<Option<String>, StoreError> {
        let query = sqlx::query_scalar!(
            "select name from users join invitations on user_id = users.id
             where code_hash = $1 and expires_at > now() and not is_disabled",
            &code.hash()
        );
        in_time(query.fetch_optional(&self.pool)).await
    }

    /// Sets the password of the person whom the code invites, and makes the code invalid; `None` if it is invalid.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn accept_invitation(
        &self,
        by: &Actor,
        code: InvitationCode,
        password_hash: &str,
    ) -> Result<Option<Credentials>, StoreError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            let user = sqlx::query_scalar!(
                "delete from invitations where code_hash = $1 and expires_at > now() returning user_id",
                &code.hash()
            );
            let Some(user) = user.fetch_optional(&mut *transaction).await? else { return Ok(None) };
            let person = set_password(&mut transaction, by, user, password_hash, Action::AcceptInvitation).await?;
            transaction.commit().await?;
            Ok(person)
        };
        in_time(work).await
    }

    /// Sets the password of a person whose old one was checked, and ends all of the person's sessions; `None` if the
    /// password has changed since.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn change_password(
        &self,
        by: &Actor,
        checked: &Credentials,
        password_hash: &str,
    ) -> Result<Option<Credentials>, StoreError> {
        let user = checked.user;
        let work = async {
            let mut transaction = self.pool.begin().await?;
            let is_unchanged = sqlx::query!(
                "select id from users where id = $1 and password_hash = $2 for update",
                user,
                checked.password_hash,
            );
            if is_unchanged.fetch_optional(&mut *transaction).await?.is_none() {
                return Ok(None);
            }
            let person = set_password(&mut transaction, by, user, password_hash, Action::ChangePassword).await?;
            transaction.commit().await?;
            Ok(person)
        };
        in_time(work).await
    }
}

/// Two operators who disable each other at the same time, or whose passwords are reset, wait for each other here.
async fn lock_operators(transaction: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('operators'))").execute(transaction).await.map(drop)
}

/// Whether the person with this name is an operator who can log in.
async fn is_operator_who_can_log_in(transaction: &mut PgConnection, name: &str) -> sqlx::Result<bool> {
    let query = sqlx::query_scalar!(
        r#"select exists (select from users where lower(name) = lower($1)
               and role = 'operator' and not is_disabled and password_hash is not null) as "is!""#,
        name
    );
    query.fetch_one(transaction).await
}

/// Whether any operator can log in.
async fn has_operator(transaction: &mut PgConnection) -> sqlx::Result<bool> {
    let query = sqlx::query_scalar!(
        r#"select exists (select from users
               where role = 'operator' and not is_disabled and password_hash is not null) as "has!""#
    );
    query.fetch_one(transaction).await
}

async fn set_password(
    transaction: &mut PgConnection,
    by: &Actor,
    user: Uuid,
    password_hash: &str,
    action: Action,
) -> sqlx::Result<Option<Credentials>> {
    let person = sqlx::query_as!(
        Credentials,
        r#"update users set password_hash = $2 where id = $1 and not is_disabled
           returning id as "user", name, password_hash"#,
        user,
        password_hash
    );
    let Some(person) = person.fetch_optional(&mut *transaction).await? else { return Ok(None) };
    end_sessions(transaction, user).await?;
    audit(transaction, by, action, &person.name, None).await?;
    Ok(Some(person))
}

/// Makes earlier codes of a person invalid, and this one valid for 15 minutes.
async fn set_code(transaction: &mut PgConnection, user: Uuid, code: InvitationCode) -> sqlx::Result<()> {
    sqlx::query!("delete from invitations where user_id = $1 or expires_at < now()", user)
        .execute(&mut *transaction)
        .await?;
    let query = sqlx::query!(
        "insert into invitations (code_hash, user_id, expires_at) values ($1, $2, now() + interval '15 minutes')",
        &code.hash(),
        user,
    );
    query.execute(transaction).await.map(drop)
}

/// Revokes the API tokens of a person, for good.
async fn revoke_tokens(transaction: &mut PgConnection, by: &Actor, user: Uuid) -> sqlx::Result<()> {
    let query = sqlx::query!(
        "update api_tokens set revoked_at = now() where user_id = $1 and revoked_at is null returning id, name",
        user
    );
    for token in query.fetch_all(&mut *transaction).await? {
        audit(transaction, by, Action::RevokeToken, &token.name, Some(&token.id.to_string())).await?;
    }
    Ok(())
}

async fn end_sessions(transaction: &mut PgConnection, user: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from sessions where user_id = $1", user).execute(transaction).await.map(drop)
}

pub(super) fn role(name: &str) -> Result<Role, StoreError> {
    Role::from_name(name).ok_or_else(|| StoreError::Defect(format!("a user has the invalid role {name}")))
}
