//! Everything a plan is made from, owned, so that a test changes one thing at a time.

use crate::catalogue::Group;
use crate::credential::{Credential, CredentialId};
use crate::fault::Class;
use crate::policy::cooldown::{Claim, Cooldowns, Part, Probe, Proof, Reason, Scope};
use crate::policy::exceptions::Exceptions;
use crate::policy::protection::{Below, Held, Protection};
use crate::policy::testing::{credential, hours, left, noon, quota, settings};
use crate::policy::warmup::*;
use crate::quota::{Quota, WindowReading};
use crate::settings::Settings;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub const CLAUDE: &str = "claude-sonnet-4-6";
pub const OPUS: &str = "claude-opus-4-6";
pub const FLASH: &str = "gemini-3.6-flash-low";
/// The pair that the table tests look at, of Ada.
pub const PRO: &str = "gemini-3-pro-high";

/// What makes a row decide.
pub type Cause = fn(&mut World);

#[derive(Clone)]
pub struct World {
    pub people: Vec<Person>,
    pub settings: Settings,
    pub switches: Exceptions<bool>,
    pub history: History,
    attempts: i64,
    pub uses: Uses,
    pub protection: Protection,
    pub cooldowns: Cooldowns,
    pub holds: Holds,
    pub switched_on_at: Option<Timestamp>,
    pub agent_refused: bool,
    pub paused_until: Option<Timestamp>,
    pub zone: TimeZone,
}

#[derive(Clone)]
pub struct Person {
    pub credential: Credential,
    pub quota: Option<Quota>,
    pub asked: bool,
}

impl World {
    /// Warmup is on for one model, and everything of Ada is idle and used an hour ago: it would be warmed.
    pub fn ready() -> Self {
        let mut uses = Uses::default();
        uses.note(&Group::Gemini, noon() - hours(1));
        uses.note(&Group::ThirdParty, noon() - hours(1));
        Self {
            people: vec![person("Ada")],
            settings: settings(&[
                ("smart_warmup_enabled", "true"),
                ("warmup_models", PRO),
                ("smart_warmup_follow_models", ""),
            ]),
            switches: Exceptions::default(),
            history: History::default(),
            attempts: 0,
            uses,
            protection: Protection::default(),
            cooldowns: Cooldowns::default(),
            holds: Holds::default(),
            switched_on_at: None,
            agent_refused: false,
            paused_until: None,
            zone: TimeZone::UTC,
        }
    }

    pub fn with_models(models: &str) -> Self {
        let mut world = Self::ready();
        world.set("warmup_models", models);
        world
    }

    pub fn set(&mut self, key: &str, value: &str) {
        self.settings.set(key, value).unwrap();
    }

    pub fn ada(&mut self) -> &mut Person {
        &mut self.people[0]
    }

    /// Both of Ada's short windows.
    pub fn short(&mut self, change: impl Fn(&mut WindowReading)) {
        self.windows("5h", change);
    }

    pub fn week(&mut self, change: impl Fn(&mut WindowReading)) {
        self.windows("weekly", change);
    }

    fn windows(&mut self, kind: &str, change: impl Fn(&mut WindowReading)) {
        let groups = self.ada().quota.iter_mut().flat_map(|q| &mut q.groups);
        groups.flat_map(|g| &mut g.windows).filter(|w| w.kind.as_str() == kind).for_each(change);
    }

    /// An attempt for a model of Ada, so long ago.
    pub fn tried(&mut self, model: &str, ago: SignedDuration, outcome: Outcome) {
        self.tried_by(model, ago, outcome, false);
    }

    pub fn tried_by(&mut self, model: &str, ago: SignedDuration, outcome: Outcome, by_hand: bool) {
        self.attempts += 1;
        let id = AttemptId(self.attempts);
        self.history.record(Attempt {
            id,
            credential: ada_id(),
            group: crate::catalogue::group_of_model(model, None),
            model: model.to_owned(),
            at: noon() - ago,
            by_hand,
            outcome,
        });
    }

    pub fn protect(&mut self, model: &str, back_at: Option<Timestamp>) {
        let below = Below { floor: 10, remaining: left(6.0), back_at, since: noon() };
        let held = Held { short: Some(below), week: None };
        self.protection.put(&ada_id(), [(model.to_owned(), held)].into());
    }

    pub fn rest(&mut self, part: Part, lasts: SignedDuration) {
        self.cooldowns.add(Claim {
            scope: Scope { credential: ada_id(), part },
            reason: Reason::QuotaEmpty,
            proof: Proof { class: Class::QuotaExhausted, status: 429, message: String::new(), times: 1 },
            since: noon(),
            until: noon() + lasts,
            seen_at: noon(),
            probe: Probe::Shut,
        });
    }

    /// Lends everything to a planner.
    pub fn with<T>(&self, run: Run<'_>, look: impl FnOnce(&Inputs<'_>) -> T) -> T {
        let candidates: Vec<_> = self
            .people
            .iter()
            .map(|p| Candidate { credential: &p.credential, quota: p.quota.as_ref(), asked: p.asked })
            .collect();
        look(&Inputs {
            candidates: &candidates,
            settings: &self.settings,
            switches: &self.switches,
            history: &self.history,
            uses: &self.uses,
            protection: &self.protection,
            cooldowns: &self.cooldowns,
            holds: &self.holds,
            zone: &self.zone,
            switched_on_at: self.switched_on_at,
            agent_refused: self.agent_refused,
            paused_until: self.paused_until,
            run,
        })
    }

    pub fn plan(&self) -> Plan {
        self.plan_for(Run::Automatic)
    }

    pub fn plan_for(&self, run: Run<'_>) -> Plan {
        self.with(run, |inputs| plan(inputs, noon()))
    }

    /// Every line as "Name model verdict".
    pub fn lines(&self) -> Vec<String> {
        said(&self.plan())
    }
}

pub fn said(plan: &Plan) -> Vec<String> {
    let model = |line: &Line| line.model.clone().unwrap_or_else(|| "-".to_owned());
    plan.lines.iter().map(|l| format!("{} {} {}", l.name, model(l), l.verdict.key())).collect()
}

pub fn person(name: &str) -> Person {
    let quota = quota(&[FLASH, PRO, OPUS, CLAUDE], Some(100.0), Some(100.0), noon());
    Person { credential: credential(name), quota: Some(quota), asked: false }
}

pub fn ada_id() -> CredentialId {
    CredentialId::new("ada")
}
