//! Choices in words.

use super::choose::{Choice, Why};
use super::nobody::Out;
use crate::policy::words::{Floor, Here, Language};
use std::fmt;

/// A choice as a sentence: which credential, why this one, and the numbers behind it.
#[derive(Debug, Clone, Copy)]
pub struct ChoiceSentence<'a> {
    /// The choice.
    pub choice: &'a Choice<'a>,
    /// Where it is read.
    pub here: Here<'a>,
}

impl fmt::Display for ChoiceSentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Choice { place, why, .. } = self.choice;
        let here = self.here;
        write!(f, "{}{}", place.name, here.say(": ", "："))?;
        f.write_str(&self.why(why))?;
        match place.remaining.map(|left| here.percent(left)) {
            Some(left) => f.write_str(&here.say(format!("; {left} left"), format!("；剩余 {left}")))?,
            None => f.write_str(here.say("; what is left is unknown", "；剩余未知"))?,
        }
        match place.reset_at.map(|at| here.time(at)) {
            Some(at) => f.write_str(&here.say(format!(" until {at}"), format!("，{at} 重置"))),
            None => Ok(()),
        }
    }
}

impl ChoiceSentence<'_> {
    fn why(&self, why: &Why) -> String {
        let (of, here) = (self.choice.of, self.here);
        let out = here.say("all others are out; ", "其他都不可用；");
        match why {
            Why::Only => here.say("the only candidate", "唯一可用").to_owned(),
            Why::Sticky => here.say("it served this conversation before", "此前已服务这段对话").to_owned(),
            Why::Pinned => here.say("you pinned it", "由你指定").to_owned(),
            Why::SoonestReset => here.say(format!("the soonest reset of {of}"), format!("{of} 个里最早重置")),
            Why::NoneStarted => here.say(
                format!("no window of {of} is known to run out sooner"),
                format!("{of} 个里没有更早到期的窗口"),
            ),
            Why::MostRemaining => here.say(format!("the most left of {of}"), format!("{of} 个里剩余最多")),
            Why::Turn => here.say(format!("its turn among {of}"), format!("{of} 个里轮到它")),
            Why::FillFirst => {
                here.say(format!("the first of {of} that is not empty"), format!("{of} 个里第一个未用尽的"))
            }
            Why::Unknown => {
                here.say("of no candidate it is known what is left", "所有候选的剩余都未知").to_owned()
            }
            Why::WeeklyLow(below) => {
                format!("{out}{}", here.against_floor(below.remaining, below.floor, Floor::Week))
            }
            Why::Probe => format!(
                "{out}{}",
                here.say(
                    "a reading shows quota, so this request tries it",
                    "读数显示还有额度，由这个请求试一次"
                )
            ),
            Why::SoftFloor(below) => {
                format!("{out}{}", here.against_floor(below.remaining, below.floor, Floor::Soft))
            }
        }
    }
}

/// Why a credential is out, in words that follow its name.
#[derive(Debug, Clone, Copy)]
pub struct OutSentence<'a> {
    /// Why.
    pub why: &'a Out,
    /// Where it is read.
    pub here: Here<'a>,
}

impl fmt::Display for OutSentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let here = self.here;
        let back = |at: Option<_>| match at.map(|at| here.time(at)) {
            Some(at) => here.say(format!(", back at {at}"), format!("，{at} 恢复")),
            None => String::new(),
        };
        match self.why {
            Out::State(state) => {
                let reason = state.reason(here.language).unwrap_or_default();
                let end = here.say(". ", "。");
                f.write_str(reason.split(end).next().unwrap_or_default().trim_end_matches(['.', '。']))
            }
            Out::NoConsent => f.write_str(here.say(
                "you have not agreed to serve other programs with personal logins",
                "你还没有同意用个人登录为其他程序服务",
            )),
            Out::NotPinned => f.write_str(here.say("another credential is pinned", "已指定另一个凭据")),
            Out::Empty { back_at } => {
                write!(f, "{}{}", here.say("quota empty", "额度用尽"), back(*back_at))
            }
            Out::Resting { reason, until } => {
                let (until, why) = (here.time(*until), reason.text(here.language));
                match here.language {
                    Language::English => write!(f, "rests until {until} ({why})"),
                    Language::Chinese => write!(f, "暂停至 {until}（{why}）"),
                }
            }
            Out::Protected(below) => write!(
                f,
                "{}{}",
                here.against_floor(below.remaining, below.floor, Floor::Short),
                back(below.back_at)
            ),
        }
    }
}
