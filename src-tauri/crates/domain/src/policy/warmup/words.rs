//! Verdicts in words: the same sentence in the log, the ledger, on the command line and on the screen.

use super::attempt::Outcome;
use super::plan::Line;
use super::verdict::{Better, Hold, Off, Rest, Unsure, Verdict};
use crate::catalogue::Group;
use crate::fault::Fault;
use crate::policy::words::{Floor, Here, Language, counted};
use jiff::Timestamp;
use std::fmt;

/// A line of a plan as a sentence: the pair, what is decided, its inputs, and when it is looked at again.
#[derive(Debug, Clone, Copy)]
pub struct Sentence<'a> {
    /// The line.
    pub line: &'a Line,
    /// When the next scan looks at it, if one will.
    pub again: Option<Timestamp>,
    /// Where it is read.
    pub here: Here<'a>,
}

/// A warmup that the service refused, as the one warning that names the pair.
#[derive(Debug, Clone, Copy)]
pub struct RefusedSentence<'a> {
    /// The line that was sent.
    pub line: &'a Line,
    /// What the service answered.
    pub fault: &'a Fault,
}

impl fmt::Display for RefusedSentence<'_> {
    // Only the log says it, and logs are English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let model = self.line.model.as_deref().unwrap_or("everything");
        let Fault { status, class, .. } = self.fault;
        let why = class.title(Language::English);
        write!(f, "{model} of {}: the warmup was refused ({status}, {why}); ", self.line.name)?;
        f.write_str("it is not tried again in this scan")
    }
}

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, again, here } = self;
        if let (
            Verdict::Planned { at, why: Hold::Planner(Better::Start { refills, gain_minutes }) },
            Some(group),
        ) = (&line.verdict, &line.group)
        {
            let (at, refills, gain_minutes) = (*at, *refills, *gain_minutes);
            return Start { group, name: &line.name, at, refills, gain_minutes, here: *here }.fmt(f);
        }
        match (&line.model, here.language) {
            (Some(model), Language::English) => write!(f, "{model} of {}: ", line.name)?,
            (Some(model), Language::Chinese) => write!(f, "{} 的 {model}：", line.name)?,
            (None, _) => write!(f, "{}{}", line.name, here.say(": ", "："))?,
        }
        match &line.verdict {
            Verdict::Warm => return f.write_str(here.say("warmed up now", "现在预热")),
            Verdict::Planned { at, why } => {
                return f.write_str(&planned(*at, *why, *here));
            }
            Verdict::Off { .. }
            | Verdict::QuotaUnknown { .. }
            | Verdict::NotFull { .. }
            | Verdict::AlreadyRunning { .. }
            | Verdict::WeeklyLow { .. }
            | Verdict::Resting { .. }
            | Verdict::CoolingDown { .. }
            | Verdict::BackingOff { .. }
            | Verdict::NoEffect { .. }
            | Verdict::BudgetSpent { .. }
            | Verdict::Unused { .. }
            | Verdict::FollowSkipped
            | Verdict::SameGroup { .. } => f.write_str(here.say("not warmed, ", "不预热，"))?,
        }
        f.write_str(&because(line, *here))?;
        match again.filter(|_| !matches!(line.verdict, Verdict::Off { .. })).map(|at| here.time(at)) {
            Some(at) => f.write_str(&here.say(format!("; looks again {at}"), format!("；{at} 再次检查"))),
            None => Ok(()),
        }
    }
}

