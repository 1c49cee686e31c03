//! The counts of answers, steps of confidence and paces: how good the answers have been, without reading them all.

use super::{Store, StoreError, in_time};
use digit::{
    ModelVersion, TrueLabel,
    wire::{DayTally, ModelTally, Pace, Quality, Reliability, Share, Step},
};
use sqlx::PgConnection;
use time::Date;

/// Which drawings are judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// Those that this version of the model answered.
    pub model: Option<ModelVersion>,
    /// Those from this day on.
    pub since: Option<Date>,
}

/// Drawings of one kind: what they were taken for, and what they are labelled.
#[derive(Debug, Clone)]
struct Kind {
    said: String,
    true_label: String,
    count: i64,
}

/// Where the class `not_a_digit` stands behind the digits.
const NOT_A_DIGIT: usize = 10;

impl Store {
    /// How good the answers have been, by what people said of them.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn quality(&self, judged: &Judged) -> Result<Quality, StoreError> {
        // Whatever is written meanwhile, all figures are of one moment.
        let begin = "begin isolation level repeatable read read only";
        let mut moment = in_time(self.pool.begin_with(begin)).await?;
        let kinds = kinds(&mut moment, judged).await?;
        Ok(Quality {
            predictions: kinds.iter().map(|kind| number(kind.count)).sum(),
            right: right(kinds.iter().filter(|kind| kind.is_judged())),
            confusion: confusion(&kinds)?,
            reliability: steps(&mut moment, judged).await?,
            days: days(&mut moment, judged).await?,
            models: models(&mut moment, judged).await?,
            paces: paces(&mut moment, judged).await?,
        })
    }

    /// The versions of the model that answered, by name.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn answerers(&self) -> Result<Vec<String>, StoreError> {
        let query = sqlx::query_scalar!(
            r#"select model as "model!" from all_answers group by model having sum(predictions) > 0 order by model"#
        );
        in_time(query.fetch_all(&self.pool)).await
    }

    /// How many drawings nobody has labelled.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn unlabelled(&self) -> Result<u64, StoreError> {
        let query = sqlx::query_scalar!(
            r#"select coalesce(sum(predictions), 0)::bigint as "count!" from all_answers where true_label = ''"#
        );
        in_time(query.fetch_one(&self.pool)).await.map(number)
    }

    /// How often answers that were about as sure, of one version of the model or of all, have been right.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn reliability(&self, confidence: f32, model: Option<&str>) -> Result<Reliability, StoreError> {
        let query = sqlx::query!(
            r#"select asked.step as "step!", coalesce(sum(predictions), 0)::bigint as "of!",
                   coalesce(sum(predictions) filter (where is_right), 0)::bigint as "right!"
               from (select step($1)) as asked (step)
               left join steps_of($2, null) as steps on steps.step = asked.step
               group by asked.step"#,
            confidence,
            model,
        );
        let row = in_time(query.fetch_one(&self.pool)).await?;
        let (from, to) = bounds(row.step);
        Ok(Reliability { from, to, right: Share::new(number(row.right), number(row.of)) })
    }
}

async fn kinds(moment: &mut PgConnection, Judged { model, since }: &Judged) -> Result<Vec<Kind>, StoreError> {
    let query = sqlx::query_as!(
        Kind,
        r#"select said as "said!", true_label as "true_label!", sum(predictions)::bigint as "count!"
           from answers_of($1, $2)
           group by said, true_label
           having sum(predictions) > 0"#,
        model.as_ref().map(ModelVersion::as_str),
        *since,
    );
    in_time(query.fetch_all(moment)).await
}

/// What the confidence says is how sure it is that a digit is this one; where none was named, it says nothing.
async fn steps(moment: &mut PgConnection, Judged { model, since }: &Judged) -> Result<Vec<Step>, StoreError> {
    let query = sqlx::query!(
        r#"select step as "step!", sum(predictions)::bigint as "of!", sum(confidence) as "confidence!",
               coalesce(sum(predictions) filter (where is_right), 0)::bigint as "right!"
           from steps_of($1, $2)
           group by step
           having sum(predictions) > 0
           order by step"#,
        model.as_ref().map(ModelVersion::as_str),
        *since,
    );
    let rows = in_time(query.fetch_all(moment)).await?;
    let steps = rows.into_iter().filter_map(|row| {
        let right = Share::new(number(row.right), number(row.of));
        let (from, to) = bounds(row.step);
        Some(Step { from, to, confidence: mean(row.confidence, right.of)?, right })
    });
    Ok(steps.collect())
}

