//! Which models of a credential a plan looks at.

use crate::catalogue::Group;
use crate::credential::CredentialId;
use crate::policy::exceptions::Exceptions;
use crate::policy::models::{ModelList, cheapest, is_offered, price};
use crate::quota::{ModelReading, Quota};
use crate::settings::Settings;

/// A model that is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pick<'a> {
    pub model: &'a ModelReading,
    /// It is never warmed on its own, only beside a Claude model.
    pub follow: bool,
}

/// Whether a model is one of Claude's.
pub(super) fn is_claude(model: &str) -> bool {
    model.get(.."claude-".len()).is_some_and(|start| start.eq_ignore_ascii_case("claude-"))
}

/// The configured models that a login offers: ordinary ones before follow ones, then in the order of the list;
/// of one entry the cheapest first.
pub(super) fn configured<'a>(quota: &'a Quota, settings: &Settings) -> Vec<Pick<'a>> {
    let list = ModelList::new(&settings.warmup_models, &quota.replaced);
    let follow = ModelList::new(&settings.smart_warmup_follow_models, &quota.replaced);
    let autos: Vec<_> = match list.auto() {
        None => Vec::new(),
        Some(_) => groups(quota).into_iter().filter_map(|group| auto(quota, group, &follow)).collect(),
    };
    let place = |model: &ModelReading| {
        let chosen = autos.iter().any(|auto| std::ptr::eq(*auto, model));
        [list.position(&model.id), list.auto().filter(|_| chosen)].into_iter().flatten().min()
    };
    let mut picks: Vec<_> = quota
        .models
        .iter()
        .filter(|m| is_offered(m))
        .filter_map(|model| Some((place(model)?, Pick { model, follow: follow.contains(&model.id) })))
        .collect();
    // Stable: what is equal keeps the service's order.
    picks.sort_by_key(|(place, pick)| (pick.follow, *place, price(pick.model)));
    picks.into_iter().map(|(_, pick)| pick).collect()
}

/// Whether scans warm `group` of a credential at all, as far as the settings say: warmup is on, and a model that may go
/// alone is configured and not switched off.
#[must_use]
pub fn is_meant(
    credential: &CredentialId,
    quota: &Quota,
    group: &Group,
    settings: &Settings,
    switches: &Exceptions<bool>,
) -> bool {
    let is_on = |model: &str| switches.of(credential, model, &quota.replaced) != Some(false);
    let meant =
        |pick: &Pick<'_>| !pick.follow && pick.model.group.as_ref() == Some(group) && is_on(&pick.model.id);
    settings.smart_warmup_enabled && configured(quota, settings).iter().any(meant)
}

/// One model for each group that a login offers: the first configured one that may go alone, else the cheapest.
pub(super) fn one_a_group<'a>(quota: &'a Quota, settings: &Settings) -> Vec<Pick<'a>> {
    let configured = configured(quota, settings);
    let of_group = |group: &'a Group| {
        let ordinary = configured.iter().find(|p| !p.follow && p.model.group.as_ref() == Some(group));
        let any = || cheapest(quota, group, |_| true).map(|model| Pick { model, follow: false });
        ordinary.copied().or_else(any)
    };
    groups(quota).into_iter().filter_map(of_group).collect()
}

/// The model that a name given by hand means: the id itself, else the cheapest that extends it.
pub(super) fn named<'a>(quota: &'a Quota, name: &str) -> Option<Pick<'a>> {
    let name = [name.to_owned()];
    let list = ModelList::new(&name, &quota.replaced);
    let meant = quota.models.iter().filter(|m| is_offered(m) && list.contains(&m.id));
    let model = meant.min_by_key(|m| (!m.id.eq_ignore_ascii_case(&name[0]), price(m)))?;
    Some(Pick { model, follow: false })
}

/// The groups of the models that a login offers, in the service's order.
pub(super) fn groups(quota: &Quota) -> Vec<&Group> {
    let mut groups = Vec::new();
    for group in quota.models.iter().filter(|m| is_offered(m)).filter_map(|m| m.group.as_ref()) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    groups
}

