//! How claims end.

use super::{Claim, Cooldowns, Probe, Reason, Scope};
use crate::credential::CredentialId;
use crate::policy::pair::Pair;
use jiff::Timestamp;

impl Cooldowns {
    /// Takes out the claims whose time has come.
    pub fn expire(&mut self, now: Timestamp) -> Vec<Claim> {
        self.take(|c| c.until <= now)
    }

    /// The user clears one claim; what it rested on is forgotten with it.
    pub fn clear(&mut self, scope: &Scope) -> Option<Claim> {
        let all = self.claims.get_mut(&scope.credential)?;
        let at = all.iter().position(|c| &c.scope == scope)?;
        Some(all.remove(at))
    }

    /// The user clears everything of a credential, or it is gone.
    pub fn clear_credential(&mut self, credential: &CredentialId) -> Vec<Claim> {
        self.strikes.remove(credential);
        self.claims.remove(credential).unwrap_or_default()
    }

    /// The user signed in again, or the token was renewed with success: what doubted the token ends.
    pub fn signed_in(&mut self, credential: &CredentialId) -> Vec<Claim> {
        self.take(|c| &c.scope.credential == credential && c.reason == Reason::Unauthenticated)
    }

    /// A request for a pair is sent as the probe. Whether there was a probe to send: of two requests at once only
    /// the first gets it.
    pub fn probe_sent(&mut self, pair: Pair<'_>, now: Timestamp) -> bool {
        let open = matches!(self.standing(pair, now), super::Resting::Probe(_));
        if open {
            self.move_probes(pair, Probe::Open, Probe::Sent);
        }
        open
    }

    /// The probe came to nothing: the client left, or the failure says nothing of quota. It may be sent again.
    pub fn probe_undecided(&mut self, pair: Pair<'_>) {
        self.move_probes(pair, Probe::Sent, Probe::Open);
    }

    /// A request for a pair was answered. Ends the claims that were being probed, and the row of bare 429s.
    pub fn answered(&mut self, pair: Pair<'_>) -> Vec<Claim> {
        if let Some(models) = self.strikes.get_mut(pair.credential) {
            models.remove(pair.model);
        }
        self.take(|c| {
            &c.scope.credential == pair.credential && c.scope.part.touches(pair) && c.probe == Probe::Sent
        })
    }

    fn move_probes(&mut self, pair: Pair<'_>, from: Probe, to: Probe) {
        let all = self.claims.get_mut(pair.credential).into_iter().flatten();
        for claim in all.filter(|c| c.scope.part.touches(pair) && c.probe == from) {
            claim.probe = to;
        }
    }

    fn take(&mut self, over: impl Fn(&Claim) -> bool) -> Vec<Claim> {
        let mut taken = Vec::new();
        for all in self.claims.values_mut() {
            taken.extend(all.extract_if(.., |c| over(c)));
        }
        self.claims.retain(|_, all| !all.is_empty());
        taken
    }
}
