//! The table `shadow_pairs`: what a challenger in shadow and the model that serves answered for the same stored drawings.

use super::{
    Store, StoreError,
    audit_log::{Action, audit},
    in_time,
    models::{ModelEventError, in_time_of_event, insert_event, lock_events, model_version, outcome, serve},
    predictions::named,
};
use crate::{identity::Actor, sequential_test::e_value};
use digit::{ModelVersion, TrueLabel};
use sqlx::{Postgres, Transaction};
use time::Date;
use uuid::Uuid;
use wire::{Input, InputKind, ModelState, ShadowProgress};

/// How long a shadow lasts without a decision.
const LONGEST: time::Duration = time::Duration::days(30);

/// The number of drawings that one statement looks at.
const PORTION: i64 = 500;

/// A challenger in shadow.
#[derive(Debug, Clone)]
pub(crate) struct Shadow {
    pub(crate) version: ModelVersion,
    /// The model that serves.
    pub(crate) champion: ModelVersion,
    pub(crate) progress: ShadowProgress,
}

/// The way through the drawings, from the newest to the oldest, and then through those that arrived since.
#[derive(Debug)]
pub(crate) struct Walk {
    /// Only older drawings are left.
    before: Uuid,
    /// Only newer ones are left.
    after: Uuid,
    /// The first drawing of this pass.
    newest: Uuid,
}

impl Default for Walk {
    fn default() -> Self {
        Self { before: Uuid::max(), after: Uuid::nil(), newest: Uuid::nil() }
    }
}

impl Walk {
    /// Continues after this drawing; with `None`, the pass has ended.
    pub(crate) fn pass(&mut self, drawing: Option<Uuid>) {
        if let Some(drawing) = drawing {
            self.newest = self.newest.max(drawing);
            self.before = drawing;
        } else {
            (self.before, self.after) = (Uuid::max(), self.newest);
        }
    }
}

/// A drawing to replay. As long as this value lives, no other instance of the api replays one.
#[derive(Debug)]
pub(crate) struct Replay {
    transaction: Transaction<'static, Postgres>,
    pub(crate) id: Uuid,
    writer: String,
    day: Date,
    pub(crate) input: Input,
}

/// A step of the walk.
#[derive(Debug)]
pub(crate) enum Step {
    /// The next drawing to replay. The walk stays before it.
    Drawing(Replay),
    /// No drawing of this portion is to replay. The walk has passed them.
    None,
    /// The walk is at its end, or another instance replays now.
    Rest,
}

/// The answers of the two models.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PairOfAnswers {
    pub(crate) of_champion: TrueLabel,
    pub(crate) of_challenger: TrueLabel,
}

