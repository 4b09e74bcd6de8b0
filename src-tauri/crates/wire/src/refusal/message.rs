//! The words of a refusal: what, why, and what to do. English for the client; the log of requests has both languages.

use super::{Cause, NoneUsable, Refusal};
use domain::policy::words::{Language, Said, Spoken};
use jiff::SignedDuration;
use std::fmt;

impl fmt::Display for Refusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadRequest(bad) => bad.fmt(f),
            Self::BadKey => f.write_str("Incorrect API key provided."),
            Self::TooManyGuesses { retry_after } => {
                write!(f, "Too many wrong API keys. Try again in {}.", lasting(*retry_after))
            }
            Self::ModelNotAllowed { model } => write!(
                f,
                "This API key may not use the model {model}. Its list of models is in Headroom's settings."
            ),
            Self::KeySpent { cap, retry_after } => write!(
                f,
                "This API key has used its {cap} requests of the day; the next begin in {}.",
                lasting(*retry_after)
            ),
            Self::Foreign => f.write_str("Requests of other hosts and web pages are not answered."),
            Self::UnknownModel { model } => {
                write!(f, "The model {model} does not exist. GET /v1/models lists those that do.")
            }
            Self::UnknownPath => f.write_str("There is nothing at this address."),
            Self::WrongMethod => f.write_str("This address does not answer to this method."),
            Self::WrongContentType => {
                f.write_str("Send JSON, with the header Content-Type: application/json.")
            }
            Self::TooLarge { limit } => {
                write!(f, "The request is too large; up to {} MB are taken.", limit / (1024 * 1024))
            }
            Self::NoneUsable(none) => none.fmt(f),
            Self::NoneActive { model, why } => {
                write!(f, "No active credential offers {model}.")?;
                reasons(f, why)
            }
            Self::Closed => f.write_str("The proxy is switched off. Switch it on in Headroom's settings."),
            Self::Fault(fault) => fault.fmt(f),
            Self::Broken(broken) => broken.fmt(f),
            Self::Internal => f.write_str("Something went wrong inside Headroom; its log says more."),
        }
    }
}

impl Spoken for Refusal<'_> {
    fn in_chinese(&self) -> String {
        match self {
            Self::BadRequest(bad) => bad.in_chinese(),
            Self::BadKey => "API 密钥不正确。".to_owned(),
            Self::TooManyGuesses { retry_after } => {
                format!("错误的 API 密钥太多，请在 {}后再试。", Language::Chinese.lasting(*retry_after))
            }
            Self::ModelNotAllowed { model } => {
                format!("此 API 密钥不能使用模型 {model}。它可用的模型列在 Headroom 的设置中。")
            }
            Self::KeySpent { cap, retry_after } => format!(
                "此 API 密钥今天的 {cap} 次请求已用完；{}后重新计算。",
                Language::Chinese.lasting(*retry_after)
            ),
            Self::Foreign => "不应答来自其他主机和网页的请求。".to_owned(),
            Self::UnknownModel { model } => {
                format!("模型 {model} 不存在。GET /v1/models 会列出可用的模型。")
            }
            Self::UnknownPath => "这个地址上什么都没有。".to_owned(),
            Self::WrongMethod => "这个地址不接受此方法。".to_owned(),
            Self::WrongContentType => "请发送 JSON，并带上请求头 Content-Type: application/json。".to_owned(),
            Self::TooLarge { limit } => format!("请求太大；最多接受 {} MB。", limit / (1024 * 1024)),
            Self::NoneUsable(none) => none.in_chinese(),
            Self::NoneActive { model, why } => {
                format!("没有使用中的凭据提供 {model}。{}", reasons_in_chinese(why))
            }
            Self::Closed => "代理已关闭。请在 Headroom 的设置中启用。".to_owned(),
            Self::Fault(fault) => fault.in_chinese(),
            Self::Broken(broken) => broken.in_chinese(),
            Self::Internal => "Headroom 内部出错；详情见日志。".to_owned(),
        }
    }
}

impl fmt::Display for NoneUsable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (are, next) = match self.cause {
            Cause::QuotaEmpty => ("are out of quota", "next reset in"),
            Cause::Rate => ("rest after rate limits", "the first is back in"),
            Cause::Floor => ("are at their protection floor", "the first is back in"),
        };
        write!(f, "All credentials for {} {are}", self.model)?;
        match self.retry_after {
            Some(after) => write!(f, "; {next} {}.", lasting(after))?,
            None => f.write_str(".")?,
        }
        reasons(f, self.why)
    }
}

impl Spoken for NoneUsable<'_> {
    fn in_chinese(&self) -> String {
        let (are, next) = match self.cause {
            Cause::QuotaEmpty => ("额度都已用尽", "重置"),
            Cause::Rate => ("都因速率限制而暂停", "恢复"),
            Cause::Floor => ("都到了保护下限", "恢复"),
        };
        let back = match self.retry_after {
            Some(after) => format!("；最早 {}后{next}", Language::Chinese.lasting(after)),
            None => String::new(),
        };
        format!("{} 的所有凭据{are}{back}。{}", self.model, reasons_in_chinese(self.why))
    }
}

fn reasons(f: &mut fmt::Formatter<'_>, why: &[(String, Said)]) -> fmt::Result {
    for (at, (name, reason)) in why.iter().enumerate() {
        write!(f, "{} {name}: {}", if at == 0 { "" } else { ";" }, reason.english)?;
    }
    f.write_str(if why.is_empty() { "" } else { "." })
}

fn reasons_in_chinese(why: &[(String, Said)]) -> String {
    let reasons: Vec<_> = why.iter().map(|(name, reason)| format!("{name}：{}", reason.chinese)).collect();
    if reasons.is_empty() { String::new() } else { format!("{}。", reasons.join("；")) }
}

/// `1h43m56s`; seconds are rounded up.
fn lasting(duration: SignedDuration) -> String {
    let seconds = super::seconds(duration);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        _ => format!("{hours}h{minutes}m{seconds}s"),
    }
}
