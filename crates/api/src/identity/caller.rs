//! The sender of a request, and the drawings that a request may reach.

use super::{Actor, Role, Scope, VisitorId};
use uuid::Uuid;

/// The sender of a request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The visitor whose cookie the browser sent, or the visitor of an API token.
    pub(crate) visitor: Option<VisitorId>,
    /// The identity that the caller has proved.
    pub(crate) identity: Identity,
    /// Whether the browser sent a session that has ended.
    pub(crate) has_ended_session: bool,
}

/// The identity that a caller has proved.
#[derive(Debug, Clone)]
pub(crate) enum Identity {
    /// Nothing is asked: the access is open.
    Open,
    /// The caller has neither logged in nor sent an API token.
    Anonymous,
    /// A person has logged in.
    Account(Account),
    /// A program sent an API token.
    Program(Program),
}

/// A person who has logged in.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// The id of the person.
    pub(crate) user: Uuid,
    pub(crate) name: String,
    pub(crate) role: Role,
    /// The id of the session.
    pub(crate) session: Uuid,
}

/// A program with an API token, or a service of this installation with a service token.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// The person who made the API token.
    pub(crate) user: Option<Uuid>,
    /// The name of the program in the audit log.
    pub(crate) actor: String,
    pub(crate) scopes: Vec<Scope>,
}

/// The owner of drawings: a visitor, or all visitors that belong to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) visitor: Option<VisitorId>,
    pub(crate) user: Option<Uuid>,
}

/// The drawer of a drawing.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Drawer {
    /// The visitor.
    pub(crate) visitor: Option<VisitorId>,
    /// Whether an operator draws, or a program with a token that an operator made.
    pub(crate) is_operator: bool,
    /// Whether the person allows the drawing to train a model; `None` if nobody was asked.
    pub(crate) may_train: Option<bool>,
}

/// The drawings that a request may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// All.
    All,
    /// Those of this owner.
    Own(Owner),
}

impl Program {
    /// A program with this API token of a person.
    pub(crate) fn new(token: &str, user: Uuid, person: &str, scopes: Vec<Scope>) -> Self {
        Self { user: Some(user), actor: Actor::program(token, person), scopes }
    }

    /// The model service or the trainer.
    pub(crate) fn service() -> Self {
        Self { user: None, actor: Actor::SERVICE.to_owned(), scopes: vec![Scope::ModelsRead, Scope::Training] }
    }
}

impl Owner {
    /// Whether anybody owns anything here; nobody without a cookie and an account does.
    pub(crate) fn is_known(self) -> bool {
        self.visitor.is_some() || self.user.is_some()
    }
}

impl Caller {
    /// The person who has logged in.
    pub(crate) fn account(&self) -> Option<&Account> {
        match &self.identity {
            Identity::Account(account) => Some(account),
            _ => None,
        }
    }

    /// The caller as the drawer of a drawing.
    pub(crate) fn drawer(&self, may_train: Option<bool>) -> Drawer {
        let is_program = matches!(self.identity, Identity::Program(_));
        Drawer { visitor: self.visitor, is_operator: is_program || self.has_role(Role::Operator), may_train }
    }

    /// The name of the person or the program in the audit log.
    pub(crate) fn name(&self) -> Option<String> {
        match &self.identity {
            Identity::Open | Identity::Anonymous => None,
            Identity::Account(account) => Some(account.name.clone()),
            Identity::Program(program) => Some(program.actor.clone()),
        }
    }

    /// The account of the person who has logged in, or of the person who made the API token.
    pub(crate) fn user(&self) -> Option<Uuid> {
        match &self.identity {
            Identity::Open | Identity::Anonymous => None,
            Identity::Account(account) => Some(account.user),
            Identity::Program(program) => program.user,
        }
    }

    /// Whether the caller has logged in with this role, or with one that may do more.
    pub(crate) fn has_role(&self, role: Role) -> bool {
        self.account().is_some_and(|account| account.role >= role)
    }

    /// Whether the caller sees all drawings.
    pub(crate) fn sees_all(&self) -> bool {
        matches!(self.identity, Identity::Open) || self.has_role(Role::Labeller) || self.has_scope(Scope::Read)
    }

    /// Whether a program sent the request with this scope.
    pub(crate) fn has_scope(&self, scope: Scope) -> bool {
        matches!(&self.identity, Identity::Program(program) if program.scopes.contains(&scope))
    }

    /// The drawings that the caller may delete.
    pub(crate) fn may_delete(&self) -> Reach {
        if self.has_role(Role::Operator) { Reach::All } else { Reach::Own(self.owner()) }
    }

    /// The owner of the caller's drawings.
    pub(crate) fn owner(&self) -> Owner {
        Owner { visitor: self.visitor, user: self.account().map(|account| account.user) }
    }
}
