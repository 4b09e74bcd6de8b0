//! Windows, model lists and buckets over time, against the captured bodies.

use serde_json::{Value, json};
use simulator::{
    AccountChange, AccountKind, AccountSpec, BucketSpec, CallKind, Change, Flag, Group, ListShape, ModelSpec,
    Offset, Options, Scenario, SummaryShape, Tier,
};

use crate::bench::{Bench, fixture, hours, minutes, signed_in};

const GEMINI: Group = Group::Gemini;
const CLAUDE: Group = Group::ThirdParty;

async fn summary(bench: &Bench) -> Value {
    let answer = bench.assist("ada", "retrieveUserQuotaSummary", &json!({})).await;
    assert_eq!(answer.status, 200);
    answer.json()
}

/// The captures differ in how much they describe.
fn without_words(mut summary: Value) -> Value {
    summary.as_object_mut().unwrap().remove("description");
    for group in summary["groups"].as_array_mut().unwrap() {
        for bucket in group["buckets"].as_array_mut().unwrap() {
            bucket.as_object_mut().unwrap().remove("description");
        }
    }
    summary
}

fn captured(name: &str) -> Value {
    fixture(&format!("retrieveUserQuotaSummary/{name}.json"))
}

fn pro() -> AccountSpec {
    AccountSpec::new("ada").used(GEMINI, "weekly", 0.0445237, "-37h").used(GEMINI, "5h", 0.375, "-1h30m")
}

#[tokio::test]
async fn a_pool_in_use_reads_like_its_capture() {
    assert_eq!(summary(&Bench::of(pro()).await).await, captured("pro"));
}

#[tokio::test]
async fn an_idle_pool_floats_with_the_clock() {
    let bench = Bench::ada().await;
    assert_eq!(summary(&bench).await, captured("idle"));
    bench.sim.advance(minutes(10));
    assert_eq!(summary(&bench).await, captured("idle_plus_10min"));
}

#[tokio::test]
async fn one_small_request_starts_both_windows_of_its_group_and_no_other() {
    let bench = Bench::ada().await;
    assert_eq!(bench.warm("ada", "gemini-3.6-flash-low").await.status, 200);
    bench.sim.advance(minutes(10));
    assert_eq!(without_words(summary(&bench).await), without_words(captured("after_warmup_gemini")));
}

#[tokio::test]
async fn empty_windows_read_like_their_capture() {
    let spec = AccountSpec::new("ada")
        .used(GEMINI, "weekly", 1.0, "-2d11h11m31s")
        .used(CLAUDE, "weekly", 0.59, "-4d22h")
        .used(CLAUDE, "5h", 1.0, "-3h16m4s");
    assert_eq!(summary(&Bench::of(spec).await).await, captured("weekly_exhausted"));
}

#[tokio::test]
async fn a_free_account_may_have_weeks_only() {
    let spec = AccountSpec { windows: vec!["weekly".into()], ..AccountSpec::new("ada") };
    let bench = Bench::of(spec.tier(Tier::Free).used(GEMINI, "weekly", 0.2, "-3d")).await;
    assert_eq!(without_words(summary(&bench).await), captured("free_weekly_only"));
}

#[tokio::test]
async fn odd_summaries_can_be_had() {
    let of = |shape| AccountSpec { summary: Some(shape), ..AccountSpec::new("ada") };
    assert_eq!(summary(&Bench::of(of(SummaryShape::OddFields)).await).await, captured("odd_fields"));
    assert_eq!(summary(&Bench::of(of(SummaryShape::Empty)).await).await, captured("empty"));
    let none = Bench::of(of(SummaryShape::NotFound)).await;
    assert_eq!(none.assist("ada", "retrieveUserQuotaSummary", &json!({})).await.status, 404);
    let unknown = AccountSpec { unknown_in_summary: [GEMINI].into(), ..AccountSpec::new("ada") };
    let windows = Bench::of(unknown).await.windows("ada").await;
    assert_eq!([windows["gemini-5h"].0, windows["3p-5h"].0], [None, Some(1.0)]);
}

