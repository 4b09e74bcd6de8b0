//! How deep the model thinks: what the client asks for, in the terms of the target.
//!
//! The numbers for the words "low", "medium" and "high" are a choice of the contract; other programs differ.

use super::{Family, Target};
use domain::credential::Provider;
use serde::Serialize;

/// The least budget with which Claude thinks.
const CLAUDE_LEAST: i64 = 1_024;
/// Claude's budget where the client leaves the depth to it.
const CLAUDE_ADAPTIVE: i64 = 8_192;
/// The budget that leaves the depth to Gemini.
const DYNAMIC: i64 = -1;
/// Below this limit of an answer, thinking would leave no room for words.
const SMALL_ANSWER: i64 = 1_024;

/// What a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Thinking {
    /// Nothing.
    #[default]
    NotAsked,
    /// Not to think.
    Off,
    /// A depth by word.
    Effort(Effort),
    /// A depth in tokens.
    Budget(i64),
    /// To think as deep as it takes.
    Adaptive,
    /// In the upstream's own terms.
    Native(Native),
}

/// Depths by word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effort {
    Minimal,
    Low,
    Medium,
    High,
}

/// The upstream's own terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Native {
    pub include: Option<bool>,
    pub budget: Option<i64>,
    pub level: Option<Effort>,
}

/// What is sent: never a budget and a level at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThinkingConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    include_thoughts: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_budget: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_level: Option<&'static str>,
}

impl Effort {
    /// The depth for a client's word; `None` for one that is not known.
    pub fn from_word(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "minimal" => Some(Self::Minimal),
            "low" => Some(Self::Low),
            "medium" => Some(Self::Medium),
            "high" | "xhigh" | "max" => Some(Self::High),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The depth nearest to a budget.
    fn of_budget(budget: i64) -> Self {
        match budget {
            ..=1_024 if budget >= 0 => Self::Low,
            1_025..=8_192 => Self::Medium,
            _ => Self::High,
        }
    }
}

impl Thinking {
    /// What a word for the depth asks for; `none` asks not to think.
    pub fn from_word(word: &str) -> Self {
        match Effort::from_word(word) {
            Some(effort) => Self::Effort(effort),
            None if word.eq_ignore_ascii_case("none") => Self::Off,
            None => Self::NotAsked,
        }
    }
}

impl ThinkingConfig {
    fn shown(thinking_budget: Option<i64>) -> Self {
        Self { include_thoughts: Some(true), thinking_budget, thinking_level: None }
    }

