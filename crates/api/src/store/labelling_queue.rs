//! The labelling queue: the drawings that a person is asked to label.
//!
//! People with accounts get a mixture: the least certain drawings, those on which a challenger in shadow and the model that
//! serves disagree, drawings of the random sample, and gold drawings, whose label an operator confirmed. The queue does not tell
//! which is which. Without accounts there are the first two kinds.

use super::{Labeller, Store, StoreError, in_time, predictions::named};
use crate::identity::Role;
use digit::Bitmap;
use std::{
    collections::{HashSet, VecDeque},
    iter,
};
use uuid::Uuid;
use wire::{InputKind, QueuedDrawing};

/// The drawings that a person is asked to label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Queue {
    /// The mixture.
    Mixed,
    /// Drawings on which labellers disagree.
    Disputed,
    /// Label suspects.
    Suspect,
}

impl Queue {
    /// The queue of a query. Its disputed drawings come before the label suspects.
    pub(crate) fn new(disputed: Option<bool>, suspect: Option<bool>) -> Self {
        match (disputed, suspect) {
            (Some(true), _) => Self::Disputed,
            (_, Some(true)) => Self::Suspect,
            _ => Self::Mixed,
        }
    }
}

/// A drawing to label.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Queued {
    pub(crate) id: Uuid,
    pub(crate) input_kind: InputKind,
    pub(crate) bitmap: Bitmap,
}

struct Row {
    id: Uuid,
    input_kind: String,
    bitmap: Vec<u8>,
}

/// The drawings of each kind, in the order in which people label them.
#[derive(Debug, Default)]
struct Kinds<T> {
    least_certain: VecDeque<T>,
    disagreements: VecDeque<T>,
    random_sample: VecDeque<T>,
    gold: VecDeque<T>,
}