impl Store {
    /// The challengers in shadow, the one that has waited longest first; none if no model serves. With `trusts_everybody`, all
    /// drawings count as those of operators.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn shadows(&self, trusts_everybody: bool) -> Result<Vec<Shadow>, StoreError> {
        let query = sqlx::query!(
            r#"select s.version as "version!", champion.version as "champion!", s.created_at as "started!",
                   count(p.prediction_id) as "pairs!",
                   count(*) filter (where p.predicted_by_champion <> p.predicted_by_challenger) as "disagreements!",
                   count(d.label) as "labelled!",
                   count(*) filter (where d.label = p.predicted_by_challenger) as "won!",
                   count(*) filter (where d.label = p.predicted_by_champion) as "lost!"
               from model_states s join model_states champion on champion.state = 'serving'
               left join shadow_pairs p on p.version = s.version
               left join lateral (
                   select case when i.true_label is not null then trusted_label(i.id, $1) end as label
                   from prediction_index i
                   where i.id = p.prediction_id and p.predicted_by_champion <> p.predicted_by_challenger
               ) d on true
               where s.state = 'shadow'
               group by s.version, champion.version, s.event, s.created_at order by s.event"#,
            trusts_everybody,
        );
        let rows = in_time(query.fetch_all(&self.pool)).await?.into_iter();
        rows.map(|row| {
            let count = |count: i64| count.unsigned_abs();
            let (won, lost) = (count(row.won), count(row.lost));
            Ok(Shadow {
                version: model_version(&row.version)?,
                champion: model_version(&row.champion)?,
                progress: ShadowProgress {
                    pairs: count(row.pairs),
                    disagreements: count(row.disagreements),
                    labelled: count(row.labelled),
                    won,
                    lost,
                    e_value_better: e_value(won, lost),
                    e_value_worse: e_value(lost, won),
                    started: row.started,
                    ends: row.started + LONGEST,
                },
            })
        })
        .collect()
    }

    /// Ends a shadow with a state and its reason, unless it has ended by now.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn end_shadow(
        &self,
        version: &ModelVersion,
        state: ModelState,
        reason: &str,
    ) -> Result<(), ModelEventError> {
        let by = Actor::service();
        let work = async {
            let mut transaction = self.pool.begin().await?;
            // Another instance, or an operator who promotes, waits here.
            lock_events(&mut transaction).await?;
            let is_in_shadow = sqlx::query_scalar!(
                r#"select exists (select from model_states where version = $1 and state = 'shadow') as "is!""#,
                version.as_str()
            );
            if !is_in_shadow.fetch_one(&mut *transaction).await? {
                return Ok(());
            }
            if state == ModelState::Serving {
                serve(&mut transaction, &by, version, reason).await?;
                audit(&mut transaction, &by, Action::PromoteModel, version, Some(reason)).await?;
            } else {
                insert_event(&mut transaction, &by, version, state, reason).await?;
            }
            transaction.commit().await
        };
        outcome(in_time_of_event(work).await)
    }

    /// Looks for the next drawing to replay in a portion of the walk: one in the manifest of neither model, whose writer has
    /// no pair of that day.
    ///
    /// # Errors
    /// When the database is unavailable, or when a stored input is invalid; then the walk has passed it.
    pub(crate) async fn next_replay(&self, shadow: &Shadow, walk: &mut Walk) -> Result<Step, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let lock = sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(hashtext('shadow_pairs')) as "is_ours!""#);
        if !in_time(lock.fetch_one(&mut *transaction)).await? {
            return Ok(Step::Rest);
        }
        let query = sqlx::query!(
            r#"with portion as materialized (
                   select p.id, p.input_kind, (p.created_at at time zone 'utc')::date as day,
                       coalesce(p.writer, case when not p.is_from_operator then coalesce(v.user_id, p.visitor_id)::text end,
                           p.id::text) as writer
                   from predictions p left join visitors v on v.id = p.visitor_id
                   where p.id < $3 and p.id > $4 order by p.id desc limit $5
               ), next as (
                   select * from portion
                   where not exists (
                       select from training_manifest_entries e where e.version in ($1, $2) and e.prediction_id = portion.id
                   ) and not exists (
                       select from shadow_pairs s
                       where s.version = $1 and s.writer = portion.writer and s.day = portion.day
                   )
                   order by id desc limit 1
               )
               select (select id from portion order by id desc limit 1) as newest,
                   (select id from portion order by id limit 1) as oldest,
                   next.id as "id?", next.writer as "writer?", next.day as "day?", next.input_kind as "input_kind?",
                   (select input from predictions p where p.id = next.id) as input
               from (values (true)) as one (row) left join next on true"#,
            shadow.version.as_str(),
            shadow.champion.as_str(),
            walk.before,
            walk.after,
            PORTION,
        );
        let row = in_time(query.fetch_one(&mut *transaction)).await?;
        walk.newest = walk.newest.max(row.newest.unwrap_or_default());
        let (Some(id), Some(writer), Some(day), Some(kind), Some(input)) =
            (row.id, row.writer, row.day, row.input_kind, row.input)
        else {
            walk.pass(row.oldest);
            return Ok(if row.oldest.is_some() { Step::None } else { Step::Rest });
        };
        let input = named::<InputKind>(&kind).and_then(|kind| Input::kept(input.into(), kind).ok());
        let Some(input) = input else {
            walk.pass(Some(id));
            return Err(StoreError::Defect(format!("prediction {id} has an invalid input")));
        };
        Ok(Step::Drawing(Replay { transaction, id, writer, day, input }))
    }

    /// Records a pair, unless the drawing was deleted or the shadow has ended meanwhile. Returns whether it did.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn record_pair(
        &self,
        shadow: &Shadow,
        replay: Replay,
        answers: PairOfAnswers,
    ) -> Result<bool, StoreError> {
        let Replay { mut transaction, id, writer, day, input: _ } = replay;
        let query = sqlx::query!(
            "insert into shadow_pairs
                 (version, champion, prediction_id, predicted_by_champion, predicted_by_challenger, writer, day)
             select $1, $2, p.id, $4, $5, $6, $7 from predictions p
             where p.id = $3 and exists (select from model_states where version = $1 and state = 'shadow')
                 and exists (select from model_states where version = $2 and state = 'serving')
             on conflict do nothing",
            shadow.version.as_str(),
            shadow.champion.as_str(),
            id,
            answers.of_champion.to_string(),
            answers.of_challenger.to_string(),
            writer,
            day,
        );
        match in_time(async { Ok(query.execute(&mut *transaction).await) }).await? {
            Ok(done) => {
                in_time(transaction.commit()).await?;
                Ok(done.rows_affected() > 0)
            }
            // The drawing is being deleted.
            Err(error) if is_deleted(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether the drawing of a pair was deleted while the pair was inserted.
fn is_deleted(error: &sqlx::Error) -> bool {
    let rejected = error.as_database_error().and_then(|error| error.constraint());
    rejected == Some("shadow_pairs_prediction_id_fkey")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_goes_from_the_newest_drawing_to_the_oldest_and_then_through_newer_ones() {
        let id = Uuid::from_u128;
        let mut walk = Walk::default();
        for drawing in [9, 5, 2] {
            walk.pass(Some(id(drawing)));
            assert_eq!((walk.before, walk.after), (id(drawing), Uuid::nil()));
        }
        walk.pass(None);
        assert_eq!((walk.before, walk.after), (Uuid::max(), id(9)));
        walk.pass(None);
        assert_eq!((walk.before, walk.after), (Uuid::max(), id(9)), "nothing has arrived");
        walk.pass(Some(id(12)));
        walk.pass(None);
        assert_eq!((walk.before, walk.after), (Uuid::max(), id(12)));
    }
}
