//! Gathers what a plan is made from.

use super::Inner;
use domain::credential::CredentialId;
use domain::policy::warmup::{Candidate, Inputs, Run};
use jiff::Timestamp;

impl Inner {
    /// Runs a decision on everything as it is now. `asked` were read for this scan already.
    pub(super) fn with_inputs<T>(
        &self,
        run: Run<'_>,
        asked: &[CredentialId],
        decide: impl FnOnce(&Inputs<'_>, Timestamp) -> T,
    ) -> T {
        let (state, settings) = (self.parts.ledger.state(), self.parts.settings.current());
        let switches = self.parts.settings.warmup_switches();
        let candidates: Vec<_> = state
            .credentials
            .iter()
            .map(|k| Candidate {
                credential: &k.credential,
                quota: k.quota.as_deref(),
                asked: asked.contains(&k.credential.id),
            })
            .collect();
        let planned = self.planner.latest();
        let inputs = Inputs {
            candidates: &candidates,
            settings: &settings,
            switches: &switches,
            history: &state.warmups,
            uses: &state.uses,
            protection: &state.protection,
            cooldowns: &state.cooldowns,
            holds: &planned.holds,
            zone: &self.parts.zone,
            switched_on_at: state.warmup_on_since,
            agent_refused: self.agent_refused(),
            run,
        };
        decide(&inputs, self.parts.clock.now())
    }
}
