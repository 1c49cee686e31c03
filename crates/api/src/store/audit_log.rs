//! The table `audit_log`, which is append-only: who changed people, tokens and settings, and who logged in.

use super::{Filter, Store, StoreError, in_time, maintenance::report, paging};
use crate::identity::Actor;
use sqlx::{PgConnection, PgExecutor};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::time::sleep;

/// How long the service waits before it tries again to record its settings.
const RETRY: Duration = Duration::from_secs(5);

/// An action that the audit log records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Only refused ones: of a person or a program without the role or the scope.
    Access,
    Login,
    Logout,
    EndSession,
    ChangePassword,
    Invite,
    AcceptInvitation,
    ResetPassword,
    ChangeRole,
    Disable,
    Enable,
    CreateToken,
    RevokeToken,
    Export,
    DeleteDrawing,
    /// The labels of a person no longer count.
    IgnoreLabels,
    /// The labels of a person count again.
    CountLabels,
    PromoteModel,
    RollBackModel,
    RejectModel,
    DeleteOwnDrawings,
    RotateServiceToken,
    Prune,
    ShowInGallery,
    HideFromGallery,
    Import,
    Block,
    Unblock,
    /// The service started with another value of a setting.
    ChangeSetting,
}

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Login => "login",
            Self::Logout => "logout",
            Self::EndSession => "end_session",
            Self::ChangePassword => "change_password",
            Self::Invite => "invite",
            Self::AcceptInvitation => "accept_invitation",
            Self::ResetPassword => "reset_password",
            Self::ChangeRole => "change_role",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::CreateToken => "create_token",
            Self::RevokeToken => "revoke_token",
            Self::Export => "export",
            Self::DeleteDrawing => "delete_drawing",
            Self::IgnoreLabels => "ignore_labels",
            Self::CountLabels => "count_labels",
            Self::PromoteModel => "promote_model",
            Self::RollBackModel => "roll_back_model",
            Self::RejectModel => "reject_model",
            Self::DeleteOwnDrawings => "delete_own_drawings",
            Self::RotateServiceToken => "rotate_service_token",
            Self::Prune => "prune",
            Self::ShowInGallery => "show_in_gallery",
            Self::HideFromGallery => "hide_from_gallery",
            Self::Import => "import",
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::ChangeSetting => "change_setting",
        }
    }
}

/// An entry of the audit log.
#[derive(Debug)]
pub(crate) struct AuditEntry {
    pub(crate) id: i64,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) actor: Option<String>,
    pub(crate) action: String,
    pub(crate) subject: Option<String>,
    pub(crate) is_refused: bool,
    pub(crate) address: Option<String>,
    pub(crate) details: Option<String>,
}

/// Adds an entry in the transaction of its action.
pub(super) async fn audit(
    transaction: &mut PgConnection,
    actor: &Actor,
    action: Action,
    subject: &str,
    details: Option<&str>,
) -> sqlx::Result<()> {
    insert(transaction, actor, action, subject, details, false).await
}

async fn insert(
    executor: impl PgExecutor<'_>,
    actor: &Actor,
    action: Action,
    subject: &str,
    details: Option<&str>,
    is_refused: bool,
) -> sqlx::Result<()> {
    let query = sqlx::query!(
        "insert into audit_log (actor, action, subject, details, is_refused, address) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
        actor.name,
        action.name(),
        subject,
        details,
        is_refused,
        actor.address.map(|address| address.to_string()),
    );
    query.execute(executor).await.map(drop)
}

impl Store {
    /// Records a refused login, once for each subject, address and minute. The subject is the name that was tried, or the
    /// kind of the credential.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn record_refused_login(&self, actor: &Actor, subject: &str) -> Result<(), StoreError> {
        in_time(insert(&self.pool, actor, Action::Login, subject, None, true)).await
    }

    /// Records that a person or a program may not use a route, such as `GET /people`.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn record_refused_access(&self, actor: &Actor, route: &str) -> Result<(), StoreError> {
        in_time(insert(&self.pool, actor, Action::Access, route, None, true)).await
    }

    /// Records the start of an export of the drawings that meet a filter.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn record_export(&self, actor: &Actor, file: &str, filter: &Filter) -> Result<(), StoreError> {
        let conditions = Some(filter.to_string()).filter(|conditions| !conditions.is_empty());
        in_time(insert(&self.pool, actor, Action::Export, file, conditions.as_deref(), false)).await
    }

    /// Records that a new service token is about to be written into a file.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn record_rotation(&self, actor: &Actor, file: &str) -> Result<(), StoreError> {
        in_time(insert(&self.pool, actor, Action::RotateServiceToken, file, None, false)).await
    }

    /// Records the settings of this process as soon as the database is available: an entry for each one that differs from its
    /// last entry.
    pub(crate) fn start_recording_settings(&self, settings: Vec<(&'static str, Option<String>)>) {
        let store = self.clone();
        tokio::spawn(async move {
            while let Err(error) = store.record_settings(&settings).await {
                report("record the settings", Err(error));
                sleep(RETRY).await;
            }
        });
    }

    async fn record_settings(&self, settings: &[(&str, Option<String>)]) -> Result<(), StoreError> {
        let (names, values): (Vec<_>, Vec<_>) = settings.iter().cloned().unzip();
        let query = sqlx::query!(
            "insert into audit_log (actor, action, subject, details)
             select $1, $2, name, value from unnest($3::text[], $4::text[]) as new (name, value)
             where value is distinct from
                 (select details from audit_log where action = $2 and subject = name order by id desc limit 1)",
            Actor::service().name,
            Action::ChangeSetting.name(),
            &names as &[&str],
            &values as &[Option<String>],
        );
        in_time(query.execute(&self.pool)).await.map(drop)
    }

    /// At most `limit` entries, newest first, all older than the entry `before`, and the id after which the next page
    /// begins.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn audit_log(
        &self,
        limit: u8,
        before: Option<i64>,
    ) -> Result<(Vec<AuditEntry>, Option<i64>), StoreError> {
        let query = sqlx::query_as!(
            AuditEntry,
            "select id, created_at, actor, action, subject, is_refused, address, details from audit_log
             where id < $1 order by id desc limit $2",
            before.unwrap_or(i64::MAX),
            paging::rows_to_read(limit),
        );
        let mut entries = in_time(query.fetch_all(&self.pool)).await?;
        let next = paging::cut(&mut entries, limit, |entry| entry.id);
        Ok((entries, next))
    }
}
