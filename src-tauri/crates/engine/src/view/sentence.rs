//! The one sentence that answers "what can I use now, what comes back when, what needs me".

use crate::ledger::{Known, State};
use domain::catalogue::Group;
use domain::policy::words::Language;
use domain::quota::Remaining;
use jiff::{SignedDuration, Timestamp};

/// What can be used now, over all credentials; what needs the user where nothing can.
#[must_use]
pub fn overview(state: &State, now: Timestamp, language: Language) -> String {
    if state.credentials.is_empty() {
        let none = language.say(
            "No credential yet: import one, sign in, or add an API key.",
            "还没有凭据：请导入、登录，或添加 API 密钥。",
        );
        return none.to_owned();
    }
    let groups = [Group::ThirdParty, Group::Gemini].map(|group| (standing(state, &group, now), group));
    let known: Vec<_> = groups.iter().filter(|(s, _)| *s != Pool::Unknown).collect();
    let needs = needs_user(state, language);
    let main = match known.as_slice() {
        [] => {
            let nothing =
                language.say("Nothing is known of your quota yet.", "还不知道任何额度。").to_owned();
            return needs.unwrap_or(nothing);
        }
        [(Pool::Left(a), _), (Pool::Left(b), _)] => {
            let (a, b) = (language.percent(*a), language.percent(*b));
            language.say(
                format!("Claude and Gemini can both be used: up to {a} and {b} left."),
                format!("Claude 和 Gemini 都可用：最多剩余 {a} 和 {b}。"),
            )
        }
        pools => {
            let said: Vec<_> = pools.iter().map(|(pool, group)| one(pool, group, now, language)).collect();
            said.join(language.say(" ", ""))
        }
    };
    match needs {
        Some(needs) => format!("{main}{}{needs}", language.say(" ", "")),
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

fn one(pool: &Pool, group: &Group, now: Timestamp, language: Language) -> String {
    let name = group.brief();
    match pool {
        Pool::Left(left) => {
            let left = language.percent(*left);
            language.say(
                format!("{name} can be used: up to {left} left."),
                format!("{name} 可用：最多剩余 {left}。"),
            )
        }
        Pool::Empty { back_at: Some(at) } => {
            let wait = language.lasting(now.duration_until(*at));
            language.say(
                format!("All {name} quota is used; the first comes back in {wait}."),
                format!("{name} 的额度都已用完；最早 {wait} 后恢复。"),
            )
        }
        Pool::Empty { back_at: None } => {
            language.say(format!("All {name} quota is used."), format!("{name} 的额度都已用完。"))
        }
        Pool::Unknown => String::new(),
    }
}

fn needs_user(state: &State, language: Language) -> Option<String> {
    let names: Vec<_> =
        state.credentials.iter().filter(|k| k.credential.state.needs_user()).map(|k| short_name(k)).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(language.say(format!("{one} needs you."), format!("{one} 需要你处理。"))),
        many => {
            let count = many.len();
            Some(
                language
                    .say(format!("{count} credentials need you."), format!("有 {count} 个凭据需要你处理。")),
            )
        }
    }
}

/// A duration as a person says it in English: "2 h 04 m", "41 min", "3 d 4 h".
#[must_use]
pub fn lasting(duration: SignedDuration) -> String {
    Language::English.lasting(duration)
}

fn short_name(known: &Known) -> String {
    known.credential.name()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_credentials_it_says_what_to_do() {
        let said = |language| overview(&State::default(), Timestamp::UNIX_EPOCH, language);
        assert!(said(Language::English).contains("import"));
        assert!(said(Language::Chinese).contains("导入"));
    }
}
