//! The table `labels`, which is append-only.

use super::{Store, StoreError, in_time};
use crate::identity::{Caller, Identity, Role, Scope, VisitorId};
use digit::TrueLabel;
use uuid::Uuid;
use wire::Prediction;

/// The labeller, and how that person came to the drawing. PostgreSQL stores the origin `own` in place of this one if the
/// labeller drew the drawing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Labeller {
    visitor: Option<VisitorId>,
    /// The account of the person, or of the person who made the API token.
    pub(super) user: Option<Uuid>,
    pub(super) role: Option<Role>,
    origin: LabelOrigin,
}

impl Labeller {
    /// The labeller who sends a request. A program labels as a labeller if its token allows that.
    pub(crate) fn new(caller: &Caller, origin: LabelOrigin) -> Self {
        let role = match &caller.identity {
            Identity::Account(account) => Some(account.role),
            _ => caller.has_scope(Scope::Label).then_some(Role::Labeller),
        };
        Self { visitor: caller.visitor, user: caller.user(), role, origin }
    }
}

/// How a person came to a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LabelOrigin {
    /// From the labelling queue. For people with accounts, PostgreSQL stores `random_sample` or `gold` if the drawing is
    /// one of those.
    Queue,
    /// From the queue of disputed drawings or of label suspects.
    Doubtful,
    /// A program sent the label.
    Api,
    /// The person looked at the drawing on a page.
    Open,
}

impl LabelOrigin {
    const fn name(self) -> &'static str {
        match self {
            Self::Queue | Self::Doubtful => "queue",
            Self::Api => "api",
            Self::Open => "open",
        }
    }
}

impl Store {
    /// Adds a label to a prediction, or withdraws the labeller's label with `None`. A withdrawal has the origin of that label.
    /// Returns the prediction with the
    /// label that counts; `None` if there is no such prediction.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(crate) async fn label(
        &self,
        id: Uuid,
        true_label: Option<TrueLabel>,
        labeller: Labeller,
    ) -> Result<Option<Prediction>, StoreError> {
        // The triggers of the insert decide which label counts.
        let query = sqlx::query_scalar!(
            "with arrived as (
                 insert into visitors (id) select $3 from predictions where id = $1 and $3::uuid is not null
                 on conflict (id) do nothing
             )
             insert into labels (prediction_id, true_label, labeller, user_id, role, origin)
             select p.id, $2, $3, $5, $6, case
                 when $2::text is null and $5::uuid is not null and exists (
                     select from labels where prediction_id = $1 and user_id = $5)
                     then (select origin from labels where prediction_id = $1 and user_id = $5 order by id desc limit 1)
                 when p.visitor_id = $3 or drawer.user_id = $5 then 'own'
                 when $7 and exists (select from random_sample where prediction_id = $1) then 'random_sample'
                 when $7 and $6 = 'labeller'
                     and exists (select from label_votes where prediction_id = $1 and is_confirmed) then 'gold'
                 else $4
             end
             from predictions p left join visitors drawer on drawer.id = p.visitor_id where p.id = $1
             returning origin",
            id,
            true_label.map(|label| label.to_string()),
            labeller.visitor.map(VisitorId::uuid),
            labeller.origin.name(),
            labeller.user,
            labeller.role.map(Role::name),
            labeller.origin == LabelOrigin::Queue && labeller.role.is_some(),
        );
        let Some(origin) = in_time(query.fetch_optional(&self.pool)).await? else { return Ok(None) };
        if let Some(user) = labeller.user.filter(|_| origin == "gold" && true_label.is_some()) {
            self.check_agreement(user).await?;
        }
        self.prediction(id).await
    }
}
