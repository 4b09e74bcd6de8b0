//! Protection through the program: floors, both windows, steps, and readings that come sooner.

use crate::bench::{Bench, one};
use engine::Mode;
use engine::view::dto::{CredentialView, DecisionsArgs, Freshness, SettingSetArgs};
use jiff::SignedDuration;
use simulator::{AccountChange, AccountSpec, CallKind, Change, Flag, Group};
use std::collections::BTreeSet;

#[tokio::test(start_paused = true)]
async fn a_pair_is_protected_below_its_floor_and_comes_back_above_the_hysteresis() {
    let bench = protected(AccountSpec::new("bob").used(Group::ThirdParty, "5h", 0.91, "-1h")).await;
    assert_eq!(groups(&bench.only(Freshness::Refreshed).await), ["3p"], "9 % is below 10 %");
    let back_to = |share| async move { share };
    for (left, held) in [(0.12, true), (0.149, true), (0.15, false), (0.12, false), (0.099, true)] {
        set_left(&bench, back_to(left).await);
        bench.pass(SignedDuration::from_secs(1)).await;
        let groups = groups(&bench.only(Freshness::Refreshed).await);
        assert_eq!(!groups.is_empty(), held, "{left}: {groups:?}");
    }
    let said = sentences(&bench).await;
    assert!(said.contains("9 % is below the 10 % floor"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_new_floor_holds_at_once_and_each_credential_and_model_may_have_its_own() {
    let mut bench = protected(AccountSpec::new("bob").used(Group::ThirdParty, "5h", 0.7, "-1h")).await;
    bench.restart(Mode::Full).await;
    let view = bench.only(Freshness::Refreshed).await;
    assert!(groups(&view).is_empty());
    bench.simulator.clear_calls();
    let own = |model: Option<&str>, value: &str| SettingSetArgs {
        key: "quota_protection_threshold".into(),
        value: value.into(),
        credential: Some(view.id.clone()),
        model: model.map(str::to_owned),
    };
    bench.client.settings_set(own(Some("claude-sonnet-4-6"), "40")).await.unwrap();
    settle().await;
    assert_eq!(models(&bench.only(Freshness::Peek).await), ["claude-sonnet-4-6"]);
    bench.client.settings_set(own(None, "35")).await.unwrap();
    settle().await;
    let all = models(&bench.only(Freshness::Peek).await);
    assert!(all.len() > 1 && all.iter().all(|m| m.starts_with("claude") || m.starts_with("gpt")), "{all:?}");
    bench.set("quota_protection_enabled", "false").await;
    settle().await;
    assert!(models(&bench.only(Freshness::Peek).await).is_empty());
    assert!(bench.calls(CallKind::RetrieveUserQuotaSummary).is_empty(), "no reading was needed");
}

/// Holds F55.
#[tokio::test(start_paused = true)]
async fn unknown_changes_nothing() {
    let bench = protected(AccountSpec::new("bob").used(Group::ThirdParty, "5h", 0.95, "-1h")).await;
    bench.only(Freshness::Refreshed).await;
    let unknown = simulator::Fault::new(simulator::FaultKind::json(200, &without_fractions()));
    bench.simulator.script(unknown.on(CallKind::RetrieveUserQuotaSummary).always());
    bench.pass(SignedDuration::from_secs(1)).await;
    let view = bench.only(Freshness::Refreshed).await;
    assert!(view.groups.iter().all(|g| g.windows.iter().all(|w| w.remaining.is_none())), "{view:?}");
    assert_eq!(groups(&view), ["3p"], "it keeps what it had, and nothing new is protected");
}

#[tokio::test(start_paused = true)]
async fn a_low_week_is_told_and_takes_nobody_out() {
    let bench = protected(AccountSpec::new("bob").used(Group::ThirdParty, "weekly", 0.97, "-3d")).await;
    assert!(groups(&bench.only(Freshness::Refreshed).await).is_empty());
    let said = sentences(&bench).await;
    assert!(said.contains("3 % is below the 5 % weekly floor"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_reset_of_51_hours_is_kept_over_a_restart() {
    // A free login with nothing but a week, which ends in 51 hours.
    let mut account = AccountSpec::new("free").used(Group::Gemini, "weekly", 0.98, "-117h");
    account.windows = vec!["weekly".into()];
    let mut bench = protected(account).await;
    bench.only(Freshness::Refreshed).await;
    let until =
        |decisions: &[engine::view::dto::DecisionView]| decisions.iter().find_map(|d| d.until.clone());
    let before = decisions(&bench).await;
    assert_eq!(until(&before).as_deref(), Some("2026-09-03T03:00:00Z"));
    bench.restart(Mode::OneShot).await;
    // Judged by what was kept, before anything is read: no change, so no new decision.
    bench.only(Freshness::Refreshed).await;
    assert_eq!(decisions(&bench).await.len(), before.len());
    assert_eq!(until(&decisions(&bench).await).as_deref(), Some("2026-09-03T03:00:00Z"));
}

#[tokio::test(start_paused = true)]
async fn near_a_floor_it_is_read_every_five_minutes() {
    let mut bench = protected(AccountSpec::new("bob").used(Group::ThirdParty, "5h", 0.87, "-1h")).await;
    bench.restart(Mode::Full).await;
    bench.simulator.clear_calls();
    bench.pass(SignedDuration::from_mins(61)).await;
    let at: Vec<_> = bench.calls(CallKind::RetrieveUserQuotaSummary).iter().map(|c| c.at).collect();
    assert!(at.windows(2).all(|pair| pair[0].duration_until(pair[1]).as_secs() <= 302), "{at:?}");
    assert!((12..=14).contains(&at.len()), "{}", at.len());
}

#[tokio::test(start_paused = true)]
async fn a_forecast_that_crosses_a_floor_brings_the_next_reading_forward() {
    let mut account = AccountSpec::new("bob").used(Group::ThirdParty, "5h", 0.5, "-1h");
    account.drift.insert(Group::ThirdParty, 0.5);
    let mut bench = protected(account).await;
    bench.set("refresh_interval_minutes", "60").await;
    bench.restart(Mode::Full).await;
    bench.pass(SignedDuration::from_mins(55)).await;
    let view = bench.only(Freshness::Peek).await;
    assert_eq!(groups(&view), ["3p"], "met within minutes, not an hour later");
    let first = decisions(&bench).await.into_iter().rfind(|d| d.verdict == "below_floor").unwrap();
    let left = first.sentence.split(": ").nth(1).unwrap().to_owned();
    assert!(
        left.contains("9 %") || left.contains("8 %") || left.contains("7 %") || left.contains("6 %"),
        "not far below: {left}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_floor_that_the_steps_cannot_show_is_pointed_out() {
    let bench =
        protected(AccountSpec::new("old").flag(Flag::Step20).used(Group::Gemini, "5h", 0.05, "-1h")).await;
    for used in [0.15, 0.2, 0.2] {
        bench.only(Freshness::Refreshed).await;
        let change = Change::Use { group: Group::Gemini, window: Some("5h".into()), share: used };
        bench.simulator.set(AccountChange::new("old", change));
        bench.pass(SignedDuration::from_secs(2)).await;
    }
    bench.only(Freshness::Refreshed).await;
    let notices = bench.client.status().await.unwrap().notices;
    let told = notices.iter().find(|n| n.code == "floor_unseen").unwrap_or_else(|| panic!("{notices:?}"));
    assert!(told.message.contains("in steps of 20 points") && told.message.contains("21 %"), "{told:?}");
    bench.set("quota_protection_threshold", "21").await;
    bench.pass(SignedDuration::from_secs(2)).await;
    bench.only(Freshness::Refreshed).await;
    let notices = bench.client.status().await.unwrap().notices;
    assert!(notices.iter().all(|n| n.code != "floor_unseen"), "{notices:?}");
}

#[tokio::test(start_paused = true)]
async fn use_that_was_not_ours_is_told() {
    let bench = Bench::simulated(one(AccountSpec::new("ada"))).await;
    bench.only(Freshness::Refreshed).await;
    let change = Change::Use { group: Group::Gemini, window: None, share: 0.2 };
    bench.simulator.set(AccountChange::new("ada", change));
    bench.pass(SignedDuration::from_mins(15)).await;
    bench.only(Freshness::Refreshed).await;
    let said = sentences(&bench).await;
    assert!(said.contains("20 points of the 5h window were used elsewhere in 1"), "{said}");
    let notices = bench.client.status().await.unwrap().notices;
    assert!(notices.iter().any(|n| n.code == "used_elsewhere" && n.message.contains("nothing here used it")));
}

async fn protected(account: AccountSpec) -> Bench {
    let bench = Bench::simulated(one(account)).await;
    bench.set("quota_protection_enabled", "true").await;
    bench
}

/// Lets background tasks see a change of the settings.
async fn settle() {
    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
}

/// Brings Bob's Claude window to a share, as if the service had restored and somebody used it.
fn set_left(bench: &Bench, left: f64) {
    let window = || Some("5h".to_owned());
    for change in [
        Change::Refill { group: Group::ThirdParty, window: window() },
        Change::Use { group: Group::ThirdParty, window: window(), share: 1.0 - left },
    ] {
        bench.simulator.set(AccountChange::new("bob", change));
    }
}

fn models(view: &CredentialView) -> Vec<String> {
    view.models.iter().filter(|m| m.protected).map(|m| m.id.clone()).collect()
}

fn groups(view: &CredentialView) -> Vec<String> {
    let groups: BTreeSet<_> =
        view.models.iter().filter(|m| m.protected).filter_map(|m| m.group.clone()).collect();
    groups.into_iter().collect()
}

async fn decisions(bench: &Bench) -> Vec<engine::view::dto::DecisionView> {
    bench
        .client
        .decisions(DecisionsArgs { since: Some("30d".into()), ..DecisionsArgs::default() })
        .await
        .unwrap()
}

async fn sentences(bench: &Bench) -> String {
    decisions(bench).await.into_iter().map(|d| d.sentence + "\n").collect()
}

fn without_fractions() -> serde_json::Value {
    let bucket = |id: &str, window: &str| serde_json::json!({"bucketId": id, "window": window});
    serde_json::json!({"groups": [
        {"displayName": "Gemini Models", "buckets": [bucket("gemini-5h", "5h"), bucket("gemini-weekly", "weekly")]},
        {"displayName": "Claude and GPT models", "buckets": [bucket("3p-5h", "5h"), bucket("3p-weekly", "weekly")]},
    ]})
}