#[tokio::test]
async fn a_cloud_project_sees_one_group_with_a_bucket_per_model() {
    let spec = AccountSpec {
        models: [(
            "gemini-3.5-flash-low".to_owned(),
            ModelSpec { remaining: Some(0.93), ..ModelSpec::default() },
        )]
        .into(),
        ..AccountSpec::new("ada").tier(Tier::Standard)
    };
    let body = summary(&Bench::of(spec).await).await;
    let capture = captured("gcp_all_models");
    assert_eq!(body["groups"].as_array().unwrap().len(), 1);
    assert_eq!(body["description"], capture["description"]);
    let ours = body["groups"][0]["buckets"].as_array().unwrap();
    for bucket in capture["groups"][0]["buckets"].as_array().unwrap() {
        // JSON writes the capture's 1 as an integer.
        let same = |other: &&Value| {
            other["bucketId"] == bucket["bucketId"]
                && other["displayName"] == bucket["displayName"]
                && other["remainingFraction"].as_f64() == bucket["remainingFraction"].as_f64()
                && other.as_object().unwrap().len() == bucket.as_object().unwrap().len()
        };
        assert!(ours.iter().any(|other| same(&other)), "{bucket}");
    }
}

/// The table of `upstream-api` §8.4, read through the API.
#[tokio::test]
async fn a_window_goes_through_its_life() {
    let spec = AccountSpec { cost: Some(0.25), ..AccountSpec::new("ada") };
    let bench = Bench::of(spec).await;
    let start = bench.now();
    let check = async |remaining: f64, five_hours: i64, week: f64, weekly: i64| {
        let windows = bench.windows("ada").await;
        let expected = [(Some(remaining), start + hours(five_hours)), (Some(week), start + hours(weekly))];
        assert_eq!([windows["gemini-5h"], windows["gemini-weekly"]], expected);
        let now = (bench.now() - start).as_hours();
        assert_eq!(windows["3p-5h"], (Some(1.0), start + hours(now + 5)), "the other group never moves");
    };
    check(1.0, 5, 1.0, 168).await;
    bench.sim.advance(hours(1));
    check(1.0, 6, 1.0, 169).await;
    for left in [0.75, 0.5, 0.25] {
        assert_eq!(bench.warm("ada", "gemini-3-flash").await.status, 200);
        check(left, 6, 1.0 - (1.0 - left) * 0.2, 169).await;
        bench.sim.advance(hours(1));
    }
    bench.sim.advance(hours(2));
    check(1.0, 11, 0.85, 169).await;
    bench.sim.advance(hours(24 * 7));
    check(1.0, 179, 1.0, 174 + 168).await;
}

#[tokio::test]
async fn an_empty_window_refuses_until_its_reset() {
    let bench = Bench::of(AccountSpec::new("ada").used(CLAUDE, "5h", 1.0, "-3h16m3.708517327s")).await;
    let refused = bench.warm("ada", "claude-sonnet-4-6").await;
    assert_eq!((refused.status, refused.reason().as_deref()), (429, Some("QUOTA_EXHAUSTED")));
    let details = &refused.json()["error"]["details"];
    assert_eq!(details[0]["metadata"]["quotaResetDelay"], "1h43m56.291482673s");
    assert_eq!(details[0]["metadata"]["quotaResetTimeStamp"], "2026-09-01T01:43:56Z");
    assert_eq!(details[1]["retryDelay"], "6236.291482673s");
    assert_eq!(bench.warm("ada", "gemini-3-flash").await.status, 200, "the other group goes on");
    bench.sim.advance(minutes(104));
    assert_eq!(bench.warm("ada", "claude-sonnet-4-6").await.status, 200);
}

#[tokio::test]
async fn the_last_of_two_empty_windows_says_how_long() {
    let bench =
        Bench::of(AccountSpec::new("ada").used(GEMINI, "5h", 1.0, "-1h").used(GEMINI, "weekly", 1.0, "-1d"))
            .await;
    let refused = bench.warm("ada", "gemini-3-flash").await;
    assert_eq!(refused.json()["error"]["details"][0]["metadata"]["quotaResetDelay"], "144h0m0s");
    assert!(refused.text.contains("Individual quota reached"), "{}", refused.text);
}

