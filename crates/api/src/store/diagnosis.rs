//! The state of the database that `api doctor` reads.

use super::{Store, StoreError, in_time};
use time::OffsetDateTime;

/// The state of the database and of the accounts in it.
#[derive(Debug)]
pub(crate) struct Diagnosis {
    /// The version of PostgreSQL.
    pub(crate) version: String,
    /// The time of the server.
    pub(crate) now: OffsetDateTime,
    /// The size of the database in bytes.
    pub(crate) bytes: u64,
    /// The operators who can log in.
    pub(crate) operators: u64,
    /// The names of valid API tokens that expire within 14 days.
    pub(crate) expiring_tokens: Vec<String>,
    /// The logins of the last 30 days.
    pub(crate) logins: u64,
    /// The addresses from which these people logged in.
    pub(crate) login_addresses: u64,
}

impl Store {
    /// Reads the state of the database.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn diagnosis(&self) -> Result<Diagnosis, StoreError> {
        let query = sqlx::query!(
            r#"select current_setting('server_version') as "version!", now() as "now!",
                   pg_database_size(current_database()) as "bytes!",
                   (select count(*) from users where role = 'operator' and not is_disabled and password_hash is not null)
                       as "operators!",
                   array(select t.name from api_tokens t join users u on u.id = t.user_id
                       where revoked_at is null and not is_disabled and expires_at between now() and now() + interval '14 days'
                       order by expires_at) as "expiring_tokens!",
                   (select count(*) from audit_log where action = 'login' and not is_refused and address is not null)
                       as "logins!",
                   (select count(distinct address) from audit_log where action = 'login' and not is_refused)
                       as "login_addresses!""#
        );
        let row = in_time(query.fetch_one(&self.pool)).await?;
        Ok(Diagnosis {
            version: row.version,
            now: row.now,
            bytes: row.bytes.unsigned_abs(),
            operators: row.operators.unsigned_abs(),
            expiring_tokens: row.expiring_tokens,
            logins: row.logins.unsigned_abs(),
            login_addresses: row.login_addresses.unsigned_abs(),
        })
    }
}
