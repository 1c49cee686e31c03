//! The table `prediction_index`: filtered and paged lists of predictions.

use super::{Store, StoreError, in_time, paging, predictions::Row};
use crate::identity::{Owner, Reach, VisitorId};
use digit::{ModelVersion, TrueLabel};
use std::fmt;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;
use wire::{Page, Prediction, Source};

/// A filter of predictions. All conditions must hold; `None` and `false` hold for every prediction.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a condition of its own")]
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
    /// Only those that the person who drew has not excluded from training. Exports alone look at this condition.
    pub only_trainable: bool,
    /// Only those on which people disagree.
    pub only_disputed: bool,
    /// Only label suspects.
    pub only_suspect: bool,
    /// The model version.
    pub model: Option<ModelVersion>,
    /// The source.
    pub source: Option<Source>,
    /// The earliest time of creation, inclusive.
    pub since: Option<OffsetDateTime>,
    /// The end of the times of creation, exclusive.
    pub until: Option<OffsetDateTime>,
}

/// The conditions as in a query string; empty if there are none.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { predicted, true_label, is_labelled, model, source, since, until, .. } = self;
        let flag = |is_set: bool| is_set.then(|| true.to_string());
        let time = |time: &Option<OffsetDateTime>| time.and_then(|time| time.format(&Rfc3339).ok());
        let conditions = [
            ("predicted", predicted.map(|label| label.to_string())),
            ("true_label", true_label.map(|label| label.to_string())),
            ("labelled", is_labelled.map(|is_labelled| is_labelled.to_string())),
            ("incorrect", flag(self.only_incorrect)),
            ("low_confidence", flag(self.only_low_confidence)),
            ("disputed", flag(self.only_disputed)),
            ("suspect", flag(self.only_suspect)),
            ("model", model.as_ref().map(ToString::to_string)),
            ("source", source.map(|source| source.name().to_owned())),
            ("since", time(since)),
            ("until", time(until)),
        ];
        let set = conditions.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
        f.write_str(&set.collect::<Vec<_>>().join("&"))
    }
}

/// A compile-time checked query on `filter_predictions`, for the predictions of a filter that are older than `before`.
/// The arguments of the function are `$1` to `$12` of the SQL; further arguments follow.
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
            filter.only_disputed,
            filter.only_suspect,
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
        let to_read = paging::rows_to_read(limit);
        let mut rows = match reach {
            Reach::All => self.all(filter, to_read, before).await?,
            Reach::Own(owner) if owner.is_known() => self.own(owner, filter, to_read, before).await?,
            Reach::Own(_) => Vec::new(),
        };
        let next = paging::cut(&mut rows, limit, |row| row.id);
        let predictions = rows.into_iter().map(Prediction::try_from).collect::<Result<_, _>>()?;
        Ok(Page { predictions, next })
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
                   select id, true_label from filter_predictions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                   order by id desc limit $13
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
               join filter_predictions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) wanted using (id)
               where p.id >= $1 and p.id < $2
                   and p.visitor_id in (select $14::uuid union select id from visitors where user_id = $15)
               order by p.id desc limit $13"#
            ),
            filter,
            before,
            limit,
            owner.visitor.map(VisitorId::uuid),
            owner.user
        );
        in_time(query.fetch_all(&self.pool)).await
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
