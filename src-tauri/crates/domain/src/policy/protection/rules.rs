//! The floors in force.

use crate::credential::CredentialId;
use crate::policy::exceptions::Exceptions;
use crate::settings::Settings;

/// The settings of protection, with the user's own floors for single credentials and models.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The settings.
    pub settings: &'a Settings,
    /// Exceptions from `quota_protection_threshold`.
    pub floors: &'a Exceptions<u32>,
}

impl Rules<'_> {
    /// The floor of the short window for a model of a credential, in percent; `replaced` is the service's list of
    /// deprecated ids.
    #[must_use]
    pub fn floor(&self, credential: &CredentialId, model: &str, replaced: &[(String, String)]) -> u32 {
        self.floors.of(credential, model, replaced).unwrap_or(self.settings.quota_protection_threshold)
    }

    /// The floor of the weekly window, in percent.
    #[must_use]
    pub fn weekly_floor(&self) -> u32 {
        self.settings.quota_protection_weekly_threshold
    }
}
