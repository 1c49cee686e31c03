//! The tables `gallery_drawings` and `gallery_reports`: the public gallery and what operators decide about it.

use super::{
    Store, StoreError,
    audit_log::{Action, audit},
    in_time, paging,
};
use crate::identity::Actor;
use digit::Bitmap;
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;
use wire::{Content, GalleryDrawing, GalleryPage, Input, Source};

/// The state of a drawing in the gallery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GalleryState {
    /// No operator has approved it yet.
    Waiting,
    /// Everybody sees its bitmap.
    Shown,
    /// An operator has hidden it.
    Hidden,
}

impl GalleryState {
    /// The state of a new drawing; `None` if the gallery does not take it. Any program may name the canvas as its source,
    /// so only strokes are shown at once.
    pub(crate) fn of_new(source: Source, input: &Input) -> Option<Self> {
        match (source, input.content()) {
            (Source::Canvas, Content::Strokes(_)) => Some(Self::Shown),
            (Source::Canvas | Source::Upload, _) => Some(Self::Waiting),
            (Source::Api, _) => None,
        }
    }

    /// The name in the database.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Shown => "shown",
            Self::Hidden => "hidden",
        }
    }
}

/// The reason of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReportReason {
    Offensive,
    /// It shows something personal.
    Personal,
    #[default]
    Other,
}

impl ReportReason {
    pub(crate) const ALL: [Self; 3] = [Self::Offensive, Self::Personal, Self::Other];

    /// The name in the database.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Offensive => "offensive",
            Self::Personal => "personal",
            Self::Other => "other",
        }
    }
}

/// A reported drawing, which an operator has not looked at since.
#[derive(Debug)]
pub(crate) struct ReportedDrawing {
    pub(crate) id: Uuid,
    pub(crate) reasons: Vec<ReportReason>,
    /// The time of the first report.
    pub(crate) reported_at: OffsetDateTime,
}

impl Store {
    /// At most `limit` drawings of the gallery in this state, newest first, all older than the drawing `before`.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn gallery(
        &self,
        state: GalleryState,
        limit: u8,
        before: Option<Uuid>,
    ) -> Result<GalleryPage, StoreError> {
        let query = sqlx::query_as!(
            GalleryDrawing,
            r#"select p.id as "id!", created_at as "created_at!"
               from (
                   select prediction_id as id from gallery_drawings
                   where state = $1 and prediction_id < $2 order by prediction_id desc limit $3
               ) wanted
               join predictions p using (id)
               order by p.id desc"#,
            state.name(),
            before.unwrap_or(Uuid::max()),
            paging::rows_to_read(limit),
        );
        let mut drawings = in_time(query.fetch_all(&self.pool)).await?;
        let next = paging::cut(&mut drawings, limit, |drawing| drawing.id);
        Ok(GalleryPage { drawings, next })
    }

    /// The time and the bitmap of a drawing that everybody sees; `None` if there is none with this id.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn gallery_drawing(&self, id: Uuid) -> Result<Option<(OffsetDateTime, Bitmap)>, StoreError> {
        let query = sqlx::query!(
            "select created_at, bitmap from predictions
             where id = $1 and exists (select from gallery_drawings where prediction_id = $1 and state = 'shown')",
            id,
        );
        let row = in_time(query.fetch_optional(&self.pool)).await?;
        Ok(row.and_then(|row| Some((row.created_at, Bitmap::from_levels(&row.bitmap)?))))
    }

    /// Reports a drawing that everybody sees, and returns whether there is one with this id.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn report(&self, id: Uuid, reason: ReportReason) -> Result<bool, StoreError> {
        let query = sqlx::query_scalar!(
            r#"with reported as (
                   select prediction_id from gallery_drawings where prediction_id = $1 and state = 'shown' for share
               ), added as (
                   insert into gallery_reports (prediction_id, reason) select prediction_id, $2 from reported
                   on conflict do nothing
               )
               select exists (select from reported) as "exists!""#,
            id,
            reason.name(),
        );
        in_time(query.fetch_one(&self.pool)).await
    }

    /// At most `limit` reported drawings that everybody sees, the first reported one first.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn reported_drawings(&self, limit: u8) -> Result<Vec<ReportedDrawing>, StoreError> {
        let query = sqlx::query!(
            r#"select r.prediction_id as "id!", array_agg(reason order by reason) as "reasons!",
                   min(r.created_at) as "reported_at!"
               from gallery_reports r join gallery_drawings d using (prediction_id)
               where not is_resolved and d.state = 'shown'
               group by r.prediction_id order by min(r.created_at) limit $1"#,
            i64::from(limit),
        );
        let rows = in_time(query.fetch_all(&self.pool)).await?;
        let reasons = |names: Vec<String>| {
            ReportReason::ALL.into_iter().filter(|reason| names.iter().any(|name| name == reason.name())).collect()
        };
        let drawing = |(id, names, reported_at)| ReportedDrawing { id, reasons: reasons(names), reported_at };
        Ok(rows.into_iter().map(|row| drawing((row.id, row.reasons, row.reported_at))).collect())
    }

    /// Shows or hides a drawing of the gallery, resolves its reports, and records who decided so. Returns whether there is
    /// one with this id.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn decide(&self, by: &Actor, id: Uuid, state: GalleryState) -> Result<bool, StoreError> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            let decided =
                sqlx::query!("update gallery_drawings set state = $2 where prediction_id = $1", id, state.name());
            if decided.execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(false);
            }
            let resolved = sqlx::query!("update gallery_reports set is_resolved = true where prediction_id = $1", id);
            resolved.execute(&mut *transaction).await?;
            let action = if state == GalleryState::Shown { Action::ShowInGallery } else { Action::HideFromGallery };
            audit(&mut transaction, by, action, &id.to_string(), None).await?;
            transaction.commit().await?;
            Ok(true)
        };
        in_time(work).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(source: Source, json: &'static str) -> Option<GalleryState> {
        GalleryState::of_new(source, &Input::json(json.into()).unwrap())
    }

    #[test]
    fn strokes_of_the_canvas_are_shown_and_everything_else_waits_or_stays_out() {
        let strokes = r#"{"strokes":[[[1,2],[3,4]]]}"#;
        let pixels: &'static str = format!(r#"{{"pixels":[1{}]}}"#, ",0".repeat(783)).leak();
        assert_eq!(state(Source::Canvas, strokes), Some(GalleryState::Shown));
        assert_eq!(state(Source::Canvas, pixels), Some(GalleryState::Waiting));
        assert_eq!(state(Source::Upload, strokes), Some(GalleryState::Waiting));
        assert_eq!(state(Source::Api, strokes), None);
    }
}