impl Store {
    /// Returns at most `limit` drawings for this person to label, without those that the person skipped. Nobody gets their
    /// own drawings, or those that they labelled, except without accounts.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn labelling_queue(
        &self,
        queue: Queue,
        limit: u8,
        skipped: &[Uuid],
        labeller: &Labeller,
    ) -> Result<Vec<Queued>, StoreError> {
        let limit_of_kind = i64::from(limit);
        let rows = match (queue, labeller.user) {
            (Queue::Disputed, Some(user)) => self.disputed(limit_of_kind, skipped, user).await?,
            (Queue::Suspect, Some(user)) => self.suspect(limit_of_kind, skipped, user).await?,
            (Queue::Disputed | Queue::Suspect, None) => Vec::new(),
            (Queue::Mixed, None) => {
                let kinds = Kinds {
                    least_certain: self.unlabelled_drawings(limit_of_kind, skipped).await?.into(),
                    disagreements: self.unlabelled_disagreements(limit_of_kind, skipped).await?.into(),
                    random_sample: VecDeque::new(),
                    gold: VecDeque::new(),
                };
                kinds.each_once().mixed(random_digits()).take(limit.into()).collect()
            }
            (Queue::Mixed, Some(user)) => {
                let gold = match labeller.role {
                    Some(Role::Labeller) => self.gold(limit_of_kind, skipped, user).await?,
                    _ => Vec::new(),
                };
                let kinds = Kinds {
                    least_certain: self.least_certain(limit_of_kind, skipped, user).await?.into(),
                    disagreements: self.disagreements(limit_of_kind, skipped, user).await?.into(),
                    random_sample: self.random_sample(limit_of_kind, skipped, user).await?.into(),
                    gold: gold.into(),
                };
                kinds.each_once().mixed(random_digits()).take(limit.into()).collect()
            }
        };
        rows.into_iter().map(Queued::try_from).collect()
    }

    /// Returns the drawing with this id as the queue would; `None` if there is no such drawing.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn queued(&self, id: Uuid) -> Result<Option<Queued>, StoreError> {
        let query = sqlx::query_as!(Row, "select id, input_kind, bitmap from predictions where id = $1", id);
        in_time(query.fetch_optional(&self.pool)).await?.map(Queued::try_from).transpose()
    }

    /// The number of disputed drawings.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn disputed_drawings(&self) -> Result<u64, StoreError> {
        let query = sqlx::query_scalar!(r#"select count(*) as "count!" from label_votes where is_disputed"#);
        Ok(in_time(query.fetch_one(&self.pool)).await?.unsigned_abs())
    }

    /// Unlabelled drawings, in ascending order of confidence.
    async fn unlabelled_drawings(&self, limit: i64, skipped: &[Uuid]) -> Result<Vec<Row>, StoreError> {
        let query = sqlx::query_as!(
            Row,
            "select i.id, p.input_kind, p.bitmap from prediction_index i join predictions p using (id)
             where i.true_label is null and i.id <> all($2) order by i.confidence, i.id limit $1",
            limit,
            skipped,
        );
        in_time(query.fetch_all(&self.pool)).await
    }

    /// Unlabelled drawings outside the random sample, in ascending order of confidence.
    async fn least_certain(&self, limit: i64, skipped: &[Uuid], user: Uuid) -> Result<Vec<Row>, StoreError> {
        let query = sqlx::query_as!(
            Row,
            "select i.id, p.input_kind, p.bitmap from prediction_index i join predictions p using (id)
             where i.true_label is null and i.id <> all($2) and not is_own(p.visitor_id, $3)
                 and not has_labelled(p.id, $3)
                 and not exists (select from random_sample s where s.prediction_id = i.id)
             order by i.confidence, i.id limit $1",
            limit,
            skipped,
            user,
        );
        in_time(query.fetch_all(&self.pool)).await
    }

    /// Unlabelled drawings on which a challenger in shadow and the model that serves disagree.
    async fn unlabelled_disagreements(&self, limit: i64, skipped: &[Uuid]) -> Result<Vec<Row>, StoreError> {
        let query = sqlx::query_as!(
            Row,
            "select p.id, p.input_kind, p.bitmap from predictions p join prediction_index i using (id)
             where i.true_label is null and p.id <> all($2) and p.id in (
                 select s.prediction_id from shadow_pairs s join model_states m using (version)
                 where m.state = 'shadow' and s.predicted_by_champion <> s.predicted_by_challenger
             )
             order by p.id limit $1",
            limit,
            skipped,
        );
        in_time(query.fetch_all(&self.pool)).await
    }

    /// The same for people with accounts: drawings without a trusted label, outside the random sample. A drawing of the sample
    /// that came earlier because models disagree would bias the accuracy of the sample; it comes when its turn does.
    async fn disagreements(&self, limit: i64, skipped: &[Uuid], user: Uuid) -> Result<Vec<Row>, StoreError> {
        let query = sqlx::query_as!(
            Row,
            "select p.id, p.input_kind, p.bitmap from predictions p
             where p.id <> all($2) and not is_own(p.visitor_id, $3) and not has_labelled(p.id, $3)
                 and not exists (select from random_sample s where s.prediction_id = p.id)
                 and p.id in (
                     select s.prediction_id from shadow_pairs s join model_states m using (version)
                     where m.state = 'shadow' and s.predicted_by_champion <> s.predicted_by_challenger
                 )
                 and trusted_label(p.id, false) is null
             order by p.id limit $1",
            limit,
            skipped,
            user,
        );
        in_time(query.fetch_all(&self.pool)).await
    }

    /// Drawings of the random sample that fewer than two people have labelled from the queue. A label from elsewhere does not
    /// keep a drawing out: people choose what they label elsewhere, so that the sample would no longer be random.
    async fn random_sample(&self, limit: i64, skipped: &[Uuid], user: Uuid) -> Result<Vec<Row>, StoreError> {
        let query = sqlx::query_as!(
            Row,
            "select p.id, p.input_kind, p.bitmap from random_sample s join predictions p on p.id = s.prediction_id
             where s.people < 2 and p.id <> all($2) and not is_own(p.visitor_id, $3) and (
                 select true_label from labels l
                 where l.prediction_id = p.id and l.user_id = $3 and l.origin = 'random_sample' order by l.id desc limit 1
             ) is null
             order by right(s.prediction_id::text, 8) limit $1",
            limit,
            skipped,
            user,
        );
        in_time(query.fetch_all(&self.pool)).await
    }

    /// Drawings whose label an operator confirmed.
    async fn gold(&self, limit: i64, skipped: &[Uuid], user: Uuid) -> Result<Vec<Row>, StoreError> {
        let query = sqlx::query_as!(
            Row,
            "select p.id, p.input_kind, p.bitmap from label_votes v join predictions p on p.id = v.prediction_id
             where v.is_confirmed and p.id <> all($2) and not is_own(p.visitor_id, $3)
                 and not has_labelled(p.id, $3)
                 and not exists (select from random_sample s where s.prediction_id = p.id)
             order by right(v.prediction_id::text, 8) limit $1",
            limit,
            skipped,
            user,
        );
        in_time(query.fetch_all(&self.pool)).await
    }

    /// Disputed drawings, oldest first.
    async fn disputed(&self, limit: i64, skipped: &[Uuid], user: Uuid) -> Result<Vec<Row>, StoreError> {
        let query = sqlx::query_as!(
            Row,
            "select p.id, p.input_kind, p.bitmap from label_votes v join predictions p on p.id = v.prediction_id
             where v.is_disputed and p.id <> all($2) and not is_own(p.visitor_id, $3)
                 and not has_labelled(p.id, $3)
             order by v.prediction_id limit $1",
            limit,
            skipped,
            user,
        );
        in_time(query.fetch_all(&self.pool)).await
    }

    /// Label suspects, newest first.
    async fn suspect(&self, limit: i64, skipped: &[Uuid], user: Uuid) -> Result<Vec<Row>, StoreError> {
        let query = sqlx::query_as!(
            Row,
            "select p.id, p.input_kind, p.bitmap
             from filter_predictions($4, $5, null, null, null, false, false, false, null, null, false, true) s
             join predictions p on p.id = s.id
             where p.id <> all($2) and not is_own(p.visitor_id, $3) and not has_labelled(p.id, $3)
             order by s.id desc limit $1",
            limit,
            skipped,
            user,
            Uuid::nil(),
            Uuid::max(),
        );
        in_time(query.fetch_all(&self.pool)).await
    }
}

