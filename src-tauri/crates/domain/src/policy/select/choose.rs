//! Takes the one that serves from a lineup.

use super::lineup::Lineup;
use super::place::Place;
use crate::credential::CredentialId;
use crate::policy::protection::{Below, LastResort, last_resort};
use crate::settings::{Floor, Routing};

/// The most credentials one request is tried with.
pub const MOST_TRIED: usize = 5;

/// What a request brings along.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask<'a> {
    /// Those it was tried with already.
    pub tried: &'a [CredentialId],
    /// The one that served the conversation so far.
    pub sticky: Option<&'a CredentialId>,
    /// Counts up with every request, for taking turns.
    pub turn: usize,
}

/// The one that serves, and why this one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice<'a> {
    /// Which.
    pub place: &'a Place,
    /// Why.
    pub why: Why,
    /// Of how many.
    pub of: usize,
}

/// Why this one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Why {
    /// There is no other.
    Only,
    /// It served the conversation so far.
    Sticky,
    /// The user named it.
    Pinned,
    /// Its window ends soonest.
    SoonestReset,
    /// Every window that could be used up first is gone: it has not started, or nobody knows when it ends.
    NoneStarted,
    /// It has the most left.
    MostRemaining,
    /// It was its turn.
    Turn,
    /// It is the first that is not empty.
    FillFirst,
    /// What is left of it is unknown, and of no other it is known.
    Unknown,
    /// All others are gone: it is below the weekly floor.
    WeeklyLow(Below),
    /// All others are gone: it rests, and a reading shows quota.
    Probe,
    /// All others are gone: it is below its floor, which is a soft one.
    SoftFloor(Below),
}

impl Why {
    /// The word in headers, logs and JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Only => "only",
            Self::Sticky => "sticky",
            Self::Pinned => "pinned",
            Self::SoonestReset => "soonest_reset",
            Self::NoneStarted => "none_started",
            Self::MostRemaining => "most_remaining",
            Self::Turn => "turn",
            Self::FillFirst => "fill_first",
            Self::Unknown => "unknown",
            Self::WeeklyLow(_) => "weekly_low",
            Self::Probe => "probe",
            Self::SoftFloor(_) => "soft_floor",
        }
    }
}

impl Lineup {
    /// Takes the one that serves; `None` where nobody is left.
    #[must_use]
    pub fn choose(&self, ask: &Ask<'_>) -> Option<Choice<'_>> {
        let open = |place: &Place| !ask.tried.contains(&place.id);
        if let Some(sticky) = ask.sticky
            && let Some(place) = self.places.iter().find(|p| p.id == *sticky && !p.probes && open(p))
        {
            return Some(Choice { place, why: Why::Sticky, of: self.places.len() });
        }
        let Some(first) = self.places.iter().find(|place| open(place)) else {
            return self.below_the_floor(ask);
        };
        let place = match self.routing {
            Routing::RoundRobin => self.in_turn(first, ask),
            Routing::SoonestReset | Routing::MostRemaining | Routing::FillFirst | Routing::Pinned => first,
        };
        Some(Choice { place, why: self.why(place), of: self.places.len() })
    }

    /// How many may serve a request that was tried with `tried` already; [`MOST_TRIED`] is the caller's to keep.
    #[must_use]
    pub fn others(&self, tried: &[CredentialId]) -> usize {
        let protected = self.protected.iter().map(|(place, _)| place).filter(|_| self.has_soft_floor());
        self.places.iter().chain(protected).filter(|place| !tried.contains(&place.id)).count()
    }

    /// Of those that stand like the best one, whose turn it is. Who was tried passes it on to the next.
    fn in_turn<'a>(&'a self, first: &'a Place, ask: &Ask<'_>) -> &'a Place {
        let peers = self.places.iter().filter(|place| place.takes_turns_with(first));
        let begin = ask.turn.checked_rem(peers.clone().count()).unwrap_or(0);
        let (before, after) = (peers.clone().take(begin), peers.skip(begin));
        after.chain(before).find(|place| !ask.tried.contains(&place.id)).unwrap_or(first)
    }

    fn below_the_floor(&self, ask: &Ask<'_>) -> Option<Choice<'_>> {
        let open = self.protected.iter().filter(|(place, _)| !ask.tried.contains(&place.id) && !place.probes);
        match last_resort(self.floor, open.map(|(place, below)| (place, *below)))? {
            LastResort::Refuse { .. } => None,
            LastResort::Use { who, below } => {
                Some(Choice { place: who, why: Why::SoftFloor(below), of: self.protected.len() })
            }
        }
    }

    fn why(&self, place: &Place) -> Why {
        if place.probes {
            return Why::Probe;
        }
        if let Some(below) = place.weekly {
            return Why::WeeklyLow(below);
        }
        match self.routing {
            Routing::Pinned => Why::Pinned,
            _ if self.places.len() == 1 => Why::Only,
            _ if place.remaining.is_none() => Why::Unknown,
            Routing::SoonestReset if place.reset_at.is_some() => Why::SoonestReset,
            Routing::SoonestReset => Why::NoneStarted,
            Routing::MostRemaining => Why::MostRemaining,
            Routing::RoundRobin => Why::Turn,
            Routing::FillFirst => Why::FillFirst,
        }
    }

    /// Whether those below a soft floor may serve when nobody else is left.
    pub(super) fn has_soft_floor(&self) -> bool {
        self.floor == Floor::Soft
    }
}
