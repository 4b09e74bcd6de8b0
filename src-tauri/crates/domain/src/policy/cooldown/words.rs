//! Claims in words.

use super::{Claim, Ending, Part, Probe, Reason};
use crate::policy::words::{Here, Language};
use std::fmt;

/// A claim as a sentence: what rests, until when, why, and what ends it.
#[derive(Debug, Clone, Copy)]
pub struct Sentence<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// What people call the credential.
    pub name: &'a str,
    /// Where it is read.
    pub here: Here<'a>,
}

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { claim, name, here } = self;
        let what = match &claim.scope.part {
            Part::Whole => None,
            Part::Group(group) => Some(group.to_string()),
            Part::Model(model) => Some(model.clone()),
        };
        let (until, why) = (here.time(claim.until), claim.reason.text(here.language));
        match (here.language, what) {
            (Language::English, None) => write!(f, "{name} rests until {until}: {why}")?,
            (Language::English, Some(what)) => write!(f, "{what} of {name} rests until {until}: {why}")?,
            (Language::Chinese, None) => write!(f, "{name} 暂停至 {until}：{why}")?,
            (Language::Chinese, Some(what)) => write!(f, "{name} 的 {what} 暂停至 {until}：{why}")?,
        }
        match (here.language, claim.proof.status, claim.proof.message.as_str()) {
            (_, 0, "") => {}
            (Language::English, 0, words) => write!(f, " ({words})")?,
            (Language::English, status, "") => write!(f, " (the service answered {status})")?,
            (Language::English, status, words) => write!(f, " (the service answered {status}: {words})")?,
            (Language::Chinese, 0, words) => write!(f, "（{words}）")?,
            (Language::Chinese, status, "") => write!(f, "（服务返回 {status}）")?,
            (Language::Chinese, status, words) => write!(f, "（服务返回 {status}：{words}）")?,
        }
        let ends: Vec<_> = claim.reason.ends_by().iter().map(|end| ending(*end, here.language)).collect();
        f.write_str(here.say("; ends ", "；"))?;
        f.write_str(&ends.join(here.say(" or ", "，或")))?;
        match claim.probe {
            Probe::Shut => Ok(()),
            Probe::Open => f.write_str(here.say(
                "; a reading shows quota, the next request may try",
                "；读数显示还有额度，下一个请求可以试一次",
            )),
            Probe::Sent => f.write_str(here.say("; a request is trying it now", "；正有一个请求在试")),
        }
    }
}

fn ending(ending: Ending, language: Language) -> &'static str {
    match ending {
        Ending::Reset => language.say("at its reset", "额度重置时结束"),
        Ending::Time => language.say("by time", "到时结束"),
        Ending::Click => language.say("when you clear it", "由你手动解除"),
        Ending::Probe => {
            language.say("with a request that is answered after all", "有请求得到正常回答时结束")
        }
        Ending::SignIn => language.say("when you sign in again", "重新登录后结束"),
    }
}

impl Reason {
    /// What people read.
    #[must_use]
    pub fn text(self, language: Language) -> &'static str {
        match self {
            Self::QuotaEmpty => language.say("quota empty", "额度用尽"),
            Self::Rate => language.say("rate", "请求过快"),
            Self::Refused => language.say("refused", "被服务拒绝"),
            Self::NotOffered => language.say("not offered", "不提供该模型"),
            Self::Unauthenticated => language.say("login not accepted", "登录未被接受"),
        }
    }
}
