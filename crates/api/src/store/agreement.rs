//! The agreement of labellers with operators on gold drawings, and whether the labels of a person count.

use super::{
    Store, StoreError, UserError,
    audit_log::{Action, audit},
    in_time,
};
use crate::identity::Actor;
use sqlx::PgPool;
use uuid::Uuid;
use wire::Share;

/// The number of gold answers from which on the agreement matters.
const LEAST_ANSWERS: u64 = 20;
/// The labels of a labeller cease to count if the upper end of the agreement's 95 % interval is below this.
const LEAST_AGREEMENT: f64 = 0.9;
/// The number of drawings whose labels one statement counts again.
const RECOUNTED_AT_A_TIME: i32 = 200;

impl Store {
    /// Excludes the labels of a labeller from the counts if too many answers to gold drawings disagree with the operator's.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(super) async fn check_agreement(&self, user: Uuid) -> Result<(), StoreError> {
        let query = sqlx::query!(r#"select agreed as "agreed!", total as "total!" from gold_answers($1)"#, user);
        let answers = in_time(query.fetch_one(&self.pool)).await?;
        let agreement = agreement(answers.agreed, answers.total);
        if agreement.total < LEAST_ANSWERS || agreement.high >= LEAST_AGREEMENT {
            return Ok(());
        }
        let work = async {
            let mut transaction = self.pool.begin().await?;
            let query = sqlx::query_scalar!(
                "update users set labels_count = false where id = $1 and labels_count and role = 'labeller' returning name",
                user
            );
            if let Some(name) = query.fetch_optional(&mut *transaction).await? {
                let details = format!("{} of {} gold answers agree", agreement.count, agreement.total);
                audit(&mut transaction, &Actor::service(), Action::IgnoreLabels, &name, Some(&details)).await?;
            }
            transaction.commit().await
        };
        in_time(work).await
    }

    /// Counts the labels of a person, or excludes them. Once they count again, earlier answers to gold drawings matter no more.
    ///
    /// # Errors
    /// When no person has the name, or when the database is unavailable.
    pub(crate) async fn set_labels_count(&self, by: &Actor, name: &str, do_count: bool) -> Result<(), UserError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            let query = sqlx::query!(
                r#"update users set labels_count = $2, agreement_after =
                       case when $2 then coalesce((select max(id) from labels), 0) else agreement_after end
                   where lower(name) = lower($1)
                   returning name, (select labels_count from users where lower(name) = lower($1)) as "did_count!""#,
                name,
                do_count,
            );
            let Some(person) = query.fetch_optional(&mut *transaction).await? else { return Ok(false) };
            if person.did_count != do_count {
                let action = if do_count { Action::CountLabels } else { Action::IgnoreLabels };
                audit(&mut transaction, by, action, &person.name, None).await?;
            }
            transaction.commit().await?;
            Ok(true)
        };
        if in_time(work).await? { Ok(()) } else { Err(UserError::Unknown) }
    }
}

/// The share of gold answers that agree with the operator's label.
pub(super) fn agreement(agreed: i64, total: i64) -> Share {
    Share::new(agreed.unsigned_abs(), total.unsigned_abs())
}

/// Counts labels again after the labels of a person began or ceased to count, in portions that each take less than a
/// statement may.
pub(super) async fn recount_labels(pool: &PgPool) -> Result<(), StoreError> {
    loop {
        let query = sqlx::query_scalar!(r#"select recount_labels($1) as "recounted!""#, RECOUNTED_AT_A_TIME);
        if query.fetch_one(pool).await? == 0 {
            return Ok(());
        }
    }
}
