//! The unit of most decisions: a model as one credential has it.

use crate::catalogue::Group;
use crate::credential::CredentialId;

/// One model of one credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair<'a> {
    /// The credential.
    pub credential: &'a CredentialId,
    /// The pool the model draws on, if any is known.
    pub group: Option<&'a Group>,
    /// The model's upstream id.
    pub model: &'a str,
}
