//! Quality from aggregated tables: counts of predictions, confidence bins and latency buckets.

use super::{Store, StoreError, in_time};
use crate::identity::{Reach, VisitorId};
use digit::{ModelVersion, TrueLabel};
use sqlx::PgConnection;
use time::Date;
use wire::{ConfidenceBin, DayCounts, LatencyBucket, ModelCounts, ObservedAccuracy, Quality, SameDrawings, Share};

/// The predictions that a quality report covers. `None` covers all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QualityScope {
    /// Only those of this model version.
    pub model: Option<ModelVersion>,
    /// Only those from this day (UTC) on.
    pub since: Option<Date>,
}

/// The number of predictions of one predicted class and label.
#[derive(Debug, Clone)]
struct ClassCount {
    predicted: String,
    true_label: String,
    count: i64,
}

/// The index of the class `not_a_digit`, after the digits.
const NOT_A_DIGIT: usize = 10;

impl Store {
    /// The quality of the predictions, measured by people's labels.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn quality(&self, judged: &QualityScope) -> Result<Quality, StoreError> {
        // All figures come from one snapshot, so that concurrent writes do not make them inconsistent.
        let begin = "begin isolation level repeatable read read only";
        let mut snapshot = in_time(self.pool.begin_with(begin)).await?;
        let counts = counts(&mut snapshot, judged).await?;
        let sample = random_sample(&mut snapshot, judged).await?;
        Ok(Quality {
            predictions: counts.iter().map(|count| number(count.count)).sum(),
            pruned: pruned(&mut snapshot, judged).await?,
            correct: correct(counts.iter().filter(|count| count.is_labelled())),
            random_sample: sample.correct,
            random_sample_undecided: sample.undecided,
            random_sample_pruned: sample.pruned,
            confusion: confusion(&counts)?,
            calibration: confidence_bins(&mut snapshot, judged).await?,
            days: days(&mut snapshot, judged).await?,
            models: models(&mut snapshot, judged).await?,
            latency: latency_buckets(&mut snapshot, judged).await?,
            same_drawings: same_drawings(&mut snapshot, judged).await?,
        })
    }

    /// The model versions that have predictions which a request may reach, by name.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn model_versions(&self, reach: Reach) -> Result<Vec<String>, StoreError> {
        match reach {
            Reach::All => {
                let query = sqlx::query_scalar!(
                    r#"select model as "model!" from all_prediction_counts
                       group by model having sum(predictions) > 0 order by model"#
                );
                in_time(query.fetch_all(&self.pool)).await
            }
            Reach::Own(owner) => {
                let query = sqlx::query_scalar!(
                    "select distinct model from predictions
                     where visitor_id in (select $1::uuid union select id from visitors where user_id = $2)
                     order by model",
                    owner.visitor.map(VisitorId::uuid),
                    owner.user,
                );
                in_time(query.fetch_all(&self.pool)).await
            }
        }
    }

    /// The number of predictions without a label. The counts include pruned predictions, which nobody can label any more.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn unlabelled(&self) -> Result<u64, StoreError> {
        let query = sqlx::query_scalar!(
            r#"select (coalesce(sum(predictions), 0) - (select coalesce(sum(unlabelled), 0) from pruned_counts))::bigint
                   as "count!"
               from all_prediction_counts where true_label = ''"#
        );
        in_time(query.fetch_one(&self.pool)).await.map(number)
    }

    /// The share of correct predictions in the bin of this confidence, of one model version or of all.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn observed_accuracy(
        &self,
        confidence: f32,
        model: Option<&str>,
    ) -> Result<ObservedAccuracy, StoreError> {
        let query = sqlx::query!(
            r#"select wanted.bin as "bin!", coalesce(sum(predictions), 0)::bigint as "total!",
                   coalesce(sum(predictions) filter (where is_correct), 0)::bigint as "correct!"
               from (select confidence_bin($1)) as wanted (bin)
               left join confidence_bins_of($2, null) as bins on bins.bin = wanted.bin
               group by wanted.bin"#,
            confidence,
            model,
        );
        let row = in_time(query.fetch_one(&self.pool)).await?;
        let (from, to) = bounds(row.bin);
        Ok(ObservedAccuracy { from, to, correct: Share::new(number(row.correct), number(row.total)) })
    }
}

async fn counts(
    snapshot: &mut PgConnection,
    QualityScope { model, since }: &QualityScope,
) -> Result<Vec<ClassCount>, StoreError> {
    let query = sqlx::query_as!(
        ClassCount,
        r#"select predicted as "predicted!", true_label as "true_label!", sum(predictions)::bigint as "count!"
           from prediction_counts_of($1, $2)
           group by predicted, true_label
           having sum(predictions) > 0"#,
        model.as_deref(),
        *since,
    );
    in_time(query.fetch_all(snapshot)).await
}

/// The labelled drawings of the random sample.
struct RandomSample {
    correct: Share,
    undecided: u64,
    /// Those that were deleted because of their age, whether or not they were undecided.
    pruned: u64,
}