/// The inputs that led to a verdict.
fn because(line: &Line, here: Here<'_>) -> String {
    match &line.verdict {
        Verdict::QuotaUnknown { why, refresh } => {
            let again = match refresh {
                None => String::new(),
                Some(at) if *at <= here.now => {
                    here.say("; it is read again now", "；现在重新读取").to_owned()
                }
                Some(at) => {
                    let at = here.time(*at);
                    here.say(format!("; it is read again at {at}"), format!("；{at} 重新读取"))
                }
            };
            unsure(*why, here) + &again
        }
        Verdict::NotFull { remaining } => {
            let left = here.percent(*remaining);
            here.say(format!("its window is in use, {left} left"), format!("窗口正在使用，剩余 {left}"))
        }
        Verdict::AlreadyRunning { until } => {
            here.say("its window runs already", "窗口已在计时").to_owned() + &until_when(*until, here)
        }
        Verdict::WeeklyLow { remaining, floor } => {
            here.say("week at ", "本周剩余 ").to_owned()
                + &here.against_floor(*remaining, *floor, Floor::Week)
        }
        Verdict::Resting { until, why } => rest(*why, here) + &until_when(*until, here),
        Verdict::CoolingDown { until, warmed_at } => {
            let (warmed, from) = (here.time(*warmed_at), here.time(*until));
            here.say(
                format!("warmed at {warmed}, the next is possible from {from}"),
                format!("{warmed} 已预热，{from} 起可以再次预热"),
            )
        }
        Verdict::BackingOff { until, failures } => {
            let from = here.time(*until);
            let failed = if *failures == 1 {
                "the last attempt".to_owned()
            } else {
                format!("the last {failures} attempts")
            };
            here.say(
                format!("{failed} failed, the next is possible from {from}"),
                format!("最近 {failures} 次尝试失败，{from} 起可以再试"),
            )
        }
        Verdict::NoEffect { times } => here.say(
            format!("the last {times} warmups had no effect; warm it up by hand to try again"),
            format!("最近 {times} 次预热没有效果；手动预热一次即可重新尝试"),
        ),
        Verdict::BudgetSpent { attempts, budget, until } => {
            let (had, from) = (counted(*attempts, "attempt", "attempts"), here.time(*until));
            here.say(
                format!("{had} in 24 hours, {budget} allowed, the next is possible from {from}"),
                format!("24 小时内已尝试 {attempts} 次，允许 {budget} 次，{from} 起可以再次预热"),
            )
        }
        Verdict::Unused { last_use } => {
            let group = line.group.as_ref().map(|group| group.title());
            let said = here.say(
                format!("nobody used {} for 3 days", group.unwrap_or("it")),
                format!("{} 已有 3 天没人使用", group.unwrap_or("它")),
            );
            let last = last_use.map(|at| here.time(at));
            last.map_or(said.clone(), |at| {
                said + &here.say(format!(" (last {at})"), format!("（上次 {at}）"))
            })
        }
        Verdict::FollowSkipped => here
            .say(
                "it only goes along with a Claude model, and none is warmed",
                "它只随 Claude 模型一起预热，而现在没有 Claude 模型要预热",
            )
            .to_owned(),
        Verdict::SameGroup { with } => {
            here.say(format!("{with} starts the same window"), format!("{with} 会启动同一个窗口"))
        }
        Verdict::Off { why } => off(why, here),
        Verdict::Planned { .. } | Verdict::Warm => String::new(),
    }
}

/// Row 11: when, and what the wait is good for.
fn planned(at: Timestamp, why: Hold, here: Here<'_>) -> String {
    let at = here.time(at);
    match why {
        Hold::Hours => here.say(
            format!("warmed up at {at}, now is outside the allowed hours"),
            format!("将在 {at} 预热，现在不在允许的时段内"),
        ),
        Hold::Planner(Better::Start { refills, gain_minutes }) => {
            let good_for = good_for(refills, gain_minutes, here);
            here.say(format!("warmed up at {at}{good_for}"), format!("将在 {at} 预热{good_for}"))
        }
        Hold::Planner(Better::Week) => here.say(
            format!("not warmed, the week will be used up without it; planned again at {at}"),
            format!("不预热，不预热本周也会用完；{at} 重新计划"),
        ),
        Hold::Planner(Better::NoGain) => here.say(
            format!("not warmed, no start ahead would gain anything; planned again at {at}"),
            format!("不预热，接下来的任何开始时间都没有好处；{at} 重新计划"),
        ),
    }
}

/// What a planned start brings: when the window refills, and how much more use is expected of it.
fn good_for(refills: [Option<Timestamp>; 2], gain_minutes: u32, here: Here<'_>) -> String {
    let refills: Vec<_> = refills.into_iter().flatten().map(|r| here.time(r)).collect();
    let refills = refills.join(here.say(" and ", "、"));
    let so_that = match refills.is_empty() {
        true => String::new(),
        false => here.say(format!(", so that it refills at {refills}"), format!("，以便在 {refills} 重置")),
    };
    let gain = f64::from(gain_minutes) / 60.0;
    here.say(
        format!("{so_that}; expected +{gain:.1} h of use"),
        format!("{so_that}；预计多用 {gain:.1} 小时"),
    )
}

/// A start that is planned, in a sentence of its own.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// Of which group.
    pub group: &'a Group,
    /// What people call the credential.
    pub name: &'a str,
    /// When.
    pub at: Timestamp,
    /// The first refills after it.
    pub refills: [Option<Timestamp>; 2],
    /// The use it is expected to bring, in minutes.
    pub gain_minutes: u32,
    /// Who reads it.
    pub here: Here<'a>,
}

impl fmt::Display for Start<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, name, at, refills, gain_minutes, here } = self;
        let (group, at) = (group.brief(), here.time(*at));
        let good_for = good_for(*refills, *gain_minutes, *here);
        f.write_str(&here.say(
            format!("starting {group} on {name} at {at}{good_for}"),
            format!("将在 {at} 开始 {name} 的 {group}{good_for}"),
        ))
    }
}

/// What a planned start was expected to bring, and what came.
#[derive(Debug, Clone, Copy)]
pub struct Came<'a> {
    /// Of which group.
    pub group: &'a Group,
    /// What people call the credential.
    pub name: &'a str,
    /// When it was started.
    pub at: Timestamp,
    /// The use it was expected to bring, in minutes.
    pub expected_minutes: u32,
    /// The use it brought, as far as drops tell, in minutes.
    pub came_minutes: u32,
    /// Who reads it.
    pub here: Here<'a>,
}