#[tokio::test]
async fn a_request_that_is_refused_costs_nothing() {
    let bench = Bench::ada().await;
    bench.assist("ada", "generateContent", &json!({"model": "gemini-3-flash", "request": {}})).await;
    bench.warm("ada", "gemini-3.8-flash").await;
    bench.assist("ada", "countTokens", &fixture("requests/countTokens.json")).await;
    bench.assist("ada", "fetchAvailableModels", &json!({})).await;
    assert_eq!(bench.windows("ada").await["gemini-5h"], (Some(1.0), bench.now() + hours(5)));
}

#[tokio::test]
async fn early_2026_reads_in_steps() {
    for spec in [pro().flag(Flag::Step20), pro()] {
        let step20 = spec.flags.is_empty();
        let options = Options { step20, ..Options::default() };
        let bench = Bench::with(Scenario { options, ..Scenario::default().with(signed_in(spec)) }).await;
        let windows = bench.windows("ada").await;
        assert_eq!([windows["gemini-5h"].0, windows["gemini-weekly"].0], [Some(0.8), Some(1.0)]);
        let list = bench.assist("ada", "fetchAvailableModels", &json!({})).await.json();
        assert_eq!(list["models"]["gemini-3-flash"]["quotaInfo"]["remainingFraction"], 0.8);
    }
}

/// Every number of a captured list, in ours.
async fn check_list(spec: AccountSpec, name: &str) {
    let list = Bench::of(spec)
        .await
        .assist("ada", "fetchAvailableModels", &json!({"project": "example-project-ada"}))
        .await
        .json();
    for (id, model) in fixture(&format!("fetchAvailableModels/{name}.json"))["models"].as_object().unwrap() {
        let (ours, theirs) = (&list["models"][id]["quotaInfo"], &model["quotaInfo"]);
        assert_eq!(ours["resetTime"], theirs["resetTime"], "{name} {id}");
        assert_eq!(ours["remainingFraction"].as_f64(), theirs["remainingFraction"].as_f64(), "{name} {id}");
        assert_eq!(list["models"][id]["displayName"], model["displayName"], "{name} {id}");
    }
    for role in ["agentModelSorts", "deprecatedModelIds", "imageGenerationModelIds", "tieredModelIds"] {
        assert!(!list[role].is_null(), "{role}");
    }
}

#[tokio::test]
async fn the_model_list_says_what_the_short_windows_say() {
    check_list(pro(), "pro").await;
    let exhausted =
        AccountSpec::new("ada").used(CLAUDE, "5h", 1.0, "-4h18m").used(GEMINI, "5h", 0.8, "-3h48m");
    check_list(exhausted, "exhausted_claude").await;
    let free = AccountSpec {
        windows: vec!["weekly".into()],
        unknown_in_list: [CLAUDE].into(),
        ..AccountSpec::new("ada").tier(Tier::Free)
    };
    check_list(free.used(GEMINI, "weekly", 0.2, "-3d"), "free").await;
}

#[tokio::test]
async fn the_model_list_reads_full_while_the_week_is_empty() {
    let bench = Bench::of(AccountSpec::new("ada").used(GEMINI, "weekly", 1.0, "-1d")).await;
    let list = bench.assist("ada", "fetchAvailableModels", &json!({})).await.json();
    assert_eq!(list["models"]["gemini-3-flash"]["quotaInfo"]["remainingFraction"], 1.0);
    assert_eq!(bench.warm("ada", "gemini-3-flash").await.status, 429);
}

#[tokio::test]
async fn single_models_may_differ() {
    let model = |change: fn(&mut ModelSpec)| {
        let mut spec = ModelSpec::default();
        change(&mut spec);
        spec
    };
    let models = [
        ("gemini-3-flash", model(|m| m.remaining = Some(0.3))),
        ("gemini-2.5-pro", model(|m| m.unknown = true)),
        ("gemini-2.5-flash", model(|m| m.hidden = true)),
        ("gemini-pro-agent", model(|m| m.disabled = true)),
        ("claude-next", model(|m| m.display_name = Some("Claude Next".into()))),
    ];
    let models = models.map(|(id, spec)| (id.to_owned(), spec)).into();
    let bench = Bench::of(AccountSpec { models, ..AccountSpec::new("ada") }).await;
    let list = bench.assist("ada", "fetchAvailableModels", &json!({})).await.json();
    let list = &list["models"];
    assert_eq!(list["gemini-3-flash"]["quotaInfo"]["remainingFraction"], 0.3);
    assert_eq!(list["gemini-2.5-pro"]["quotaInfo"], json!({}));
    assert_eq!(list.get("gemini-2.5-flash"), None);
    assert_eq!(list["gemini-pro-agent"]["disabled"], true);
    assert_eq!(list["claude-next"]["displayName"], "Claude Next");
    assert_eq!(bench.warm("ada", "gemini-2.5-flash").await.status, 404);
    assert_eq!(bench.warm("ada", "claude-next").await.status, 200);
    assert!(bench.windows("ada").await["3p-5h"].0 < Some(1.0));
}