impl Kinds<Row> {
    /// Leaves out the least certain drawings that are disagreements, too.
    fn each_once(mut self) -> Self {
        let disagreements: HashSet<_> = self.disagreements.iter().map(|row| row.id).collect();
        self.least_certain.retain(|row| !disagreements.contains(&row.id));
        self
    }
}

impl<T> Kinds<T> {
    /// Mixes the kinds: of ten drawings, one is gold, two belong to the random sample, three are disagreements, and four are the
    /// least certain. The digits decide which comes next; random ones keep people from guessing the kind. If a kind has none
    /// left, another one takes its place, but gold drawings never come alone.
    fn mixed(mut self, digits: impl Iterator<Item = u8>) -> impl Iterator<Item = T> {
        digits.map_while(move |digit| {
            if self.least_certain.is_empty() && self.disagreements.is_empty() && self.random_sample.is_empty() {
                return None;
            }
            let wanted = match digit {
                0 => self.gold.pop_front(),
                1 | 2 => self.random_sample.pop_front(),
                3..6 => self.disagreements.pop_front(),
                _ => None,
            };
            wanted
                .or_else(|| self.least_certain.pop_front())
                .or_else(|| self.disagreements.pop_front())
                .or_else(|| self.random_sample.pop_front())
        })
    }
}

/// Random digits from 0 to 9. Each byte below 250 is one.
fn random_digits() -> impl Iterator<Item = u8> {
    iter::repeat_with(|| Uuid::new_v4().into_bytes()[0]).filter(|byte| *byte < 250).map(|byte| byte % 10)
}

impl TryFrom<Row> for Queued {
    type Error = StoreError;

    fn try_from(Row { id, input_kind, bitmap }: Row) -> Result<Self, StoreError> {
        let invalid = |column: &str| StoreError::Defect(format!("prediction {id} has an invalid {column}"));
        let input_kind = named::<InputKind>(&input_kind).ok_or_else(|| invalid("input_kind"))?;
        let bitmap = Bitmap::from_levels(&bitmap).ok_or_else(|| invalid("bitmap"))?;
        Ok(Self { id, input_kind, bitmap })
    }
}

impl From<Queued> for QueuedDrawing {
    fn from(Queued { id, bitmap, .. }: Queued) -> Self {
        Self { id, bitmap }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixed(least_certain: &[u8], random_sample: &[u8], gold: &[u8], digits: &[u8]) -> Vec<u8> {
        with_disagreements(least_certain, &[], random_sample, gold, digits)
    }

    fn with_disagreements(
        least_certain: &[u8],
        disagreements: &[u8],
        random_sample: &[u8],
        gold: &[u8],
        digits: &[u8],
    ) -> Vec<u8> {
        let queue = |drawings: &[u8]| drawings.iter().copied().collect();
        let kinds = Kinds {
            least_certain: queue(least_certain),
            disagreements: queue(disagreements),
            random_sample: queue(random_sample),
            gold: queue(gold),
        };
        kinds.mixed(digits.iter().copied()).collect()
    }

    #[test]
    fn one_digit_in_ten_is_gold_and_two_are_of_the_random_sample() {
        let all = mixed(&[30, 31, 32, 33, 34, 35, 36], &[10, 11], &[0], &[9, 3, 0, 1, 2, 4, 5, 6, 7, 8]);
        assert_eq!(all, [30, 31, 0, 10, 11, 32, 33, 34, 35, 36]);
    }

    #[test]
    fn another_kind_takes_the_place_of_one_that_has_none_left() {
        assert_eq!(mixed(&[30, 31], &[], &[], &[0, 1, 9]), [30, 31]);
        assert_eq!(mixed(&[], &[10, 11], &[0], &[9, 0, 9]), [10, 0, 11]);
    }

    #[test]
    fn three_digits_in_ten_are_disagreements() {
        let all = with_disagreements(&[30, 31, 32, 33], &[20, 21, 22], &[10], &[], &[3, 9, 4, 0, 5, 1, 3, 6]);
        assert_eq!(all, [20, 30, 21, 31, 22, 10, 32, 33]);
        assert_eq!(with_disagreements(&[], &[20, 21], &[10], &[], &[9, 0, 9]), [20, 21, 10]);
        assert_eq!(with_disagreements(&[], &[20], &[], &[0], &[0]), [0], "a disagreement hides gold drawings, too");
    }

    #[test]
    fn gold_drawings_never_come_alone() {
        assert!(mixed(&[], &[], &[0, 1, 2], &[0, 0, 0]).is_empty());
    }

    #[test]
    fn random_digits_cover_all_digits() {
        let mut found: Vec<_> = random_digits().take(1000).collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, (0..10).collect::<Vec<_>>());
    }
}
