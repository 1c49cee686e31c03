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
    user: Option<Uuid>,
    role: Option<Role>,
    origin: LabelOrigin,
}

impl Labeller {
    /// The labeller who sends a request. A program labels as a labeller if its token allows that.
    pub(crate) fn new(caller: &Caller, origin: LabelOrigin) -> Self {
        let (user, role) = match &caller.identity {
            Identity::Open | Identity::Anonymous => (None, None),
            Identity::Account(account) => (Some(account.user), Some(account.role)),
            Identity::Program(program) => (program.user, caller.has_scope(Scope::Label).then_some(Role::Labeller)),
        };
        Self { visitor: caller.visitor, user, role, origin }
    }
}

/// How a person came to a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LabelOrigin {
    /// From the labelling queue.
    Queue,
    /// A program sent the label.
    Api,
    /// The person looked at the drawing on a page.
    Open,
}

impl LabelOrigin {
    const fn name(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Api => "api",
            Self::Open => "open",
        }
    }
}

impl Store {
    /// Adds a label to a prediction, or withdraws the labeller's label with `None`, and returns the prediction with the
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
        let query = sqlx::query!(
            "with arrived as (
                 insert into visitors (id) select $3 from predictions where id = $1 and $3::uuid is not null
                 on conflict (id) do nothing
             )
             insert into labels (prediction_id, true_label, labeller, user_id, role, origin)
             select p.id, $2, $3, $5, $6, case when p.visitor_id = $3 or drawer.user_id = $5 then 'own' else $4 end
             from predictions p left join visitors drawer on drawer.id = p.visitor_id where p.id = $1",
            id,
            true_label.map(|label| label.to_string()),
            labeller.visitor.map(VisitorId::uuid),
            labeller.origin.name(),
            labeller.user,
            labeller.role.map(Role::name),
        );
        let added = in_time(query.execute(&self.pool)).await?.rows_affected();
        // The triggers of the insert decide which label counts.
        if added == 0 { Ok(None) } else { self.prediction(id).await }
    }
}