#[tokio::test]
async fn odd_lists_can_be_had() {
    let of = |list| AccountSpec { list, ..AccountSpec::new("ada") };
    let empty = Bench::of(of(ListShape::Empty)).await.assist("ada", "fetchAvailableModels", &json!({})).await;
    assert_eq!(empty.json(), json!({"models": {}}));
    let odd = Bench::of(of(ListShape::Minimal))
        .await
        .assist("ada", "fetchAvailableModels", &json!({}))
        .await
        .json();
    assert_eq!(odd["models"]["model-empty-quota"]["quotaInfo"], json!({}));
    assert_eq!(odd["models"]["model-exhausted"]["quotaInfo"], json!({"resetTime": "2026-09-01T01:00:00Z"}));
}

fn cli(buckets: Vec<BucketSpec>) -> AccountSpec {
    let project = Some("example-company-project".to_owned());
    AccountSpec {
        buckets,
        project,
        ..AccountSpec::new("ada").kind(AccountKind::GeminiCli).tier(Tier::Standard)
    }
}

fn bucket(models: &[&str], used: f64) -> BucketSpec {
    BucketSpec {
        models: models.iter().map(|id| (*id).to_owned()).collect(),
        used,
        started: Some(Offset::parse("-2h56m").unwrap()),
        ..BucketSpec::default()
    }
}

#[tokio::test]
async fn gemini_cli_buckets_read_like_their_capture() {
    let (flash, pro) = (1.0 - 0.9926667, 0.18);
    let bench = Bench::of(cli(vec![
        BucketSpec { vertex: true, ..bucket(&["gemini-2.5-flash"], flash) },
        bucket(&["gemini-2.5-flash-lite", "gemini-3-flash-preview", "gemini-3.1-flash-lite-preview"], flash),
        BucketSpec { vertex: true, ..bucket(&["gemini-2.5-pro"], pro) },
        bucket(&["gemini-3-pro-preview", "gemini-3.1-pro-preview"], pro),
    ]))
    .await;
    let answer =
        bench.assist("ada", "retrieveUserQuota", &fixture("requests/retrieveUserQuota.json")).await.json();
    let sorted = |body: &Value| {
        let mut buckets = body["buckets"].as_array().unwrap().clone();
        buckets.sort_by_key(|bucket| bucket["modelId"].to_string());
        buckets
    };
    assert_eq!(sorted(&answer), sorted(&fixture("retrieveUserQuota/standard.json")));
}

#[tokio::test]
async fn a_bucket_counts_requests_and_refuses_when_it_is_empty() {
    let two = BucketSpec { limit: 2, amount: true, started: None, ..bucket(&["gemini-2.5-pro"], 0.0) };
    let unknown = BucketSpec { unknown: true, ..bucket(&["gemini-3.5-flash"], 0.0) };
    let bench = Bench::of(cli(vec![two, unknown])).await;
    let mut request = fixture("requests/generate.gemini_cli.json");
    let mut amounts = Vec::new();
    for _ in 0..3 {
        let quota = bench
            .assist("ada", "retrieveUserQuota", &fixture("requests/retrieveUserQuota.json"))
            .await
            .json();
        amounts.push(quota["buckets"][0]["remainingAmount"].as_str().unwrap().to_owned());
        assert_eq!(quota["buckets"][1].get("remainingFraction"), None);
        let status = bench.assist("ada", "generateContent", &request).await.status;
        assert_eq!(status, if amounts.len() == 3 { 429 } else { 200 });
    }
    assert_eq!(amounts, ["2", "1", "0"]);
    request["model"] = "gemini-3.5-flash".into();
    assert_eq!(bench.assist("ada", "generateContent", &request).await.status, 200, "another bucket goes on");
    request["model"] = "gemini-2.5-flash".into();
    assert_eq!(bench.assist("ada", "generateContent", &request).await.status, 404);
    bench.sim.advance(hours(24));
    let quota =
        bench.assist("ada", "retrieveUserQuota", &fixture("requests/retrieveUserQuota.json")).await.json();
    assert_eq!(quota["buckets"][0]["remainingAmount"], "2", "a day later it is full again");
}

