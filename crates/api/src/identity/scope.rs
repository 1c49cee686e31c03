//! The scopes of API tokens.

/// A right of a program with an API token. Without a scope, the program sees, labels and deletes the drawings that it submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Submit drawings and request previews.
    Predict,
    /// Label drawings of others.
    Label,
    /// See drawings of others, and the quality.
    Read,
    /// Export all drawings.
    Export,
    /// Import drawings.
    Import,
    /// Load models from the registry.
    ModelsRead,
    /// Read training examples and submit models.
    Training,
}

impl Scope {
    pub(crate) const ALL: [Self; 7] =
        [Self::Predict, Self::Label, Self::Read, Self::Export, Self::Import, Self::ModelsRead, Self::Training];

    /// Its name in the database and in messages.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Predict => "predict",
            Self::Label => "label",
            Self::Read => "read",
            Self::Export => "export",
            Self::Import => "import",
            Self::ModelsRead => "models:read",
            Self::Training => "training",
        }
    }

    /// The scope with this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}
