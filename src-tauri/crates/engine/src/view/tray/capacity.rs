//! What of all the numbers can be used, what comes back next, and what rests.

use domain::catalogue::Group;
use jiff::Timestamp;

use super::Useful;
use crate::view::dto::{CredentialView, GroupView, ModelView};

/// The tightest number of the pinned credentials; while none of these has one, the tightest of all that can be used. A
/// login that is empty, rests, or cannot be used says nothing about the others.
pub(super) fn useful(credentials: &[CredentialView], pinned: &[String], now: Timestamp) -> Useful {
    let active = || credentials.iter().filter(|one| one.state == "active");
    let own = |one: &CredentialView| one.headline.as_ref().and_then(|headline| headline.remaining);
    // Whoever pins a login wants to see it run dry too.
    if let Some(share) =
        active().filter(|one| pinned.contains(&one.id)).filter_map(own).min_by(f64::total_cmp)
    {
        return Useful::Left(share);
    }
    let pools: Vec<_> = active().flat_map(|one| pools(one, now)).collect();
    match pools.iter().filter(|pool| pool.usable).map(|pool| pool.share).min_by(f64::total_cmp) {
        Some(share) => Useful::Left(share),
        None if pools.is_empty() => Useful::Unknown,
        None => Useful::Nothing,
    }
}

/// One known number of a credential.
struct Pool {
    share: f64,
    usable: bool,
}

fn pools(one: &CredentialView, now: Timestamp) -> Vec<Pool> {
    let of_groups: Vec<_> = one
        .groups
        .iter()
        .filter_map(|group| {
            let share = group.remaining?;
            Some(Pool { share, usable: share > 0.0 && rest(one, group, now).is_none() })
        })
        .collect();
    // Where the service has no groups, the tightest number is all there is.
    match one.headline.as_ref().and_then(|headline| headline.remaining) {
        Some(share) if of_groups.is_empty() => vec![Pool { share, usable: share > 0.0 }],
        Some(_) | None => of_groups,
    }
}

/// When something that cannot be used now can be again.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Next {
    /// The group's short name.
    pub group: String,
    /// The credential's id.
    pub id: String,
    /// The credential.
    pub name: String,
    /// When.
    pub at: Timestamp,
}

/// The first reset of what is empty or rests.
pub(super) fn next_capacity(credentials: &[CredentialView], now: Timestamp) -> Option<Next> {
    let out = credentials.iter().filter(|one| one.state == "active").flat_map(|one| {
        one.groups.iter().filter_map(move |group| {
            let at = match (group.remaining, rest(one, group, now)) {
                (Some(share), _) if share <= 0.0 => instant(group.reset_at.as_deref())?,
                (_, Some(rest)) => rest.until.or_else(|| instant(group.reset_at.as_deref()))?,
                (_, None) => return None,
            };
            (at > now).then(|| Next {
                group: short_name(group),
                id: one.id.clone(),
                name: one.name.clone(),
                at,
            })
        })
    });
    out.min_by_key(|next| next.at)
}

/// A group of a credential of which no model can be used now, though something is left.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rest {
    /// The credential's id.
    pub id: String,
    /// The credential.
    pub name: String,
    /// The group's short name.
    pub group: String,
    /// Protection keeps the last of it back.
    pub protected: bool,
    /// Why it rests otherwise.
    pub reason: Option<String>,
    /// Until when, where that is known.
    pub until: Option<Timestamp>,
}

/// Everything that rests, in the order of the credentials.
pub(super) fn resting(credentials: &[CredentialView], now: Timestamp) -> Vec<Rest> {
    let active = credentials.iter().filter(|one| one.state == "active");
    active.flat_map(|one| one.groups.iter().filter_map(|group| rest(one, group, now))).collect()
}

/// Why no model of a group can be used, where it is not simply empty.
fn rest(one: &CredentialView, group: &GroupView, now: Timestamp) -> Option<Rest> {
    let until = |model: &ModelView| instant(model.cooldown_until.as_deref()).filter(|at| *at > now);
    let models = || one.models.iter().filter(|model| model.group.as_deref() == Some(group.key.as_str()));
    let all_rest = models().next().is_some() && models().all(|m| m.protected || until(m).is_some());
    if !all_rest {
        return None;
    }
    let protected = models().all(|model| model.protected);
    Some(Rest {
        id: one.id.clone(),
        name: one.name.clone(),
        group: short_name(group),
        protected,
        reason: models().find_map(|model| model.cooldown_reason.clone()).filter(|_| !protected),
        until: if protected { instant(group.reset_at.as_deref()) } else { models().filter_map(until).min() },
    })
}

/// As people call the group in passing.
fn short_name(group: &GroupView) -> String {
    match Group::from_key(&group.key) {
        Group::Other(_) => group.name.clone(),
        known @ (Group::Gemini | Group::ThirdParty) => known.brief().to_owned(),
    }
}

fn instant(text: Option<&str>) -> Option<Timestamp> {
    text.and_then(|text| text.parse().ok())
}
