//! The table `prediction_index`: filtered and paged lists of predictions.

use super::{Store, StoreError, in_time, predictions::Row};
use crate::identity::{Owner, Reach, VisitorId};
use digit::{ModelVersion, TrueLabel};
use time::OffsetDateTime;
use uuid::Uuid;
use wire::{Page, Prediction, Source};

/// A filter of predictions. All conditions must hold; `None` and `false` hold for every prediction.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// The predicted class.
    pub predicted: Option<TrueLabel>,
    /// The label.
    pub true_label: Option<TrueLabel>,
    /// Whether they have a label.
    pub is_labelled: Option<bool>,
    /// Only those whose predicted class differs from the label.
    pub only_incorrect: bool,
    /// Only those whose confidence is below 0.9.
    pub only_low_confidence: bool,
    /// Only those whose label is a digit.
    pub only_digits: bool,
    /// The model version.
    pub model: Option<ModelVersion>,
    /// The source.
    pub source: Option<Source>,
    /// The earliest time of creation, inclusive.
    pub since: Option<OffsetDateTime>,
    /// The end of the times of creation, exclusive.
    pub until: Option<OffsetDateTime>,
}

/// A compile-time checked query on `filter_predictions`, for the predictions of a filter that are older than `before`.
/// The arguments of the function are `$1` to `$10` of the SQL; further arguments follow.
macro_rules! query_filtered {
    ($query:ident!($($row:ident,)? $sql:literal), $filter:expr, $before:expr $(, $more:expr)*) => {{
        let filter: &Filter = $filter;
        let (first, end) = filter.ids($before);
        sqlx::$query!(
            $($row,)?
            $sql,
            first,
            end,
            filter.predicted.map(|predicted| predicted.to_string()),
            filter.true_label.map(|label| label.to_string()),
            filter.is_labelled,
            filter.only_incorrect,
            filter.only_low_confidence,
            filter.only_digits,
            filter.model.as_deref(),
            filter.source.map(wire::Source::name),
            $($more,)*
        )
    }};
}
pub(super) use query_filtered;

impl Store {
    /// Returns at most `limit` predictions that a request may reach, newest first, all older than the prediction `before`.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn page(
        &self,
        reach: Reach,
        filter: &Filter,
        limit: u8,
        before: Option<Uuid>,
    ) -> Result<Page, StoreError> {
        let one_more = i64::from(limit) + 1; // shows whether there is a next page
        let rows = match reach {
            Reach::All => self.all(filter, one_more, before).await?,
            Reach::Own(owner) if owner.is_known() => self.own(owner, filter, one_more, before).await?,
            Reach::Own(_) => Vec::new(),
        };
        page(rows, limit)
    }

    async fn all(&self, filter: &Filter, limit: i64, before: Option<Uuid>) -> Result<Vec<Row>, StoreError> {
        let query = query_filtered!(
            query_as!(
                Row,
                r#"select p.id as "id!", p.created_at as "created_at!", prediction as "prediction!",
                   p.confidence as "confidence!", probabilities as "probabilities!", verdict as "verdict!", reason,
                   p.model as "model!", p.source as "source!", input_kind as "input_kind!", latency_ms,
                   wanted.true_label
               from (
                   select id, true_label from filter_predictions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                   order by id desc limit $11
               ) wanted
               join predictions p using (id)
               order by p.id desc"#
            ),
            filter,
            before,
            limit
        );
        in_time(query.fetch_all(&self.pool)).await
    }

    async fn own(
        &self,
        owner: Owner,
        filter: &Filter,
        limit: i64,
        before: Option<Uuid>,
    ) -> Result<Vec<Row>, StoreError> {
        let query = query_filtered!(
            query_as!(
                Row,
                r#"select p.id as "id!", p.created_at as "created_at!", prediction as "prediction!",
                   p.confidence as "confidence!", probabilities as "probabilities!", verdict as "verdict!", reason,
                   p.model as "model!", p.source as "source!", input_kind as "input_kind!", latency_ms,
                   wanted.true_label
               from predictions p
               join filter_predictions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) wanted using (id)
               where p.id >= $1 and p.id < $2
                   and p.visitor_id in (select $12::uuid union select id from visitors where user_id = $13)
               order by p.id desc limit $11"#
            ),
            filter,
            before,
            limit,
            owner.visitor.map(VisitorId::uuid),
            owner.user
        );
        in_time(query.fetch_all(&self.pool)).await
    }

    /// Returns at most `limit` unlabelled predictions that a person has not labelled, in ascending order of confidence, all
    /// after the prediction `after`.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn queue(
        &self,
        limit: u8,
        after: Option<Uuid>,
        labeller: Option<Uuid>,
    ) -> Result<Page, StoreError> {
        let query = sqlx::query_as!(
            Row,
            r#"select p.id as "id!", p.created_at as "created_at!", prediction as "prediction!",
                   p.confidence as "confidence!", probabilities as "probabilities!", verdict as "verdict!", reason,
                   p.model as "model!", p.source as "source!", input_kind as "input_kind!", latency_ms,
                   null as true_label
               from (
                   select id, confidence from prediction_index
                   where true_label is null and (confidence, id) >
                       (coalesce((select confidence from predictions where id = $1), -1), coalesce($1, $3))
                       and not exists (
                           select from labels l where l.prediction_id = prediction_index.id and l.user_id = $4)
                   order by confidence, id limit $2
               ) wanted
               join predictions p using (id)
               order by p.confidence, p.id"#,
            after,
            i64::from(limit) + 1,
            Uuid::nil(),
            labeller,
        );
        page(in_time(query.fetch_all(&self.pool)).await?, limit)
    }
}

impl Filter {
    /// The range of ids that match, without its end: a `UUIDv7` begins with the time in milliseconds.
    pub(super) fn ids(&self, before: Option<Uuid>) -> (Uuid, Uuid) {
        let end = self.until.map_or(Uuid::max(), first_id);
        (self.since.map_or(Uuid::nil(), first_id), before.map_or(end, |before| before.min(end)))
    }
}

/// The smallest id of this millisecond.
pub(super) fn first_id(time: OffsetDateTime) -> Uuid {
    let milliseconds = u128::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
    Uuid::from_u128(milliseconds << 80)
}

/// A page of at most `limit` rows; one more row means that there is a next page.
fn page(rows: Vec<Row>, limit: u8) -> Result<Page, StoreError> {
    let mut predictions = rows.into_iter().map(Prediction::try_from).collect::<Result<Vec<_>, _>>()?;
    let more = predictions.len() > usize::from(limit);
    predictions.truncate(usize::from(limit));
    let next = predictions.last().filter(|_| more).map(|last| last.id);
    Ok(Page { predictions, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn an_id_lies_between_the_first_ids_of_its_millisecond_and_of_a_later_one() {
        let now = OffsetDateTime::now_utc();
        let id = Uuid::now_v7();
        let later = OffsetDateTime::now_utc() + time::Duration::milliseconds(2);
        assert!((first_id(now)..first_id(later)).contains(&id));
        assert_eq!(first_id(datetime!(1969-12-31 0:00 UTC)), Uuid::nil());
    }

    #[test]
    fn the_earlier_of_two_ends_is_the_end() {
        let (noon, before) = (datetime!(2026-01-01 12:00 UTC), first_id(datetime!(2026-01-01 11:00 UTC)));
        let filter = Filter { until: Some(noon), ..Filter::default() };
        assert_eq!(filter.ids(None), (Uuid::nil(), first_id(noon)));
        assert_eq!(filter.ids(Some(before)).1, before);
        assert_eq!(filter.ids(Some(Uuid::max())).1, first_id(noon));
    }
}
