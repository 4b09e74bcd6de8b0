//! The one sentence that answers "what can I use now, what comes back when, what needs me".

use crate::ledger::{Known, State};
use domain::catalogue::Group;
use domain::quota::Remaining;
use jiff::{SignedDuration, Timestamp};

/// What can be used now, over all credentials; what needs the user where nothing can.
#[must_use]
pub fn overview(state: &State, now: Timestamp) -> String {
    if state.credentials.is_empty() {
        return "No credential yet: import one, sign in, or add an API key.".to_owned();
    }
    let groups = [Group::ThirdParty, Group::Gemini].map(|group| (standing(state, &group, now), group));
    let known: Vec<_> = groups.iter().filter(|(s, _)| *s != Pool::Unknown).collect();
    let main = match known.as_slice() {
        [] => return needs_user(state).unwrap_or_else(|| "Nothing is known of your quota yet.".to_owned()),
        [(Pool::Left(a), _), (Pool::Left(b), _)] => {
            format!("Claude and Gemini can both be used: up to {} and {} left.", percent(*a), percent(*b))
        }
        pools => pools.iter().map(|(pool, group)| one(pool, group, now)).collect::<Vec<_>>().join(" "),
    };
    match needs_user(state) {
        Some(needs) => format!("{main} {needs}"),
        None => main,
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Pool {
    Left(Remaining),
    Empty { back_at: Option<Timestamp> },
    Unknown,
}

/// The best of all active credentials.
fn standing(state: &State, group: &Group, now: Timestamp) -> Pool {
    let mut best = Pool::Unknown;
    for known in state.credentials.iter().filter(|k| k.credential.state.is_active()) {
        let Some(quota) = known.quota.as_deref() else { continue };
        let Some(left) = quota.binding(group, now).and_then(|w| w.remaining_at(now)) else { continue };
        let this = if left.is_empty() {
            Pool::Empty { back_at: quota.refills_at(group, now) }
        } else {
            Pool::Left(left)
        };
        best = match (best, this) {
            (Pool::Left(a), Pool::Left(b)) => Pool::Left(a.max(b)),
            (Pool::Left(_), _) => best,
            (Pool::Empty { back_at: Some(a) }, Pool::Empty { back_at: Some(b) }) => {
                Pool::Empty { back_at: Some(a.min(b)) }
            }
            (Pool::Empty { back_at: Some(_) }, Pool::Empty { back_at: None }) => best,
            _ => this,
        };
    }
    best
}

fn one(pool: &Pool, group: &Group, now: Timestamp) -> String {
    let name = match group {
        Group::ThirdParty => "Claude",
        Group::Gemini | Group::Other(_) => group.title(),
    };
    match pool {
        Pool::Left(left) => format!("{name} can be used: up to {} left.", percent(*left)),
        Pool::Empty { back_at: Some(at) } => {
            format!("All {name} quota is used; the first comes back in {}.", lasting(now.duration_until(*at)))
        }
        Pool::Empty { back_at: None } => format!("All {name} quota is used."),
        Pool::Unknown => String::new(),
    }
}

fn needs_user(state: &State) -> Option<String> {
    let names: Vec<_> =
        state.credentials.iter().filter(|k| k.credential.state.needs_user()).map(|k| short_name(k)).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("{one} needs you.")),
        many => Some(format!("{} credentials need you.", many.len())),
    }
}

fn short_name(known: &Known) -> String {
    known.credential.name()
}

fn percent(left: Remaining) -> String {
    // A little left is not nothing, and not quite full is not full.
    let rounded = left.percent().round();
    let shown = if rounded >= 100.0 && !left.is_full() { 99.0 } else { rounded.max(1.0) };
    format!("{shown:.0} %")
}

/// A duration as a person says it: "2 h 04 m", "41 min", "3 d 4 h".
#[must_use]
pub fn lasting(duration: SignedDuration) -> String {
    let minutes = (duration.as_secs().max(0) + 59) / 60;
    match (minutes / 1_440, minutes / 60, minutes % 60) {
        (0, 0, m) => format!("{m} min"),
        (0, h, m) => format!("{h} h {m:02} m"),
        (d, h, _) => format!("{d} d {} h", h % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_like_speech() {
        for (seconds, said) in [
            (0, "0 min"),
            (59, "1 min"),
            (2_460, "41 min"),
            (7_440, "2 h 04 m"),
            (273_600, "3 d 4 h"),
            (-5, "0 min"),
        ] {
            assert_eq!(lasting(SignedDuration::from_secs(seconds)), said);
        }
    }

    #[test]
    fn percent_never_rounds_to_a_lie() {
        for (fraction, said) in [(1.0, "100 %"), (0.996, "99 %"), (0.5, "50 %"), (0.001, "1 %")] {
            assert_eq!(percent(Remaining::clamped(fraction).unwrap()), said);
        }
    }

    #[test]
    fn without_credentials_it_says_what_to_do() {
        assert!(overview(&State::default(), Timestamp::UNIX_EPOCH).contains("import"));
    }
}