/// What `auto` stands for in a group. A follow model only where there is no other: it could not go alone.
fn auto<'a>(quota: &'a Quota, group: &Group, follow: &ModelList<'_>) -> Option<&'a ModelReading> {
    cheapest(quota, group, |m| !follow.contains(&m.id)).or_else(|| cheapest(quota, group, |_| true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{noon, quota, settings};

    const OFFERED: [&str; 8] = [
        "gemini-3.6-flash-high",
        "gemini-3.6-flash-low",
        "gemini-3-pro-high",
        "gemini-3-pro-image",
        "claude-opus-4-6-thinking",
        "claude-sonnet-4-6",
        "gpt-oss-120b-medium",
        "tab_flash_lite_preview",
    ];

    #[test]
    fn auto_is_the_cheapest_of_each_group() {
        check("auto", "", &["gemini-3.6-flash-low", "claude-sonnet-4-6"]);
        check("auto", "gemini-3.6-flash-low", &["claude-sonnet-4-6", "gemini-3.6-flash-high"]);
        check("auto", "claude, gpt", &["gemini-3.6-flash-low", "claude-sonnet-4-6 (follows)"]);
    }

    #[test]
    fn follow_models_come_after_the_ordinary_ones() {
        let expected = ["claude-sonnet-4-6", "gemini-3.6-flash-low", "gemini-3-pro-high (follows)"];
        check("gemini-3-pro-high,claude-sonnet-4-6,gemini-3.6-flash-low", "gemini-3-pro-high", &expected);
        check("gemini-3-pro", "gemini-3-pro-high", &["gemini-3-pro-image", "gemini-3-pro-high (follows)"]);
    }

    #[test]
    fn one_entry_means_the_cheapest_first_and_each_model_once() {
        check("claude", "", &["claude-sonnet-4-6", "claude-opus-4-6-thinking"]);
        check(
            "claude,auto,claude-sonnet-4-6",
            "",
            &["claude-sonnet-4-6", "claude-opus-4-6-thinking", "gemini-3.6-flash-low"],
        );
        check("claude-sonnet-4-5", "", &["claude-sonnet-4-6"]);
        check("tab_flash_lite_preview, nothing", "", &[]);
    }

    #[test]
    fn by_hand_every_group_gets_one_request() {
        let by_group = |models: &str| {
            let settings =
                settings(&[("warmup_models", models), ("smart_warmup_follow_models", "gemini-3-pro-high")]);
            one_a_group(&all(), &settings).iter().map(|p| p.model.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(by_group("auto"), ["gemini-3.6-flash-low", "claude-sonnet-4-6"]);
        assert_eq!(by_group("claude-opus"), ["gemini-3.6-flash-low", "claude-opus-4-6-thinking"]);
        assert_eq!(by_group("gemini-3-pro-high"), ["gemini-3.6-flash-low", "claude-sonnet-4-6"]);
    }

    #[test]
    fn a_name_given_by_hand_means_the_id_before_what_extends_it() {
        let all = all();
        let meant = |name| named(&all, name).map(|p| p.model.id.as_str());
        assert_eq!(meant("Claude-Opus-4-6-thinking"), Some("claude-opus-4-6-thinking"));
        assert_eq!(meant("claude"), Some("claude-sonnet-4-6"));
        assert_eq!(meant("claude-sonnet-4-5"), Some("claude-sonnet-4-6"));
        assert_eq!(meant("gemini-3-prod"), None);
    }

    fn all() -> Quota {
        let replaced = vec![("claude-sonnet-4-5".to_owned(), "claude-sonnet-4-6".to_owned())];
        Quota { replaced, ..quota(&OFFERED, Some(100.0), Some(100.0), noon()) }
    }

    #[track_caller]
    fn check(models: &str, follow: &str, expected: &[&str]) {
        let settings = settings(&[("warmup_models", models), ("smart_warmup_follow_models", follow)]);
        let all = all();
        let said = |p: &Pick<'_>| format!("{}{}", p.model.id, if p.follow { " (follows)" } else { "" });
        let picks: Vec<_> = configured(&all, &settings).iter().map(said).collect();
        assert_eq!(picks, expected);
    }
}
