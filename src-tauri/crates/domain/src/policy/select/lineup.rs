//! Draws up who may serve a model, best first.

use super::nobody::{Left, Out};
use super::place::{Found, Place};
use crate::credential::{Credential, Provider};
use crate::policy::cooldown::{Claim, Cooldowns, Resting};
use crate::policy::models::is_offered;
use crate::policy::pair::Pair;
use crate::policy::protection::{Below, Protection, Standing};
use crate::quota::{ModelReading, Quota};
use crate::settings::{Floor, Routing, Settings};
use jiff::Timestamp;

/// What a lineup is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// Every credential, in the user's order.
    pub credentials: &'a [Member<'a>],
    /// What rests.
    pub cooldowns: &'a Cooldowns,
    /// What is below a floor.
    pub protection: &'a Protection,
    /// Strategy, order of kinds, floor.
    pub settings: &'a Settings,
    /// The user agreed that personal logins serve other programs.
    pub personal_logins: bool,
}

/// A credential with what was read of it.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The credential.
    pub credential: &'a Credential,
    /// Its quota and models; `None` where nothing was ever read.
    pub quota: Option<&'a Quota>,
}

/// Who may serve a model, best first. Holds until a reading, a rest or a setting changes, and no longer than
/// [`Lineup::holds_until`].
#[derive(Debug, Clone)]
pub struct Lineup {
    pub(super) model: String,
    pub(super) routing: Routing,
    pub(super) floor: Floor,
    pub(super) places: Vec<Place>,
    /// Those a floor keeps out, with how far they are below it.
    pub(super) protected: Vec<(Place, Below)>,
    /// Those that offer the model and may not serve it.
    pub(super) left: Vec<Left>,
    until: Option<Timestamp>,
}

impl Lineup {
    /// Draws it up for `model`, an upstream id.
    #[must_use]
    pub fn draw(inputs: &Inputs<'_>, model: &str, now: Timestamp) -> Self {
        let settings = inputs.settings;
        let mut lineup = Self {
            model: model.to_owned(),
            routing: settings.proxy_routing,
            floor: settings.quota_protection_floor,
            places: Vec::new(),
            protected: Vec::new(),
            left: Vec::new(),
            until: None,
        };
        for (position, member) in inputs.credentials.iter().enumerate() {
            let Some(quota) = member.quota else { continue };
            let Some(reading) = quota.models.iter().find(|m| m.id == model && is_offered(m)) else {
                continue;
            };
            lineup.judge(inputs, *member, quota, reading, position, now);
        }
        lineup.places.sort_by_key(|place| place.rank);
        lineup
    }

    /// The model it is for.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// How many may serve.
    #[must_use]
    pub fn candidates(&self) -> usize {
        self.places.len()
    }

    /// Those who may serve, best first.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// When a window is over or a rest ends, which changes it by itself; `None` where nothing does.
    #[must_use]
    pub fn holds_until(&self) -> Option<Timestamp> {
        self.until
    }

    /// Whether it still holds at `now`, where nothing was noted since.
    #[must_use]
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    fn judge(
        &mut self,
        inputs: &Inputs<'_>,
        member: Member<'_>,
        quota: &Quota,
        model: &ModelReading,
        position: usize,
        now: Timestamp,
    ) {
        let (credential, settings) = (member.credential, inputs.settings);
        let out = |why| Left { id: credential.id.clone(), name: credential.name(), why };
        if !credential.state.is_active() {
            return self.left.push(out(Out::State(credential.state.clone())));
        }
        if credential.provider != Provider::ApiKey && !inputs.personal_logins {
            return self.left.push(out(Out::NoConsent));
        }
        if self.routing == Routing::Pinned && settings.proxy_pinned.as_deref() != Some(credential.id.as_str())
        {
            return self.left.push(out(Out::NotPinned));
        }
        let pair = Pair { credential: &credential.id, group: model.group.as_ref(), model: &model.id };
        self.note_change(quota, model, inputs.cooldowns.of(&credential.id), pair, now);
        let resting = inputs.cooldowns.standing(pair, now);
        if let Resting::Yes(claim) = resting {
            return self.left.push(out(Out::Resting { reason: claim.reason, until: claim.until }));
        }
        let effective = quota.effective(model, now);
        let probes = matches!(resting, Resting::Probe(_));
        if effective.remaining.is_some_and(|left| left.is_empty()) {
            return self.left.push(out(Out::Empty { back_at: effective.reset_at }));
        }
        let standing = inputs.protection.standing(&credential.id, &model.id);
        let kind = settings.provider_order.iter().position(|p| *p == credential.provider);
        let found = Found {
            credential,
            quota,
            model,
            remaining: effective.remaining,
            weekly: match standing {
                Standing::Last { why } => Some(why),
                Standing::Usable | Standing::Protected(_) => None,
            },
            probes,
            kind: kind.unwrap_or(usize::MAX),
            position,
        };
        let place = Place::of(&found, self.routing, now);
        match standing {
            Standing::Protected(below) => self.protected.push((place, below)),
            Standing::Usable | Standing::Last { .. } => self.places.push(place),
        }
    }

    /// Keeps the earliest time at which this pair stands otherwise without anything being noted.
    fn note_change(
        &mut self,
        quota: &Quota,
        model: &ModelReading,
        claims: &[Claim],
        pair: Pair<'_>,
        now: Timestamp,
    ) {
        let windows = model.group.iter().flat_map(|group| quota.windows_of(group)).filter_map(|w| w.reset_at);
        let rests = claims.iter().filter(|claim| claim.scope.part.touches(pair)).map(|claim| claim.until);
        let next = windows.chain(model.reset_at).chain(rests).filter(|at| *at > now).min();
        self.until = [self.until, next].into_iter().flatten().min();
    }
}
