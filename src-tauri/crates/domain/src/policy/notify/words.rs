//! Messages in words: a title of a few, a body of one or two sentences.

use super::{End, Kind, Message, Telling, What, Who};
use crate::forecast::Lasts;
use crate::policy::words::Here;

/// So many names stand in a message about several.
const NAMED: usize = 3;

impl Telling {
    /// The line that stands out.
    #[must_use]
    pub fn title(&self, here: Here<'_>) -> String {
        match self {
            Self::One(message) => message.title(here),
            Self::Several { kind, who } => {
                let n = who.len();
                match kind {
                    Kind::NeedsUser => {
                        here.say(format!("{n} credentials need you"), format!("有 {n} 个凭据需要你处理"))
                    }
                    Kind::Low => here.say(format!("{n} credentials are low"), format!("{n} 个凭据额度偏低")),
                    Kind::EmptySoon => {
                        here.say(format!("{n} credentials will not last"), format!("{n} 个凭据撑不到重置"))
                    }
                    Kind::Back => here.say(format!("{n} credentials are back"), format!("{n} 个凭据已恢复")),
                    Kind::NoEffect => here.say(
                        format!("Warmup has no effect on {n} credentials"),
                        format!("对 {n} 个凭据的预热没有效果"),
                    ),
                    Kind::Drain => here.say(
                        format!("{n} credentials are used elsewhere"),
                        format!("{n} 个凭据在其他地方被使用"),
                    ),
                }
            }
        }
    }

    /// What to know, and what to do where anything is to be done.
    #[must_use]
    pub fn body(&self, here: Here<'_>) -> String {
        match self {
            Self::One(message) => message.body(here),
            Self::Several { who, .. } => names(who, here),
        }
    }
}

fn names(who: &[Who], here: Here<'_>) -> String {
    let named: Vec<_> = who.iter().take(NAMED).map(|who| who.name.as_str()).collect();
    let named = named.join(here.say(", ", "、"));
    match who.len().saturating_sub(NAMED) {
        0 => here.say(format!("{named}."), format!("{named}。")),
        more => here.say(format!("{named} and {more} more."), format!("{named} 等，另有 {more} 个。")),
    }
}

impl Message {
    fn title(&self, here: Here<'_>) -> String {
        let name = &self.who.name;
        match &self.what {
            What::Low { group, left, .. } if left.is_empty() => {
                let group = group.brief();
                here.say(format!("{group} is used up on {name}"), format!("{name} 的 {group} 额度已用完"))
            }
            What::Low { group, .. } => {
                let group = group.brief();
                here.say(format!("{group} is low on {name}"), format!("{name} 的 {group} 额度偏低"))
            }
            What::EmptySoon { group, .. } => {
                let group = group.brief();
                here.say(format!("{group} on {name} will not last"), format!("{name} 的 {group} 撑不到重置"))
            }
            What::Back { group, .. } => {
                let group = group.brief();
                here.say(format!("{group} is back on {name}"), format!("{name} 的 {group} 已恢复"))
            }
            What::NoEffect { .. } => {
                here.say(format!("Warmup has no effect on {name}"), format!("对 {name} 的预热没有效果"))
            }
            What::NeedsUser { .. } => here.say(format!("{name} needs you"), format!("{name} 需要你处理")),
            What::Drain { group, .. } => {
                let group = group.brief();
                here.say(
                    format!("{group} on {name} is used elsewhere"),
                    format!("{name} 的 {group} 在其他地方被使用"),
                )
            }
        }
    }

    fn body(&self, here: Here<'_>) -> String {
        match &self.what {
            What::Low { left, back_at, .. } => {
                let back = back_at.filter(|at| *at > here.now).map(|at| here.time(at));
                match (left.is_empty(), back) {
                    (true, Some(at)) => here.say(format!("Back at {at}."), format!("{at} 恢复。")),
                    (true, None) => here.say("When it comes back is not known.", "恢复时间未知。").to_owned(),
                    (false, Some(at)) => {
                        let left = here.percent(*left);
                        here.say(format!("{left} left until {at}."), format!("剩余 {left}，{at} 重置。"))
                    }
                    (false, None) => {
                        let left = here.percent(*left);
                        here.say(format!("{left} left."), format!("剩余 {left}。"))
                    }
                }
            }
            What::EmptySoon { group, end: End { back_at, forecast: Some(told), .. } } => {
                let lasts = Lasts { group, name: Some(&self.who.name), run_out: told, here };
                match back_at.map(|at| here.time(at)) {
                    Some(back) => here
                        .say(format!("{lasts}, and is back at {back}."), format!("{lasts}，{back} 恢复。")),
                    None => here.say(format!("{lasts}."), format!("{lasts}。")),
                }
            }
            What::EmptySoon { end: End { at, back_at, .. }, .. } => {
                let empty = here.time(*at);
                match back_at.map(|at| here.time(at)) {
                    Some(back) => here.say(
                        format!("At this pace it is empty at {empty}, and back at {back}."),
                        format!("照这个速度 {empty} 用完，{back} 才恢复。"),
                    ),
                    None => here.say(
                        format!("At this pace it is empty at {empty}."),
                        format!("照这个速度 {empty} 用完。"),
                    ),
                }
            }
            What::Back { left, .. } => {
                let left = here.percent(*left);
                here.say(format!("{left} left."), format!("剩余 {left}。"))
            }
            What::NoEffect { group } => {
                let group = group.brief();
                here.say(
                    format!("{group} was warmed twice and its clock did not start. Warm it up by hand once to try again."),
                    format!("{group} 预热了两次，仍未开始计时。手动预热一次即可重新尝试。"),
                )
            }
            What::NeedsUser { state } => state.reason(here.language).unwrap_or_default(),
            What::Drain { points, within, .. } => {
                let within = here.language.lasting(*within);
                here.say(
                    format!("{points:.0} points in {within} went through nothing here. Another program, or somebody else, uses this login."),
                    format!("{within} 内有 {points:.0} 个百分点不是从这里用掉的。有其他程序或其他人在用这个登录。"),
                )
            }
        }
    }
}