async fn days(moment: &mut PgConnection, Judged { model, since }: &Judged) -> Result<Vec<DayTally>, StoreError> {
    let query = sqlx::query!(
        r#"select day as "day!", said as "said!", sum(predictions)::bigint as "count!",
               sum(confidence) as "confidence!"
           from answers_of($1, $2)
           group by day, said
           having sum(predictions) > 0
           order by day, said"#,
        model.as_ref().map(ModelVersion::as_str),
        *since,
    );
    let rows = in_time(query.fetch_all(moment)).await?;
    rows.chunk_by(|one, next| one.day == next.day)
        .map(|rows| {
            let (mut said, mut sum) = ([0; 11], 0.0);
            for row in rows {
                let class = class(&row.said)?;
                said[class] = number(row.count);
                sum += if class == NOT_A_DIGIT { 0.0 } else { row.confidence };
            }
            let digits: u64 = said[..NOT_A_DIGIT].iter().sum();
            Ok(DayTally { day: rows[0].day, said, confidence: mean(sum, digits) })
        })
        .collect()
}

async fn models(moment: &mut PgConnection, Judged { model, since }: &Judged) -> Result<Vec<ModelTally>, StoreError> {
    let query = sqlx::query!(
        r#"select model as "model!", sum(predictions)::bigint as "count!",
               coalesce(sum(predictions) filter (where true_label not in ('', 'unsure')), 0)::bigint as "judged!",
               coalesce(sum(predictions) filter (where true_label = said), 0)::bigint as "right!"
           from answers_of($1, $2)
           group by model
           having sum(predictions) > 0
           order by model"#,
        model.as_ref().map(ModelVersion::as_str),
        *since,
    );
    let rows = in_time(query.fetch_all(moment)).await?;
    let tallies = rows.into_iter().map(|row| ModelTally {
        model: row.model,
        predictions: number(row.count),
        right: Share::new(number(row.right), number(row.judged)),
    });
    Ok(tallies.collect())
}

async fn paces(moment: &mut PgConnection, Judged { model, since }: &Judged) -> Result<Vec<Pace>, StoreError> {
    let query = sqlx::query!(
        r#"select pace as "pace!", sum(predictions)::bigint as "count!"
           from paces_of($1, $2)
           group by pace
           having sum(predictions) > 0
           order by pace"#,
        model.as_ref().map(ModelVersion::as_str),
        *since,
    );
    let rows = in_time(query.fetch_all(moment)).await?;
    // Quarters of an octave; what took less than a millisecond is counted as one.
    let ms = |pace: i16| (f64::from(pace) / 4.0).exp2();
    let pace = |pace: i16, count| Pace {
        from_ms: if pace == 0 { 0.0 } else { ms(pace) },
        to_ms: ms(pace + 1),
        predictions: number(count),
    };
    Ok(rows.into_iter().map(|row| pace(row.pace, row.count)).collect())
}

impl Kind {
    /// Whether a person said what these drawings are.
    fn is_judged(&self) -> bool {
        !["", TrueLabel::UNSURE].contains(&&*self.true_label)
    }

    fn is_right(&self) -> bool {
        self.said == self.true_label
    }
}

/// How many of the answers were right, of those of these kinds.
fn right<'a>(judged: impl Iterator<Item = &'a Kind>) -> Share {
    let add = |(count, of), kind: &Kind| {
        let drawings = number(kind.count);
        (count + if kind.is_right() { drawings } else { 0 }, of + drawings)
    };
    let (count, of) = judged.fold((0, 0), add);
    Share::new(count, of)
}

fn confusion(kinds: &[Kind]) -> Result<[[u64; 11]; 11], StoreError> {
    let mut confusion = [[0; 11]; 11];
    for kind in kinds.iter().filter(|kind| kind.is_judged()) {
        confusion[class(&kind.true_label)?][class(&kind.said)?] += number(kind.count);
    }
    Ok(confusion)
}

/// From 99 % on; the others are of 5 %, but for the one before it.
const LAST_STEP: i16 = 20;

/// From what confidence to below what, as the function `step` of the database has it.
fn bounds(step: i16) -> (f64, f64) {
    match step {
        LAST_STEP => (0.99, 1.0),
        19 => (0.95, 0.99),
        _ => (f64::from(step) / 20.0, f64::from(step + 1) / 20.0),
    }
}

/// Where a label stands among the classes.
fn class(label: &str) -> Result<usize, StoreError> {
    match label.parse() {
        Ok(TrueLabel::Digit(digit)) => Ok(digit.value().into()),
        Ok(TrueLabel::NotADigit) => Ok(NOT_A_DIGIT),
        _ => Err(StoreError::Defect(format!("a count is of {label:?}"))),
    }
}

/// The mean of so many that sum up to this; `None` of none.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2⁵³")]
fn mean(sum: f64, count: u64) -> Option<f64> {
    (count > 0).then(|| sum / count as f64)
}

/// A count is never negative.
fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(said: &str, true_label: &str, count: i64) -> Kind {
        Kind { said: said.to_owned(), true_label: true_label.to_owned(), count }
    }

    #[test]
    fn who_is_unsure_confuses_nothing() {
        let kinds = [kind("7", "1", 5), kind("not_a_digit", "0", 1), kind("7", "unsure", 9), kind("7", "", 9)];
        let confusion = confusion(&kinds).unwrap();
        assert_eq!((confusion[1][7], confusion[0][NOT_A_DIGIT]), (5, 1));
        assert_eq!(confusion.iter().flatten().sum::<u64>(), 6);
    }
}
