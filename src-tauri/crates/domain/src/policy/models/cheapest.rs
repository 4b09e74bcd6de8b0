//! The cheapest model of a group.

use super::is_offered;
use crate::catalogue::Group;
use crate::quota::{ModelReading, Quota};

/// How much a request to a model takes of its group, coarsely; less is cheaper. `None`: not for a warmup.
///
/// Source: the contract's advice on the smallest generation request of each family. Image models want a request
/// of another form, and a model whose id ends in `-thinking` needs a budget of at least 1024 tokens.
fn cost(id: &str) -> Option<u8> {
    if id.contains("image") {
        return None;
    }
    let cost = if id.ends_with("-thinking") {
        6
    } else if id.starts_with("claude-sonnet") || id.ends_with("-flash-low") {
        0
    } else if id.contains("flash-lite") {
        1
    } else if id.contains("-flash-") || id.ends_with("-flash") {
        2
    } else if id.starts_with("claude") {
        3
    } else if id.starts_with("gpt") {
        4
    } else {
        5
    };
    Some(cost)
}

/// What orders models by price, the cheaper first; those that are not for a warmup last.
pub(crate) fn price(model: &ModelReading) -> u8 {
    cost(&model.id).unwrap_or(u8::MAX)
}

/// The cheapest model of `group` that the login offers and `may` allows, by the contract's advice; of equals the
/// first in the service's order.
#[must_use]
pub fn cheapest<'a>(
    quota: &'a Quota,
    group: &Group,
    may: impl Fn(&ModelReading) -> bool,
) -> Option<&'a ModelReading> {
    let models = quota.models.iter().enumerate();
    models
        .filter(|(_, m)| m.group.as_ref() == Some(group) && is_offered(m) && may(m))
        .filter_map(|(at, m)| Some(((cost(&m.id)?, at), m)))
        .min_by_key(|(price, _)| *price)
        .map(|(_, m)| m)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::model;

    #[test]
    fn the_cheapest_of_a_group_follows_the_contract() {
        let flash = ["gemini-3.6-flash-high", "gemini-3.6-flash-low", "gemini-3.5-flash-low"];
        check(&flash, Some("gemini-3.6-flash-low"));
        check(
            &["gemini-3.1-pro-low", "gemini-3.1-flash-lite", "gemini-3-flash"],
            Some("gemini-3.1-flash-lite"),
        );
        check(
            &["gemini-3.1-flash-image", "gemini-3-pro-image", "gemini-pro-agent"],
            Some("gemini-pro-agent"),
        );
        check(&["gemini-3.1-flash-image"], None);
        check(
            &["gpt-oss-120b-medium", "claude-opus-4-6-thinking", "claude-sonnet-4-6"],
            Some("claude-sonnet-4-6"),
        );
        check(&["claude-opus-4-6-thinking", "gpt-oss-120b-medium"], Some("gpt-oss-120b-medium"));
        check(&["claude-opus-4-6-thinking"], Some("claude-opus-4-6-thinking"));
    }

    #[test]
    fn a_model_that_is_switched_off_or_hidden_is_not_offered() {
        let mut quota =
            Quota { models: vec![model("claude-sonnet-4-6"), model("claude-opus-4-6")], ..Quota::default() };
        quota.models[0].disabled = true;
        assert_eq!(
            cheapest(&quota, &Group::ThirdParty, |_| true).map(|m| m.id.as_str()),
            Some("claude-opus-4-6")
        );
        quota.models[1].hidden = true;
        assert_eq!(cheapest(&quota, &Group::ThirdParty, |_| true), None);
    }

    #[track_caller]
    fn check(ids: &[&str], expected: Option<&str>) {
        let quota = Quota { models: ids.iter().map(|id| model(id)).collect(), ..Quota::default() };
        let group = quota.models[0].group.clone().unwrap();
        assert_eq!(cheapest(&quota, &group, |_| true).map(|m| m.id.as_str()), expected, "{ids:?}");
    }
}