#[tokio::test]
async fn each_kind_of_login_answers_the_other_kinds_quota_call_with_nothing() {
    let antigravity = Bench::ada().await;
    let quota =
        antigravity.assist("ada", "retrieveUserQuota", &json!({"project": "example-project-ada"})).await;
    assert_eq!(quota.json(), fixture("retrieveUserQuota/empty.json"));
    let cli = Bench::of(cli(Vec::new())).await;
    assert_eq!(summary(&cli).await, captured("empty"));
    assert_eq!(cli.assist("ada", "fetchAvailableModels", &json!({})).await.json(), json!({"models": {}}));
    let missing = cli.assist("ada", "retrieveUserQuota", &json!({})).await;
    assert_eq!(missing.status, 400, "this call needs its project");
}

#[tokio::test]
async fn a_foreign_project_is_refused() {
    let bench = Bench::ada().await;
    for method in ["fetchAvailableModels", "retrieveUserQuotaSummary", "retrieveUserQuota"] {
        assert_eq!(
            bench.assist("ada", method, &json!({"project": "example-other"})).await.status,
            403,
            "{method}"
        );
    }
}

#[tokio::test]
async fn levers_use_up_and_refill() {
    let bench = Bench::ada().await;
    let set = |change| bench.sim.set(AccountChange::new("ada@example.com", change));
    set(Change::Use { group: GEMINI, window: Some("weekly".into()), share: 0.9 });
    set(Change::Use { group: CLAUDE, window: None, share: 1.0 });
    let windows = bench.windows("ada").await;
    let left = ["gemini-weekly", "gemini-5h", "3p-weekly", "3p-5h"].map(|id| windows[id].0.unwrap());
    assert_eq!(left, [0.1, 1.0, 0.0, 0.0]);
    set(Change::Refill { group: CLAUDE, window: None });
    let windows = bench.windows("ada").await;
    assert_eq!(windows["3p-5h"], (Some(1.0), bench.now() + hours(5)));
}

#[tokio::test]
async fn what_others_use_shows_slowly() {
    let spec = AccountSpec { drift: [(GEMINI, 0.1)].into(), ..AccountSpec::new("ada") };
    let bench = Bench::of(spec).await;
    bench.sim.advance(minutes(30));
    let windows = bench.windows("ada").await;
    assert_eq!(
        [windows["gemini-5h"].0, windows["gemini-weekly"].0, windows["3p-5h"].0],
        [Some(0.95), Some(0.99), Some(1.0)]
    );
}

#[tokio::test]
async fn credits_pay_where_the_client_allows_it_and_only_then() {
    let spec = |credits| AccountSpec { credits: Some(credits), ..AccountSpec::new("ada") };
    let bench = Bench::of(spec(1000).used(GEMINI, "5h", 1.0, "-1h")).await;
    let mut request = crate::bench::smallest("ada", "gemini-3-flash");
    assert_eq!(bench.assist("ada", "generateContent", &request).await.status, 429);
    request["enabledCreditTypes"] = json!(["GOOGLE_ONE_AI"]);
    let paid = bench.assist("ada", "generateContent", &request).await.json();
    assert_eq!(
        [&paid["consumedCredits"][0]["creditAmount"], &paid["remainingCredits"][0]["creditAmount"]],
        ["2", "998"]
    );
    let asked: Vec<_> = bench.sim.calls().iter().map(|call| call.credits_asked.len()).collect();
    assert_eq!(asked, [0, 1]);
    assert_eq!(bench.last_call().method, CallKind::Generate);

    let poor = Bench::of(spec(49).used(GEMINI, "5h", 1.0, "-1h")).await;
    let refused = poor.assist("ada", "generateContent", &request).await;
    assert_eq!(refused.reason().as_deref(), Some("INSUFFICIENT_G1_CREDITS_BALANCE"));
}