impl fmt::Display for Came<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, name, at, expected_minutes, came_minutes, here } = self;
        let (group, at) = (group.brief(), here.time(*at));
        let [expected, came] = [expected_minutes, came_minutes].map(|m| f64::from(*m) / 60.0);
        f.write_str(&here.say(
            format!("{group} on {name} was started at {at} as planned: expected +{expected:.1} h of use, +{came:.1} h came"),
            format!("{name} 的 {group} 已按计划在 {at} 开始：预计多用 {expected:.1} 小时，实际多用 {came:.1} 小时"),
        ))
    }
}

/// What two readings after a warmup told.
#[derive(Debug, Clone, Copy)]
pub struct Verified<'a> {
    /// The group, or the model where it has none.
    pub what: &'a str,
    /// What people call the credential.
    pub name: &'a str,
    /// What they told.
    pub outcome: Outcome,
    /// When the window refills, where that is known.
    pub reset_at: Option<Timestamp>,
    /// Who reads it.
    pub here: Here<'a>,
}

impl fmt::Display for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, name, outcome, reset_at, here } = self;
        let came = match (outcome, reset_at.map(|at| here.time(at))) {
            (Outcome::Started, Some(at)) => {
                here.say(format!("the clock started, back at {at}"), format!("已开始计时，{at} 恢复"))
            }
            (Outcome::Started, None) => here.say("the clock started", "已开始计时").to_owned(),
            (Outcome::NoEffect, _) => here
                .say(
                    "the warmup had no effect, the window still waits for its first use",
                    "预热没有效果，窗口仍在等待第一次使用",
                )
                .to_owned(),
            (Outcome::Pending | Outcome::Unknown | Outcome::Sent | Outcome::Failed(_), _) => here
                .say(
                    "warmed up; whether the clock started could not be told",
                    "已预热；无法判断是否已开始计时",
                )
                .to_owned(),
        };
        f.write_str(&here.say(format!("{what} of {name}: {came}"), format!("{name} 的 {what}：{came}")))
    }
}

fn until_when(until: Option<Timestamp>, here: Here<'_>) -> String {
    match until.map(|at| here.time(at)) {
        Some(at) => here.say(format!(", until {at}"), format!("，到 {at}")),
        None => String::new(),
    }
}

fn rest(why: Rest, here: Here<'_>) -> String {
    match why {
        Rest::Protected { remaining, floor } => {
            here.say("protected, ", "受保护，").to_owned()
                + &here.against_floor(remaining, floor, Floor::Short)
        }
        Rest::Cooldown(reason) => {
            let why = reason.text(here.language);
            here.say(format!("it rests ({why})"), format!("暂停中（{why}）"))
        }
    }
}

fn off(why: &Off, here: Here<'_>) -> String {
    match why {
        Off::Everywhere => here.say("warmup is off", "预热已关闭").to_owned(),
        Off::Paused(until) => {
            let at = here.time(*until);
            here.say(format!("automation is paused until {at}"), format!("自动任务已暂停，到 {at}"))
        }
        Off::NotActive(state) => here.say(
            format!("the credential is {}", state.key()),
            format!("该凭据{}", state.word(Language::Chinese)),
        ),
        Off::Credential => here.say("warmup is off for this credential", "该凭据的预热已关闭").to_owned(),
        Off::Model => here.say("warmup is off for this model", "该模型的预热已关闭").to_owned(),
        Off::OtherProvider => here
            .say("only Antigravity logins have windows to start", "只有 Antigravity 登录的窗口可以启动")
            .to_owned(),
        Off::AgentRefused => here
            .say(
                "the service no longer serves this User-Agent; set upstream_user_agent_antigravity, or look for an update",
                "服务不再接受这个 User-Agent；请设置 upstream_user_agent_antigravity，或检查更新",
            )
            .to_owned(),
        Off::Gone => here.say("the credential is gone", "该凭据已不存在").to_owned(),
    }
}

fn unsure(why: Unsure, here: Here<'_>) -> String {
    match why {
        Unsure::NeverRead => here.say("its quota was not read yet", "额度尚未读取").to_owned(),
        Unsure::NoShortWindow => {
            here.say("the service shows no window for it", "服务没有给出它的窗口").to_owned()
        }
        Unsure::Remaining => here.say("what is left is not known", "剩余额度未知").to_owned(),
        Unsure::Idleness => here
            .say("it is not sure whether its window has started", "还不能确定窗口是否已开始计时")
            .to_owned(),
        Unsure::Old { age, .. } if age.is_negative() => {
            here.say("the clock was set back since it was read", "读取之后时钟被调慢").to_owned()
        }
        Unsure::Old { age, limit } => {
            let (age, limit) = (here.language.lasting(age), here.language.lasting(limit));
            here.say(
                format!("the reading is {age} old, {limit} is the most"),
                format!("读数已有 {age}，最多允许 {limit}"),
            )
        }
    }
}
