//! Who is turned away, and with which body.

use reqwest::Method;
use serde_json::json;
use simulator::{
    AccountChange, AccountSpec, Change, Fault, FaultKind, Flag, Options, Refusal, Scenario, error_names,
};

use crate::bench::{Bench, T0, signed_in, smallest};

const METHODS: [&str; 6] = [
    "loadCodeAssist",
    "onboardUser",
    "fetchAvailableModels",
    "retrieveUserQuotaSummary",
    "retrieveUserQuota",
    "generateContent",
];

#[tokio::test]
async fn every_refusal_of_the_catalogue_can_be_scripted_with_its_status() {
    let bench = Bench::ada().await;
    for name in error_names().filter(|name| !name.starts_with("oauth.")) {
        bench.sim.script(Fault::new(FaultKind::error(name)));
        let answer = bench.warm("ada", "gemini-3-flash").await;
        assert!(name.starts_with(&answer.status.to_string()), "{name}: {}", answer.status);
        assert_eq!(
            answer.headers["content-type"].to_str().unwrap().contains("json"),
            !name.starts_with("502"),
            "{name}"
        );
        assert!(bench.last_call().scripted);
    }
    assert_eq!(bench.warm("ada", "gemini-3-flash").await.status, 200);
}

#[tokio::test]
async fn times_in_scripted_refusals_count_from_now() {
    let bench = Bench::ada().await;
    bench.sim.advance(crate::bench::hours(30));
    bench.sim.script(Fault::new(FaultKind::error("429.array_wrapped")));
    let body = bench.warm("ada", "gemini-3-flash").await.json();
    assert_eq!(body[0]["error"]["details"][0]["metadata"]["quotaResetTimeStamp"], "2026-09-02T07:16:00Z");
}

#[tokio::test]
async fn the_user_project_header_is_refused_everywhere() {
    let bench = Bench::ada().await;
    for method in METHODS {
        let request = bench
            .assist_request("ada", method, &json!({}))
            .header("x-goog-user-project", "example-project-ada");
        let answer = bench.send(request).await;
        assert_eq!((answer.status, answer.reason().as_deref()), (403, Some("SERVICE_DISABLED")), "{method}");
        let call = bench.last_call();
        assert!(call.user_project_header && call.refusal == Some(Refusal::UserProjectHeader));
    }
}

#[tokio::test]
async fn a_token_must_have_been_issued_and_be_fresh() {
    let bench = Bench::with(Scenario::default().with(signed_in(AccountSpec::new("ada")))).await;
    let send = async |token: Option<&str>| {
        let request = bench
            .request(Method::POST, "/v1internal:generateContent")
            .json(&smallest("ada", "gemini-3-flash"));
        let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
        let answer = bench.send(request).await;
        (answer.status, answer.reason(), bench.last_call().refusal, bench.last_call().account)
    };
    let ada = || Some("ada".to_owned());
    assert_eq!(send(Some("ya29.FAKE_ada")).await, (200, None, None, ada()));
    assert_eq!(send(Some("ya29.FAKE_eve")).await, (401, None, Some(Refusal::UnknownToken), None));
    let missing = Some("CREDENTIALS_MISSING".to_owned());
    assert_eq!(send(None).await, (401, missing, Some(Refusal::NoCredentials), None));
    bench.sim.advance(jiff::SignedDuration::from_secs(3599));
    assert_eq!(send(Some("ya29.FAKE_ada")).await, (401, None, Some(Refusal::ExpiredToken), ada()));
}

/// What each flag does to which method: (status, reason), `None` = works.
#[tokio::test]
async fn every_standing_shows_where_it_should() {
    let everywhere = |status, reason| METHODS.map(|_| Some((status, reason)));
    let but_loading = |status, reason| {
        let mut expected = METHODS.map(|_| Some((status, reason)));
        expected[0] = None;
        expected
    };
    let only = |index: usize, status, reason| {
        let mut expected = METHODS.map(|_| None);
        expected[index] = Some((status, reason));
        expected
    };
    for (flag, expected) in [
        (Flag::Suspended, everywhere(403, Some("TOS_VIOLATION"))),
        (Flag::ScopeInsufficient, everywhere(403, Some("ACCESS_TOKEN_SCOPE_INSUFFICIENT"))),
        (Flag::ValidationRequired, but_loading(403, Some("VALIDATION_REQUIRED"))),
        (Flag::Retired, but_loading(403, None)),
        (Flag::RestrictedAge, but_loading(403, None)),
        (Flag::UnsupportedLocation, but_loading(400, None)),
        (Flag::ServiceDisabled, but_loading(403, Some("SERVICE_DISABLED"))),
        (Flag::PolicyDenied, only(0, 403, Some("SECURITY_POLICY_VIOLATED"))),
        (Flag::IamDenied, only(5, 403, Some("IAM_PERMISSION_DENIED"))),
        (Flag::Step20, METHODS.map(|_| None)),
    ] {
        let bench = Bench::ada().await;
        let set = |on| bench.sim.set(AccountChange::new("ada", Change::Flag { flag, on }));
        set(true);
        for (method, expected) in METHODS.into_iter().zip(expected) {
            let answer = bench.assist("ada", method, &body_for(method)).await;
            let refused = bench.last_call().refusal == Some(Refusal::Standing { flag });
            assert_eq!(refused, expected.is_some(), "{flag:?} {method}: {answer:?}");
            if let Some((status, reason)) = expected {
                assert_eq!(
                    (answer.status, answer.reason().as_deref()),
                    (status, reason),
                    "{flag:?} {method}"
                );
            }
        }
        set(false);
        assert_eq!(bench.warm("ada", "gemini-3-flash").await.status, 200, "{flag:?} lifted");
    }
}

