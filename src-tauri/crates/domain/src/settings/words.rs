//! Why a value is not taken, in Chinese. The English stands at each variant.

use super::Refused;
use super::address::{self, BadAddress};
use super::alias::BadAlias;
use super::rule::{LONGEST_ENTRY, LONGEST_TEXT, MOST_ENTRIES, Why};
use crate::policy::words::Spoken;

impl Spoken for Refused {
    fn in_chinese(&self) -> String {
        match self {
            Self::Unknown(key) => format!("没有名为 {key:?} 的设置；`headroom settings list` 列出全部设置"),
            Self::Secret(key) => format!("{key} 只能写入，不能读取"),
            Self::Value { key, given, why } => format!("{key} {}，而不是 {given:?}", why.in_chinese()),
            Self::NotPerCredential(key) => format!("{key} 只有一个全局值；请不要指定凭据或模型"),
        }
    }
}

impl Spoken for Why {
    fn in_chinese(&self) -> String {
        match self {
            Self::NotBool => "需要 true 或 false".to_owned(),
            Self::OutOfRange { min, max, unit } => {
                format!("需要 {min} 到 {max} 之间的整数（{}）", unit_in_chinese(unit))
            }
            Self::NotAChoice(words) => format!("需要以下之一：{}", words.join("、")),
            Self::Address(why) => format!("需要一个地址，但{}", why.in_chinese()),
            Self::Hours(why) => why.in_chinese(),
            Self::DayTime(why) => why.in_chinese(),
            Self::Provider(why) => why.in_chinese(),
            Self::Alias(why) => why.in_chinese(),
            Self::NotAnEvent => "需要 low、back、warmed、needs-you 中的若干个，以逗号分隔".to_owned(),
            Self::NotAProgram => "需要一个程序的绝对路径，不带参数".to_owned(),
            Self::EmptyList => "至少需要一项".to_owned(),
            Self::LongList => format!("最多 {MOST_ENTRIES} 项，每项最多 {LONGEST_ENTRY} 个字符"),
            Self::Twice => "有重复的项".to_owned(),
            Self::NotPlain => format!("需要 1 到 {LONGEST_TEXT} 个可见的 ASCII 字符"),
        }
    }
}

/// Units are few; one that is not here is shown as it is.
fn unit_in_chinese(unit: &str) -> &str {
    match unit {
        "minutes" => "分钟",
        "seconds" => "秒",
        "milliseconds" => "毫秒",
        "percent" => "%",
        "points" => "百分点",
        "credentials" => "个凭据",
        "requests" => "个请求",
        other => other,
    }
}

impl Spoken for BadAddress {
    fn in_chinese(&self) -> String {
        match self {
            Self::Empty => "它是空的".to_owned(),
            Self::TooLong => format!("它超过 {} 个字符", address::LONGEST),
            Self::Scheme(scheme) => format!("它不以 {scheme} 开头"),
            Self::UserInfo => "其中有 @：地址里不能带用户名或密码".to_owned(),
            Self::Character => "其中有字母、数字和 . - _ ~ : / [ ] 以外的字符".to_owned(),
            Self::Host => "其主机既不是普通名称，也不是完整的 IP 地址".to_owned(),
            Self::Port => "其端口不是 1 到 65535 之间的数字".to_owned(),
            Self::OtherPort => "https 只能使用 443 端口".to_owned(),
            Self::Path => "其路径不是普通路径".to_owned(),
            Self::ForeignHost => "https 只能访问 *.googleapis.com（登录页：accounts.google.com）".to_owned(),
            Self::PlainHttp => "明文 http 只能访问本机（127.0.0.1、[::1] 或 localhost）".to_owned(),
            Self::Lan => "它不是回环地址；须先设置 proxy_allow_lan 和 proxy_hosts".to_owned(),
        }
    }
}

impl Spoken for BadAlias {
    fn in_chinese(&self) -> String {
        match self {
            Self::Form => "需要“名称=模型”形式的规则，以逗号分隔",
            Self::Star => "* 只能出现在名称末尾，例如 claude-haiku-*=gemini-3-flash",
            Self::Character => "名称只能由字母、数字和标点组成，不含空格",
        }
        .to_owned()
    }
}
