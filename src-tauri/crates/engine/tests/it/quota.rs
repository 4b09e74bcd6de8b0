//! What the service says is what readers get; what it does not say is unknown.

use crate::bench::{Bench, one};
use engine::view::dto::{Freshness, GroupView, WindowView};
use jiff::SignedDuration;
use simulator::{AccountSpec, CallKind, Fault, FaultKind, Flag, Group, ModelSpec, SummaryShape};

#[tokio::test]
async fn both_windows_of_both_groups_are_read_and_the_tightest_is_the_headline() {
    let bench = Bench::start(one(ada())).await;
    let view = bench.only(Freshness::Refreshed).await;
    let read: Vec<_> = view.groups.iter().flat_map(|g| g.windows.iter().map(|w| seen(g, w))).collect();
    assert_eq!(
        read,
        [
            ("gemini", "5h", Some(0.58), Some(true)),
            ("gemini", "weekly", Some(0.69), Some(true)),
            ("3p", "5h", Some(1.0), Some(false)),
            ("3p", "weekly", Some(1.0), Some(false)),
        ]
    );
    let headline = view.headline.unwrap();
    assert_eq!(
        (headline.remaining, headline.window.as_deref(), headline.started),
        (Some(0.58), Some("5h"), Some(true))
    );
    let reset = bench.now() + SignedDuration::from_hours(3);
    let shown: jiff::Timestamp = headline.reset_at.unwrap().parse().unwrap();
    assert!(shown.duration_until(reset).abs() < SignedDuration::from_secs(5), "{shown} {reset}");
}

#[tokio::test]
async fn an_empty_week_decides_though_the_list_says_full() {
    let account = AccountSpec::new("ada").used(Group::Gemini, "weekly", 1.0, "-3d");
    let bench = Bench::start(one(account)).await;
    let view = bench.only(Freshness::Refreshed).await;
    let model = view.models.iter().find(|m| m.group.as_deref() == Some("gemini")).unwrap();
    assert_eq!(model.effective_remaining, Some(0.0));
    let group = view.groups.iter().find(|g| g.key == "gemini").unwrap();
    assert_eq!((group.remaining, group.binding.as_deref()), (Some(0.0), Some("weekly")));
}

/// Holds F55.
#[tokio::test]
async fn an_unknown_share_is_neither_empty_nor_full() {
    let mut account = ada();
    account.unknown_in_summary.insert(Group::ThirdParty);
    account.unknown_in_list.insert(Group::ThirdParty);
    let bench = Bench::start(one(account)).await;
    let view = bench.only(Freshness::Refreshed).await;
    let group = view.groups.iter().find(|g| g.key == "3p").unwrap();
    assert!(group.windows.iter().all(|w| w.remaining.is_none() && w.started.is_none()));
    assert_eq!(group.remaining, None);
    for model in view.models.iter().filter(|m| m.group.as_deref() == Some("3p")) {
        assert_eq!((model.remaining, model.effective_remaining), (None, None), "{}", model.id);
    }
}

#[tokio::test]
async fn without_a_summary_the_model_list_stands() {
    let mut account = ada();
    account.summary = Some(SummaryShape::Empty);
    let bench = Bench::start(one(account)).await;
    let view = bench.only(Freshness::Refreshed).await;
    assert!(view.groups.is_empty());
    let model = view.models.iter().find(|m| m.group.as_deref() == Some("gemini")).unwrap();
    assert_eq!((model.effective_remaining, model.source.as_str()), (Some(0.58), "model_list"));
}

/// Holds F23.
#[tokio::test]
async fn twenty_readers_at_once_cost_one_refresh_and_one_reading() {
    let bench = Bench::start(one(ada())).await;
    let readers = (0..20).map(|_| bench.quota(Freshness::Cached));
    let documents = futures_util::future::join_all(readers).await;
    assert!(documents.iter().all(|d| d.credentials[0].headline.is_some()));
    for kind in [CallKind::Token, CallKind::RetrieveUserQuotaSummary, CallKind::FetchAvailableModels] {
        assert_eq!(bench.calls(kind).len(), 1, "{kind:?}");
    }
}

#[tokio::test]
async fn paced_calls_start_half_a_second_apart() {
    let scenario = ["ada", "bob", "chen"]
        .into_iter()
        .fold(simulator::Scenario::default(), |s, n| s.with(AccountSpec::new(n)));
    let bench = Bench::start(scenario).await;
    bench.quota(Freshness::Refreshed).await;
    let paced = |kind: &CallKind| !matches!(kind, CallKind::Token | CallKind::UserInfo);
    let starts: Vec<_> = bench
        .simulator
        .calls()
        .into_iter()
        .filter(|c| paced(&c.method))
        .map(|c| (c.started, c.method))
        .collect();
    assert!(starts.len() >= 6);
    // Two milliseconds for the way to the service.
    assert!(starts.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 498), "{starts:?}");
    let lists = starts.iter().position(|(_, kind)| *kind == CallKind::FetchAvailableModels).unwrap();
    let summaries = starts.iter().rposition(|(_, kind)| *kind == CallKind::RetrieveUserQuotaSummary).unwrap();
    assert!(summaries < lists, "all summaries before the first list: {starts:?}");
}