fn body_for(method: &str) -> serde_json::Value {
    match method {
        "generateContent" => smallest("ada", "gemini-3-flash"),
        "onboardUser" => json!({"tierId": "free-tier"}),
        "retrieveUserQuota" => json!({"project": "example-project-ada"}),
        _ => json!({}),
    }
}

#[tokio::test]
async fn too_many_requests_a_second_are_told_how_long_to_wait() {
    let options = Options {
        requests_per_second: Some(2.0),
        control_requests_per_second: Some(1.0),
        ..Options::default()
    };
    let scenario = Scenario { options, ..Scenario::default().with(signed_in(AccountSpec::new("ada"))) };
    let bench = Bench::with(scenario).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(bench.warm("ada", "gemini-3-flash").await.status);
    }
    assert_eq!(statuses, [200, 200, 429]);
    let refused = bench.warm("ada", "gemini-3-flash").await;
    assert_eq!(refused.reason().as_deref(), Some("RATE_LIMIT_EXCEEDED"));
    assert_eq!(refused.json()["error"]["details"][0]["metadata"]["quotaResetDelay"], "500ms");
    assert_eq!(bench.assist("ada", "fetchAvailableModels", &json!({})).await.status, 200, "counted apart");
    assert_eq!(bench.assist("ada", "retrieveUserQuotaSummary", &json!({})).await.status, 429);
    bench.sim.advance(jiff::SignedDuration::from_millis(500));
    assert_eq!(bench.warm("ada", "gemini-3-flash").await.status, 200);
}

#[tokio::test]
async fn an_outdated_program_gets_a_text_that_costs_nothing() {
    let options = Options { oldest_antigravity: Some("2.9.0".into()), ..Options::default() };
    let bench =
        Bench::with(Scenario { options, ..Scenario::default().with(signed_in(AccountSpec::new("ada"))) })
            .await;
    let body = smallest("ada", "claude-sonnet-4-6");
    let send = async |method: &str, agent: &str| {
        bench.send(bench.assist_request("ada", method, &body).header("user-agent", agent)).await
    };
    let old = send("generateContent", "antigravity/1.15.8 windows/amd64").await;
    assert_eq!(old.status, 200);
    assert!(old.text.contains("This version of Antigravity is no longer supported"));
    assert_eq!(old.json()["response"]["usageMetadata"]["totalTokenCount"], 0);
    let streamed = send("streamGenerateContent?alt=sse", "antigravity/1.15.8 windows/amd64").await;
    assert!(streamed.text.starts_with("data: {") && streamed.text.contains("no longer supported"));
    assert_eq!(bench.last_call().user_agent.as_deref(), Some("antigravity/1.15.8 windows/amd64"));
    let windows = bench.windows("ada").await;
    assert_eq!(
        windows["3p-5h"].1,
        T0.parse::<jiff::Timestamp>().unwrap() + crate::bench::hours(5),
        "not started"
    );
    assert!(
        !send("generateContent", "antigravity headroom/0.1.0").await.text.contains("no longer supported")
    );
}

#[tokio::test]
async fn unknown_models_and_paths_are_not_found() {
    let bench = Bench::ada().await;
    for id in ["gemini-3.8-flash", "claude-sonnet-4-5", "models/claude-sonnet-4-6-x"] {
        let answer = bench.warm("ada", id).await;
        assert_eq!((answer.status, bench.last_call().refusal), (404, Some(Refusal::UnknownModel)), "{id}");
    }
    assert_eq!(bench.get("/").await.status, 404);
    assert_eq!(bench.last_call().method, simulator::CallKind::Unknown);
}

#[tokio::test]
async fn every_answer_carries_the_date_of_the_simulators_clock() {
    let bench = Bench::ada().await;
    bench.sim.advance(crate::bench::minutes(-90));
    for answer in
        [bench.get("/userinfo").await, bench.warm("ada", "gemini-3-flash").await, bench.get("/x").await]
    {
        assert_eq!(answer.headers["date"], "Mon, 31 Aug 2026 22:30:00 GMT");
    }
}