/// Of the random sample, only labels from the queue and those of operators count: other labels are of drawings that people
/// chose. Without agreement, a drawing is undecided.
async fn random_sample(
    snapshot: &mut PgConnection,
    QualityScope { model, since }: &QualityScope,
) -> Result<RandomSample, StoreError> {
    let query = sqlx::query!(
        r#"select coalesce(sum(labelled), 0)::bigint as "labelled!", coalesce(sum(correct), 0)::bigint as "correct!",
               coalesce(sum(undecided), 0)::bigint as "undecided!", coalesce(sum(pruned), 0)::bigint as "pruned!"
           from random_sample_outcomes
           where ($1::text is null or model = $1) and ($2::date is null or day >= $2)"#,
        model.as_deref(),
        *since,
    );
    let row = in_time(query.fetch_one(snapshot)).await?;
    let correct = Share::new(number(row.correct), number(row.labelled));
    Ok(RandomSample { correct, undecided: number(row.undecided), pruned: number(row.pruned) })
}

/// The number of counted predictions that were deleted because of their age.
async fn pruned(snapshot: &mut PgConnection, QualityScope { model, since }: &QualityScope) -> Result<u64, StoreError> {
    let query = sqlx::query_scalar!(
        r#"select coalesce(sum(predictions), 0)::bigint as "count!" from pruned_counts
           where ($1::text is null or model = $1) and ($2::date is null or day >= $2)"#,
        model.as_deref(),
        *since,
    );
    in_time(query.fetch_one(snapshot)).await.map(number)
}

/// Only predictions of a digit count, because the confidence is the probability of the digit given that the drawing is
/// a digit.
async fn confidence_bins(
    snapshot: &mut PgConnection,
    QualityScope { model, since }: &QualityScope,
) -> Result<Vec<ConfidenceBin>, StoreError> {
    let query = sqlx::query!(
        r#"select bin as "bin!", sum(predictions)::bigint as "total!", sum(confidence_sum) as "confidence_sum!",
               coalesce(sum(predictions) filter (where is_correct), 0)::bigint as "correct!"
           from confidence_bins_of($1, $2)
           group by bin
           having sum(predictions) > 0
           order by bin"#,
        model.as_deref(),
        *since,
    );
    let rows = in_time(query.fetch_all(snapshot)).await?;
    let bins = rows.into_iter().filter_map(|row| {
        let correct = Share::new(number(row.correct), number(row.total));
        let (from, to) = bounds(row.bin);
        Some(ConfidenceBin { from, to, confidence: mean(row.confidence_sum, correct.total)?, correct })
    });
    Ok(bins.collect())
}

async fn days(
    snapshot: &mut PgConnection,
    QualityScope { model, since }: &QualityScope,
) -> Result<Vec<DayCounts>, StoreError> {
    let query = sqlx::query!(
        r#"select day as "day!", predicted as "predicted!", sum(predictions)::bigint as "count!",
               sum(confidence_sum) as "confidence_sum!"
           from prediction_counts_of($1, $2)
           group by day, predicted
           having sum(predictions) > 0
           order by day, predicted"#,
        model.as_deref(),
        *since,
    );
    let rows = in_time(query.fetch_all(snapshot)).await?;
    rows.chunk_by(|one, next| one.day == next.day)
        .map(|rows| {
            let (mut predicted, mut sum) = ([0; 11], 0.0);
            for row in rows {
                let class = class(&row.predicted)?;
                predicted[class] = number(row.count);
                sum += if class == NOT_A_DIGIT { 0.0 } else { row.confidence_sum };
            }
            let digits: u64 = predicted[..NOT_A_DIGIT].iter().sum();
            Ok(DayCounts { day: rows[0].day, predicted, confidence: mean(sum, digits) })
        })
        .collect()
}

async fn models(
    snapshot: &mut PgConnection,
    QualityScope { model, since }: &QualityScope,
) -> Result<Vec<ModelCounts>, StoreError> {
    let query = sqlx::query!(
        r#"select model as "model!", sum(predictions)::bigint as "count!",
               coalesce(sum(predictions) filter (where true_label not in ('', 'unsure')), 0)::bigint as "labelled!",
               coalesce(sum(predictions) filter (where true_label = predicted), 0)::bigint as "correct!"
           from prediction_counts_of($1, $2)
           group by model
           having sum(predictions) > 0
           order by model"#,
        model.as_deref(),
        *since,
    );
    let rows = in_time(query.fetch_all(snapshot)).await?;
    let counts = rows.into_iter().map(|row| ModelCounts {
        model: row.model,
        predictions: number(row.count),
        correct: Share::new(number(row.correct), number(row.labelled)),
    });
    Ok(counts.collect())
}