/// Holds F15.
#[tokio::test]
async fn a_failed_reading_keeps_the_numbers_marked_stale_and_pauses() {
    let bench = Bench::start(one(ada())).await;
    bench.quota(Freshness::Refreshed).await;
    bench
        .simulator
        .script(Fault::new(FaultKind::error("500")).on(CallKind::RetrieveUserQuotaSummary).always());
    bench.jump(SignedDuration::from_mins(2));
    let view = bench.only(Freshness::Cached).await;
    assert_eq!(view.headline.as_ref().unwrap().remaining, Some(0.58));
    assert!(view.failure.is_some() && view.groups.iter().all(|g| g.windows.iter().all(|w| w.stale)));
    let calls = bench.calls(CallKind::RetrieveUserQuotaSummary).len();
    bench.quota(Freshness::Cached).await;
    assert_eq!(
        bench.calls(CallKind::RetrieveUserQuotaSummary).len(),
        calls,
        "inside the pause nothing is asked"
    );
    bench.simulator.clear_faults();
    let view = bench.only(Freshness::Refreshed).await;
    assert!(view.failure.is_none(), "the user's own refresh goes through");
}

/// Holds F30.
#[tokio::test]
async fn resets_are_corrected_where_the_clocks_differ() {
    let bench = Bench::start(one(ada())).await;
    bench.simulator.script(Fault::new(FaultKind::DateOffset { seconds: 600 }).always());
    let view = bench.only(Freshness::Refreshed).await;
    let status = bench.client.status().await.unwrap();
    assert!(status.notices.iter().any(|n| n.code == "clock_differs"), "{:?}", status.notices);
    let reset: jiff::Timestamp = view.headline.unwrap().reset_at.unwrap().parse().unwrap();
    let expected = bench.now() + SignedDuration::from_hours(3) - SignedDuration::from_mins(10);
    assert!(reset.duration_until(expected).abs() < SignedDuration::from_secs(5), "{reset} {expected}");
}

#[tokio::test]
async fn a_used_up_model_is_told_from_an_unknown_one() {
    let mut account =
        AccountSpec::new("gus").kind(simulator::AccountKind::GeminiCli).tier(simulator::Tier::Standard);
    account.buckets = vec![
        serde_json::from_value(
            serde_json::json!({"models": ["gemini-2.5-pro"], "used": 1.0, "started": "-6h"}),
        )
        .unwrap(),
        serde_json::from_value(serde_json::json!({"models": ["gemini-2.5-flash"], "unknown": true})).unwrap(),
    ];
    let bench = Bench::start(one(account)).await;
    let view = bench.only(Freshness::Refreshed).await;
    let left = |id: &str| view.models.iter().find(|m| m.id == id).unwrap().effective_remaining;
    assert_eq!((left("gemini-2.5-pro"), left("gemini-2.5-flash")), (Some(0.0), None));
}

#[tokio::test]
async fn a_list_that_contradicts_the_summary_is_marked_and_does_not_decide() {
    let mut account = ada();
    account
        .models
        .insert("gemini-3-flash".to_owned(), ModelSpec { remaining: Some(0.2), ..ModelSpec::default() });
    let bench = Bench::start(one(account)).await;
    let view = bench.only(Freshness::Refreshed).await;
    let model = view.models.iter().find(|m| m.id == "gemini-3-flash").unwrap();
    assert_eq!(
        (model.remaining, model.effective_remaining, model.contradicts),
        (Some(0.2), Some(0.58), true)
    );
}

#[tokio::test]
async fn a_retired_login_says_so_and_is_left_alone() {
    let account = AccountSpec::new("emil").kind(simulator::AccountKind::GeminiCli).flag(Flag::Retired);
    let bench = Bench::start(one(account)).await;
    let view = bench.only(Freshness::Refreshed).await;
    assert_eq!(view.state, "retired");
    assert!(view.state_reason.unwrap().contains("no longer serves"));
    bench.simulator.clear_calls();
    bench.quota(Freshness::Refreshed).await;
    assert!(bench.simulator.calls().is_empty());
}

/// Gemini in use, Claude untouched.
pub fn ada() -> AccountSpec {
    AccountSpec::new("ada").used(Group::Gemini, "5h", 0.42, "-2h").used(Group::Gemini, "weekly", 0.31, "-3d")
}

fn seen<'a>(group: &'a GroupView, window: &'a WindowView) -> (&'a str, &'a str, Option<f64>, Option<bool>) {
    let rounded = window.remaining.map(|r| (r * 10_000.0).round() / 10_000.0);
    (&group.key, &window.window, rounded, window.started)
}