    fn hidden(thinking_budget: i64) -> Self {
        Self { include_thoughts: Some(false), thinking_budget: Some(thinking_budget), thinking_level: None }
    }
}

/// What a request asks for that says nothing: with a small limit not to think, since Gemini would use it up before the
/// first word. Who speaks the upstream's own form is taken at its word.
pub(super) fn unasked(target: &Target<'_>, limit: Option<i64>) -> Thinking {
    if is_small(limit) && target.family() == Family::Gemini && target.thinks() {
        Thinking::Off
    } else {
        Thinking::NotAsked
    }
}

/// What to send. `limit` is the most tokens of the answer, as it is sent.
pub(super) fn config(asked: Thinking, target: &Target<'_>, limit: Option<i64>) -> Option<ThinkingConfig> {
    if asked == Thinking::NotAsked || target.cannot_think() {
        return None;
    }
    match target.family() {
        Family::Claude => claude(asked, limit),
        Family::Gpt => gpt(asked, target),
        Family::Gemini if !target.is_gemini_3() => gemini_2(asked, target, limit),
        Family::Gemini => match target.provider {
            Provider::Antigravity => gemini_3_by_id(asked, target, limit),
            Provider::GeminiCli | Provider::ApiKey => gemini_3_by_level(asked, target, limit),
        },
    }
}

fn claude(asked: Thinking, limit: Option<i64>) -> Option<ThinkingConfig> {
    let wanted = match asked {
        Thinking::NotAsked | Thinking::Off => return None,
        Thinking::Effort(Effort::Minimal | Effort::Low) => 1_024,
        Thinking::Effort(Effort::Medium) => 8_192,
        Thinking::Effort(Effort::High) => 32_000,
        Thinking::Budget(budget) => budget,
        Thinking::Adaptive => CLAUDE_ADAPTIVE,
        Thinking::Native(native) => return claude(native.in_other_terms(), limit),
    };
    let budget = limit.map_or(wanted, |limit| wanted.min(limit - 1));
    (budget >= CLAUDE_LEAST).then(|| ThinkingConfig::shown(Some(budget)))
}

fn gpt(asked: Thinking, target: &Target<'_>) -> Option<ThinkingConfig> {
    let by_id = target.catalogue.and_then(|entry| entry.thinking_budget);
    match asked {
        Thinking::NotAsked | Thinking::Off => None,
        // As with Gemini 3, the id selects the depth.
        Thinking::Effort(_) | Thinking::Adaptive => Some(ThinkingConfig::shown(by_id)),
        Thinking::Budget(budget) => Some(ThinkingConfig::shown(by_id.or(Some(budget)))),
        Thinking::Native(native) => gpt(native.in_other_terms(), target),
    }
}

fn gemini_2(asked: Thinking, target: &Target<'_>, limit: Option<i64>) -> Option<ThinkingConfig> {
    let (least, most) = if target.is_pro() { (128, 32_768) } else { (0, 24_576) };
    let budget = match asked {
        Thinking::NotAsked => return None,
        Thinking::Off if is_small(limit) => return Some(ThinkingConfig::hidden(target.least_budget())),
        Thinking::Off => return Some(ThinkingConfig::hidden(least)),
        Thinking::Effort(Effort::Minimal | Effort::Low) => 1_024,
        Thinking::Effort(Effort::Medium) => 8_192,
        Thinking::Effort(Effort::High) => most,
        Thinking::Budget(budget) => budget,
        Thinking::Adaptive => DYNAMIC,
        Thinking::Native(native) => {
            let by_level = |level| gemini_2(Thinking::Effort(level), target, limit)?.thinking_budget;
            return Some(ThinkingConfig {
                include_thoughts: native.include,
                thinking_budget: native.budget.or_else(|| native.level.and_then(by_level)),
                thinking_level: None,
            });
        }
    };
    let budget = if budget < 0 { DYNAMIC } else { budget.clamp(least, most) };
    Some(ThinkingConfig::shown(Some(budget)))
}

/// Antigravity: the id has selected the depth already, and a level is not taken.
fn gemini_3_by_id(asked: Thinking, target: &Target<'_>, limit: Option<i64>) -> Option<ThinkingConfig> {
    let by_id = target.catalogue.and_then(|entry| entry.thinking_budget);
    // A budget as large as the answer would leave no room for words.
    let fits = |budget: &i64| limit.is_none_or(|limit| *budget < limit);
    match asked {
        Thinking::NotAsked => None,
        Thinking::Off => is_small(limit).then(|| ThinkingConfig::hidden(target.least_budget())),
        Thinking::Effort(_) | Thinking::Budget(_) | Thinking::Adaptive => {
            Some(ThinkingConfig::shown(by_id.filter(fits)))
        }
        Thinking::Native(native) => Some(ThinkingConfig {
            include_thoughts: native.include,
            thinking_budget: native.budget,
            thinking_level: None,
        })
        .filter(|config| config.include_thoughts.is_some() || config.thinking_budget.is_some()),
    }
}

/// Gemini CLI and API keys: one of the levels the model has.
fn gemini_3_by_level(asked: Thinking, target: &Target<'_>, limit: Option<i64>) -> Option<ThinkingConfig> {
    let effort = match asked {
        Thinking::NotAsked => return None,
        Thinking::Off if !is_small(limit) => return None,
        Thinking::Off => {
            let level = Some(level(Effort::Minimal, target));
            return Some(ThinkingConfig {
                include_thoughts: Some(false),
                thinking_budget: None,
                thinking_level: level,
            });
        }
        Thinking::Effort(effort) => Some(effort),
        Thinking::Budget(budget) => Some(Effort::of_budget(budget)),
        Thinking::Adaptive => None,
        Thinking::Native(native) => {
            return Some(ThinkingConfig {
                include_thoughts: native.include,
                thinking_budget: native.budget.filter(|_| native.level.is_none()),
                thinking_level: native.level.map(|effort| level(effort, target)),
            });
        }
    };
    let thinking_level = effort.map(|effort| level(effort, target));
    Some(ThinkingConfig { include_thoughts: Some(true), thinking_budget: None, thinking_level })
}

/// The level nearest to a depth that the model has: pro low and high, from 3.1 on medium too; flash all of them.
fn level(effort: Effort, target: &Target<'_>) -> &'static str {
    let has_medium = !target.model.starts_with("gemini-3-");
    match effort {
        Effort::Minimal if target.is_pro() => Effort::Low.word(),
        Effort::Medium if target.is_pro() && !has_medium => Effort::High.word(),
        Effort::Minimal | Effort::Low | Effort::Medium | Effort::High => effort.word(),
    }
}

fn is_small(limit: Option<i64>) -> bool {
    limit.is_some_and(|limit| limit < SMALL_ANSWER)
}

impl Native {
    /// For models that have terms of their own.
    fn in_other_terms(self) -> Thinking {
        match (self.budget, self.level) {
            (Some(0), _) => Thinking::Off,
            (Some(budget), _) if budget > 0 => Thinking::Budget(budget),
            (_, Some(level)) => Thinking::Effort(level),
            (Some(_), None) => Thinking::Adaptive,
            (None, None) if self.include == Some(true) => Thinking::Adaptive,
            (None, None) => Thinking::NotAsked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const LOW: Thinking = Thinking::Effort(Effort::Low);
    const HIGH: Thinking = Thinking::Effort(Effort::High);

    #[test]
    fn budget_models_think_by_tokens() {
        let pro = |asked, limit| sent(Provider::Antigravity, "gemini-2.5-pro", asked, limit);
        assert_eq!(pro(LOW, None), json!({"includeThoughts": true, "thinkingBudget": 1024}));
        assert_eq!(pro(HIGH, None), json!({"includeThoughts": true, "thinkingBudget": 32768}));
        assert_eq!(pro(Thinking::Budget(5), None), json!({"includeThoughts": true, "thinkingBudget": 128}));
        assert_eq!(pro(Thinking::Adaptive, None), json!({"includeThoughts": true, "thinkingBudget": -1}));
        assert_eq!(pro(Thinking::Off, None), json!({"includeThoughts": false, "thinkingBudget": 128}));
        assert_eq!(pro(Thinking::NotAsked, None), Value::Null);
        let flash = |asked| sent(Provider::GeminiCli, "gemini-2.5-flash", asked, None);
        assert_eq!(flash(Thinking::Off), json!({"includeThoughts": false, "thinkingBudget": 0}));
        assert_eq!(flash(HIGH), json!({"includeThoughts": true, "thinkingBudget": 24576}));
    }

    #[test]
    fn claude_thinks_with_room_for_words_or_not_at_all() {
        let claude = |asked, limit| sent(Provider::Antigravity, "claude-sonnet-4-6", asked, Some(limit));
        assert_eq!(claude(Thinking::Budget(10_000), 4_096)["thinkingBudget"], 4_095);
        assert_eq!(claude(HIGH, 64_000)["thinkingBudget"], 32_000);
        assert_eq!(claude(Thinking::Adaptive, 64_000)["thinkingBudget"], 8_192);
        for (asked, limit) in [(Thinking::Off, 64_000), (Thinking::Budget(500), 64_000), (HIGH, 1_024)] {
            assert_eq!(claude(asked, limit), Value::Null, "{asked:?}");
        }
        assert_eq!(claude(HIGH, 1_025)["thinkingBudget"], 1_024);
    }

    #[test]
    fn the_id_selects_the_depth_on_antigravity() {
        let flash = |asked, limit| sent(Provider::Antigravity, "gemini-3.6-flash-medium", asked, limit);
        assert_eq!(flash(HIGH, None), json!({"includeThoughts": true}));
        assert_eq!(flash(Thinking::Budget(5), None), json!({"includeThoughts": true}));
        assert_eq!(flash(Thinking::Off, None), Value::Null);
        assert_eq!(flash(Thinking::Off, Some(16)), json!({"includeThoughts": false, "thinkingBudget": 0}));
        let native = Native { include: Some(true), budget: Some(7), level: Some(Effort::High) };
        assert_eq!(
            flash(Thinking::Native(native), None),
            json!({"includeThoughts": true, "thinkingBudget": 7})
        );
    }

    #[test]
    fn other_providers_take_a_level_the_model_has() {
        let level = |model, asked| sent(Provider::GeminiCli, model, asked, None)["thinkingLevel"].clone();
        assert_eq!(level("gemini-3-pro-preview", Thinking::Effort(Effort::Medium)), "high");
        assert_eq!(level("gemini-3.1-pro-preview", Thinking::Effort(Effort::Medium)), "medium");
        assert_eq!(level("gemini-3-pro-preview", Thinking::Effort(Effort::Minimal)), "low");
        assert_eq!(level("gemini-3-flash-preview", Thinking::Effort(Effort::Minimal)), "minimal");
        assert_eq!(level("gemini-3.5-flash", Thinking::Budget(20_000)), "high");
        assert_eq!(level("gemini-3.5-flash", Thinking::Budget(1_000)), "low");
        let both = Native { include: None, budget: Some(7), level: Some(Effort::High) };
        let sent = sent(Provider::ApiKey, "gemini-3.5-flash", Thinking::Native(both), None);
        assert_eq!(sent, json!({"thinkingLevel": "high"}));
    }

    fn sent(provider: Provider, model: &str, asked: Thinking, limit: Option<i64>) -> Value {
        let target = Target { provider, model, catalogue: None };
        serde_json::to_value(config(asked, &target, limit)).unwrap()
    }
}
