//! Values of a setting for single credentials, and for single models of them.

use super::models::ModelList;
use crate::credential::CredentialId;
use std::collections::BTreeMap;

/// The exceptions from one setting. Most hold none.
#[derive(Debug, Clone, PartialEq)]
pub struct Exceptions<T> {
    own: BTreeMap<CredentialId, Own<T>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Own<T> {
    whole: Option<T>,
    /// Entries as in the model lists: an id or the beginning of one.
    models: Vec<(String, T)>,
}

impl<T> Default for Exceptions<T> {
    fn default() -> Self {
        Self { own: BTreeMap::new() }
    }
}

impl<T: Copy> Exceptions<T> {
    /// Takes what the user set: credential, model if one is named, value. Of two for the same the later stands.
    #[must_use]
    pub fn new(set: impl IntoIterator<Item = (CredentialId, Option<String>, T)>) -> Self {
        let mut all = Self::default();
        for (credential, model, value) in set {
            let own = all.own.entry(credential).or_insert(Own { whole: None, models: Vec::new() });
            match model {
                None => own.whole = Some(value),
                Some(model) => {
                    own.models.retain(|(m, _)| !m.eq_ignore_ascii_case(&model));
                    own.models.push((model, value));
                }
            }
        }
        all
    }

    /// The value for a model of a credential: the most exact entry for the model, else the credential's, else
    /// `None`, and the setting itself holds. `replaced` as in [`ModelList::new`].
    #[must_use]
    pub fn of(&self, credential: &CredentialId, model: &str, replaced: &[(String, String)]) -> Option<T> {
        let own = self.own.get(credential)?;
        let meant = own
            .models
            .iter()
            .filter(|(entry, _)| ModelList::new(std::slice::from_ref(entry), replaced).contains(model));
        meant.max_by_key(|(entry, _)| entry.len()).map(|(_, value)| *value).or(own.whole)
    }

    /// The value for a credential as a whole.
    #[must_use]
    pub fn of_whole(&self, credential: &CredentialId) -> Option<T> {
        self.own.get(credential)?.whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_exact_exception_holds() {
        let (ada, bob) = (CredentialId::new("ada"), CredentialId::new("bob"));
        let set = [
            (ada.clone(), None, 20),
            (ada.clone(), Some("claude".to_owned()), 30),
            (ada.clone(), Some("claude-opus".to_owned()), 40),
            (ada.clone(), Some("CLAUDE".to_owned()), 35),
            (ada.clone(), Some("claude-sonnet-4-5".to_owned()), 50),
        ];
        let all = Exceptions::new(set);
        let replaced = [("claude-sonnet-4-5".to_owned(), "claude-sonnet-4-6".to_owned())];
        for (credential, model, value) in [
            (&ada, "gemini-3-flash", Some(20)),
            (&ada, "claude-haiku", Some(35)),
            (&ada, "claude-opus-4-6-thinking", Some(40)),
            (&ada, "claude-sonnet-4-6", Some(50)),
            (&bob, "claude-haiku", None),
        ] {
            assert_eq!(all.of(credential, model, &replaced), value, "{credential} {model}");
        }
        assert_eq!((all.of_whole(&ada), all.of_whole(&bob)), (Some(20), None));
    }
}
