//! For whom a value holds.

/// For whom a value holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Scope {
    /// For everything that has no value of its own.
    #[default]
    Everywhere,
    /// For one credential.
    Credential(String),
    /// For one model of one credential.
    Model {
        /// The credential's id.
        credential: String,
        /// The model's id.
        model: String,
    },
}

impl Scope {
    /// The scope that a command names; `None` for a model without a credential.
    #[must_use]
    pub fn of(credential: Option<&str>, model: Option<&str>) -> Option<Self> {
        match (credential, model) {
            (None, None) => Some(Self::Everywhere),
            (Some(credential), None) => Some(Self::Credential(credential.to_owned())),
            (Some(credential), Some(model)) => {
                Some(Self::Model { credential: credential.to_owned(), model: model.to_owned() })
            }
            (None, Some(_)) => None,
        }
    }

    /// The credential's id, where it holds for one.
    #[must_use]
    pub fn credential(&self) -> Option<&str> {
        match self {
            Self::Everywhere => None,
            Self::Credential(credential) | Self::Model { credential, .. } => Some(credential),
        }
    }

    /// The model's id, where it holds for one.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        match self {
            Self::Everywhere | Self::Credential(_) => None,
            Self::Model { model, .. } => Some(model),
        }
    }

    /// As the store's columns, where empty means all.
    pub(crate) fn columns(&self) -> (&str, &str) {
        (self.credential().unwrap_or_default(), self.model().unwrap_or_default())
    }

    /// From the store's columns.
    pub(crate) fn from_columns(credential: String, model: String) -> Self {
        match (credential.is_empty(), model.is_empty()) {
            (true, _) => Self::Everywhere,
            (false, true) => Self::Credential(credential),
            (false, false) => Self::Model { credential, model },
        }
    }
}
