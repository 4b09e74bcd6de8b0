//! What can go wrong with settings, in words.

use crate::secrets::{KeyError, SecretError};
use crate::store::StoreError;
use domain::policy::words::{Language, Said, Spoken};
use domain::settings::{Ignored, Origin, Refused};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Why a setting was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The value or the name is not one.
    #[error("{0}; the old value stays")]
    Refused(#[from] Refused),
    /// The name is accepted and does nothing.
    #[error("{}", .0.why)]
    NoEffect(&'static Ignored),
    /// The text is no document of settings.
    #[error("this is no JSON object and no lines of NAME=VALUE ({})", .0.english)]
    NotADocument(Said),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret could not be encrypted.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The key could not be moved.
    #[error("the key stays where it is: {0}")]
    Key(#[from] KeyError),
}

impl Spoken for SettingsError {
    fn in_chinese(&self) -> String {
        match self {
            Self::Refused(why) => format!("{}；保留原值", why.in_chinese()),
            Self::NoEffect(ignored) => ignored.why_in_chinese.to_owned(),
            Self::NotADocument(why) => {
                format!("这既不是 JSON 对象，也不是 NAME=VALUE 形式的行（{}）", why.chinese)
            }
            Self::Store(error) => error.in_chinese(),
            Self::Secret(error) => error.in_chinese(),
            Self::Key(error) => format!("密钥留在原处：{}", error.in_chinese()),
        }
    }
}

/// Something about the settings that the user should know. None of it stops the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingsProblem {
    /// A value is not taken; a weaker source or the default decides.
    Refused {
        /// Who said it.
        origin: Origin,
        /// Why it is not taken.
        why: Refused,
    },
    /// A member of the edited file has a form that no setting has.
    Form(String),
    /// The edited file names something this version does not know.
    Unknown(String),
    /// The edited file opens a door wider; that takes the user's own word.
    Withheld(&'static str),
    /// The edited file holds a secret; it was not taken, and is no longer in there.
    SecretInFile(&'static str),
    /// The file could not be read and was written anew.
    Unreadable {
        /// What is wrong with it.
        why: String,
        /// Where it is kept.
        kept: Option<PathBuf>,
    },
    /// The file could not be written; the settings hold all the same.
    Unwritten(String),
    /// A name is accepted without effect.
    NoEffect(&'static Ignored),
}

impl SettingsProblem {
    /// A stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused { .. } | Self::Form(_) => "setting_refused",
            Self::Unknown(_) => "setting_unknown",
            Self::Withheld(_) => "setting_withheld",
            Self::SecretInFile(_) => "secret_in_settings",
            Self::Unreadable { .. } => "settings_unreadable",
            Self::Unwritten(_) => "settings_unwritten",
            Self::NoEffect(_) => "setting_no_effect",
        }
    }

    /// What, why, and what to do.
    #[must_use]
    pub fn message(&self) -> Said {
        Said::of(|language| self.say(language))
    }

    fn say(&self, language: Language) -> String {
        match self {
            Self::Refused { origin: Origin::Environment, why } => language.say(
                format!("In the environment, {why}. It is not used."),
                format!("环境变量中的值未被采用：{}。", why.in_chinese()),
            ),
            Self::Refused { origin: Origin::Flag, why } => language.say(
                format!("On the command line, {why}. It is not used."),
                format!("命令行中的值未被采用：{}。", why.in_chinese()),
            ),
            Self::Refused { origin: Origin::Settings | Origin::Default, why } => {
                language.say(format!("{why}. It is not used."), format!("值未被采用：{}。", why.in_chinese()))
            }
            Self::Form(key) => language.say(
                format!(
                    "In settings.json, {key} is neither a text nor a number, a switch or a list. It is not used."
                ),
                format!("settings.json 中的 {key} 既不是文本，也不是数字、开关或列表，未被采用。"),
            ),
            Self::Unknown(key) => language.say(
                format!("In settings.json, {key} is no setting. It has no effect."),
                format!("settings.json 中的 {key} 不是设置项，不起作用。"),
            ),
            Self::Withheld(key) => language.say(
                format!(
                    "settings.json was edited so that {key} makes the program less safe. The old value stays; if you want it, set it yourself: headroom settings set {key} VALUE"
                ),
                format!(
                    "settings.json 中 {key} 的改动会降低安全性，因此保留原值；如确实需要，请自行设置：headroom settings set {key} VALUE"
                ),
            ),
            Self::SecretInFile(key) => language.say(
                format!(
                    "settings.json held {key} in clear. It was not taken and no longer stands there; set it with: headroom settings set {key} VALUE"
                ),
                format!(
                    "settings.json 中曾以明文写有 {key}，未被采用，现已移除；请这样设置：headroom settings set {key} VALUE"
                ),
            ),
            Self::Unreadable { why, kept: Some(kept) } => language.say(
                format!(
                    "settings.json could not be read ({why}). Your settings hold as they were; the file was written anew, the old one is kept as {}.",
                    kept.display()
                ),
                format!(
                    "无法读取 settings.json（{why}）。设置保持不变；文件已重新写入，旧文件保存为 {}。",
                    kept.display()
                ),
            ),
            Self::Unreadable { why, kept: None } => language.say(
                format!(
                    "settings.json could not be read ({why}). Your settings hold as they were; the file was written anew."
                ),
                format!("无法读取 settings.json（{why}）。设置保持不变；文件已重新写入。"),
            ),
            Self::Unwritten(why) => language.say(
                format!(
                    "settings.json could not be written ({why}). The settings are stored and hold; see to the access rights of the data directory."
                ),
                format!("无法写入 settings.json（{why}）。设置已保存并生效；请检查数据目录的访问权限。"),
            ),
            Self::NoEffect(ignored) => {
                language.say(format!("{}.", ignored.why), format!("{}。", ignored.why_in_chinese))
            }
        }
    }
}

impl std::fmt::Display for SettingsProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.say(Language::English))
    }
}

/// The problems by code, each code once, with its messages in one text.
#[must_use]
pub fn summary(problems: &[SettingsProblem]) -> Vec<(&'static str, Said)> {
    let mut by_code: BTreeMap<&'static str, Vec<&SettingsProblem>> = BTreeMap::new();
    for problem in problems {
        by_code.entry(problem.code()).or_default().push(problem);
    }
    let joined = |several: Vec<&SettingsProblem>| {
        let text = |language| several.iter().map(|one| one.say(language)).collect::<Vec<_>>();
        Said { english: text(Language::English).join(" "), chinese: text(Language::Chinese).concat() }
    };
    by_code.into_iter().map(|(code, several)| (code, joined(several))).collect()
}
