//! The predictions of a model version by week, in which drift shows.

use super::{
    Store, StoreError, in_time,
    quality::{mean, number},
};
use digit::ModelVersion;
use time::Date;
use wire::Share;

/// The predictions of one week.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Week {
    /// Its Monday, in UTC.
    pub(crate) monday: Date,
    /// The share of predictions of `not_a_digit`.
    pub(crate) rejected: Share,
    /// The mean confidence of the predictions of a digit; `None` if there are none.
    pub(crate) confidence: Option<f64>,
    /// The share of the random sample's labelled predictions that is correct.
    pub(crate) random_sample: Share,
}

impl Store {
    /// The weeks from this day (UTC) on in which a model version made predictions, the earliest first.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn weeks(&self, model: &ModelVersion, since: Date) -> Result<Vec<Week>, StoreError> {
        let query = sqlx::query!(
            r#"with counts as (
                   select date_trunc('week', day)::date as monday, sum(predictions)::bigint as predictions,
                       coalesce(sum(predictions) filter (where predicted = 'not_a_digit'), 0)::bigint as rejected,
                       coalesce(sum(confidence_sum) filter (where predicted <> 'not_a_digit'), 0) as confidence_sum
                   from prediction_counts_of($1, $2) group by 1 having sum(predictions) > 0
               ), sample as (
                   select date_trunc('week', day)::date as monday, sum(labelled)::bigint as labelled,
                       sum(correct)::bigint as correct
                   from random_sample_outcomes where model = $1 and day >= $2 group by 1
               )
               select c.monday as "monday!", predictions as "predictions!", rejected as "rejected!",
                   confidence_sum as "confidence_sum!", coalesce(labelled, 0) as "labelled!",
                   coalesce(correct, 0) as "correct!"
               from counts c left join sample s on s.monday = c.monday order by c.monday"#,
            model.as_str(),
            since,
        );
        let rows = in_time(query.fetch_all(&self.pool)).await?;
        let weeks = rows.into_iter().map(|row| {
            let rejected = Share::new(number(row.rejected), number(row.predictions));
            Week {
                monday: row.monday,
                rejected,
                confidence: mean(row.confidence_sum, rejected.total - rejected.count),
                random_sample: Share::new(number(row.correct), number(row.labelled)),
            }
        });
        Ok(weeks.collect())
    }
}