async fn latency_buckets(
    snapshot: &mut PgConnection,
    QualityScope { model, since }: &QualityScope,
) -> Result<Vec<LatencyBucket>, StoreError> {
    let query = sqlx::query!(
        r#"select bucket as "bucket!", sum(predictions)::bigint as "count!"
           from latency_buckets_of($1, $2)
           group by bucket
           having sum(predictions) > 0
           order by bucket"#,
        model.as_deref(),
        *since,
    );
    let rows = in_time(query.fetch_all(snapshot)).await?;
    // The same bounds as in the database's function `latency_bucket`.
    let ms = |bucket: i16| (f64::from(bucket) / 4.0).exp2();
    let latency_bucket = |bucket: i16, count| LatencyBucket {
        from_ms: if bucket == 0 { 0.0 } else { ms(bucket) },
        to_ms: ms(bucket + 1),
        predictions: number(count),
    };
    Ok(rows.into_iter().map(|row| latency_bucket(row.bucket, row.count)).collect())
}

async fn same_drawings(
    snapshot: &mut PgConnection,
    QualityScope { model, since }: &QualityScope,
) -> Result<Vec<SameDrawings>, StoreError> {
    let query = sqlx::query!(
        r#"select s.version, s.champion, count(*) as "drawings!",
               count(*) filter (where by_challenger and by_champion) as "both!",
               count(*) filter (where by_challenger and not by_champion) as "only_challenger!",
               count(*) filter (where by_champion and not by_challenger) as "only_champion!",
               count(*) filter (where not by_champion and not by_challenger) as "neither!"
           from shadow_pairs s join prediction_index i on i.id = s.prediction_id
           cross join lateral (
               select nullif(i.true_label, 'unsure') = s.predicted_by_challenger as by_challenger,
                   nullif(i.true_label, 'unsure') = s.predicted_by_champion as by_champion
           ) correct
           where ($1::text is null or $1 in (s.version, s.champion)) and ($2::date is null or s.day >= $2)
           group by s.version, s.champion
           order by max(s.created_at) desc, s.version"#,
        model.as_deref(),
        *since,
    );
    let rows = in_time(query.fetch_all(snapshot)).await?;
    let pairs = rows.into_iter().map(|row| SameDrawings {
        challenger: row.version,
        champion: row.champion,
        drawings: number(row.drawings),
        both_correct: number(row.both),
        only_challenger_correct: number(row.only_challenger),
        only_champion_correct: number(row.only_champion),
        neither_correct: number(row.neither),
    });
    Ok(pairs.collect())
}

impl ClassCount {
    /// Whether these predictions have a label other than `unsure`.
    fn is_labelled(&self) -> bool {
        !["", TrueLabel::UNSURE].contains(&&*self.true_label)
    }

    fn is_correct(&self) -> bool {
        self.predicted == self.true_label
    }
}

/// The share of these predictions that is correct.
fn correct<'a>(labelled: impl Iterator<Item = &'a ClassCount>) -> Share {
    let add = |(correct, total), count: &ClassCount| {
        let predictions = number(count.count);
        (correct + if count.is_correct() { predictions } else { 0 }, total + predictions)
    };
    let (correct, total) = labelled.fold((0, 0), add);
    Share::new(correct, total)
}

fn confusion(counts: &[ClassCount]) -> Result<[[u64; 11]; 11], StoreError> {
    let mut confusion = [[0; 11]; 11];
    for count in counts.iter().filter(|count| count.is_labelled()) {
        confusion[class(&count.true_label)?][class(&count.predicted)?] += number(count.count);
    }
    Ok(confusion)
}

/// The bin from 99 % on. The bin before it covers 95 % to 99 %, each other bin 5 %.
const LAST_BIN: i16 = 20;

/// The lower and upper bound of a bin, the same as in the database's function `confidence_bin`.
fn bounds(bin: i16) -> (f64, f64) {
    match bin {
        LAST_BIN => (0.99, 1.0),
        19 => (0.95, 0.99),
        _ => (f64::from(bin) / 20.0, f64::from(bin + 1) / 20.0),
    }
}

/// The index of a class: the digit, or [`NOT_A_DIGIT`].
fn class(label: &str) -> Result<usize, StoreError> {
    match label.parse() {
        Ok(TrueLabel::Digit(digit)) => Ok(digit.value().into()),
        Ok(TrueLabel::NotADigit) => Ok(NOT_A_DIGIT),
        _ => Err(StoreError::Defect(format!("a count is of {label:?}"))),
    }
}

/// The mean of `count` values with this sum; `None` if there are none.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2⁵³")]
pub(super) fn mean(sum: f64, count: u64) -> Option<f64> {
    (count > 0).then(|| sum / count as f64)
}

/// A count is never negative.
pub(super) fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count_of(predicted: &str, true_label: &str, count: i64) -> ClassCount {
        ClassCount { predicted: predicted.to_owned(), true_label: true_label.to_owned(), count }
    }

    #[test]
    fn the_confusion_matrix_excludes_unsure_and_unlabelled_predictions() {
        let counts =
            [count_of("7", "1", 5), count_of("not_a_digit", "0", 1), count_of("7", "unsure", 9), count_of("7", "", 9)];
        let confusion = confusion(&counts).unwrap();
        assert_eq!((confusion[1][7], confusion[0][NOT_A_DIGIT]), (5, 1));
        assert_eq!(confusion.iter().flatten().sum::<u64>(), 6);
    }
}
