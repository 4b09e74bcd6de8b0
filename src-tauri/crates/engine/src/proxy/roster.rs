//! Who may serve what, as the ledger and the settings are now.
//!
//! Drawn up when somebody asks and kept until something changes that matters: between two changes a request only
//! looks it up.

use super::catalogue::Catalogue;
use crate::ledger::{Ledger, State};
use crate::settings::SettingsKeeper;
use domain::policy::select::{Inputs, Lineup, Member};
use domain::settings::Settings;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// The one owner of lineups.
pub(super) struct Roster {
    ledger: Ledger,
    settings: SettingsKeeper,
    /// The user agreed that personal logins serve other programs.
    pub(super) personal_logins: AtomicBool,
    latest: RwLock<Option<Arc<Edition>>>,
}

/// All that follows from one state of ledger and settings.
pub(super) struct Edition {
    pub(super) state: Arc<State>,
    pub(super) settings: Arc<Settings>,
    pub(super) catalogue: Catalogue,
    personal_logins: bool,
    lineups: RwLock<HashMap<String, Arc<Lineup>>>,
}

impl Roster {
    pub(super) fn new(ledger: Ledger, settings: SettingsKeeper) -> Self {
        Self { ledger, settings, personal_logins: AtomicBool::new(false), latest: RwLock::new(None) }
    }

    /// What holds now.
    pub(super) fn edition(&self) -> Arc<Edition> {
        let (state, settings) = (self.ledger.state(), self.settings.current());
        let personal_logins = self.personal_logins.load(Ordering::Acquire);
        let holds = |edition: &Edition| {
            edition.state.routing == state.routing
                && edition.personal_logins == personal_logins
                && Arc::ptr_eq(&edition.settings, &settings)
        };
        if let Some(edition) = &*self.latest.read().unwrap_or_else(PoisonError::into_inner)
            && holds(edition)
        {
            return edition.clone();
        }
        let catalogue = Catalogue::collect(&state, &settings, personal_logins);
        let lineups = RwLock::default();
        let edition = Arc::new(Edition { state, settings, catalogue, personal_logins, lineups });
        *self.latest.write().unwrap_or_else(PoisonError::into_inner) = Some(edition.clone());
        edition
    }
}

impl Edition {
    /// Who may serve a model at `now`.
    pub(super) fn lineup(&self, model: &str, now: Timestamp) -> Arc<Lineup> {
        if let Some(lineup) = self.lineups.read().unwrap_or_else(PoisonError::into_inner).get(model)
            && lineup.holds_at(now)
        {
            return lineup.clone();
        }
        let members: Vec<_> = self
            .state
            .credentials
            .iter()
            .map(|known| Member { credential: &known.credential, quota: known.quota.as_deref() })
            .collect();
        let inputs = Inputs {
            credentials: &members,
            cooldowns: &self.state.cooldowns,
            protection: &self.state.protection,
            settings: &self.settings,
            personal_logins: self.personal_logins,
        };
        let lineup = Arc::new(Lineup::draw(&inputs, model, now));
        let mut lineups = self.lineups.write().unwrap_or_else(PoisonError::into_inner);
        lineups.insert(model.to_owned(), lineup.clone());
        lineup
    }
}
