//! The levers over HTTP, the call log, and what does not start.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::{
    AccountChange, CallKind, Change, Fault, FaultKind, Flag, Scenario, SimClock, Simulator, SimulatorError,
};

use crate::bench::{Answer, Bench, T0};

async fn lever(bench: &Bench, method: Method, name: &str, body: &Value) -> Answer {
    bench.send(bench.request(method, &format!("/_simulator/{name}")).json(body)).await
}

async fn post(bench: &Bench, name: &str, body: Value) -> Answer {
    lever(bench, Method::POST, name, &body).await
}

#[tokio::test]
async fn another_process_can_do_what_a_handle_can() {
    let bench = Bench::ada().await;
    let moved = post(&bench, "advance", json!({"seconds": 90.5})).await.json();
    assert_eq!(moved["now"], "2026-09-01T00:01:30.5Z");
    assert_eq!(bench.now().to_string(), "2026-09-01T00:01:30.5Z");

    let change = AccountChange::new("ada", Change::Flag { flag: Flag::Suspended, on: true });
    assert_eq!(post(&bench, "set", json!(change)).await.status, 200);
    let fault = Fault::new(FaultKind::error("500")).on(CallKind::UserInfo);
    assert_eq!(post(&bench, "fault", json!(fault)).await.status, 200);

    let state = lever(&bench, Method::GET, "state", &Value::Null).await.json();
    assert_eq!(state["accounts"][0]["flags"], json!(["suspended"]));
    assert_eq!(state["accounts"][0]["groups"]["3p"]["5h"]["started"], false);
    assert_eq!(state["faults"][0]["calls"], json!(["user_info"]));

    assert_eq!(bench.get("/userinfo").await.status, 500);
    let calls = lever(&bench, Method::GET, "calls", &Value::Null).await.json();
    let calls = calls.as_array().unwrap();
    assert_eq!(
        (calls.len(), &calls[0]["method"], &calls[0]["status"]),
        (1, &json!("user_info"), &json!(500))
    );
    lever(&bench, Method::DELETE, "calls", &Value::Null).await;
    lever(&bench, Method::DELETE, "faults", &Value::Null).await;
    assert!(bench.sim.calls().is_empty());
}

#[tokio::test]
async fn a_wrong_lever_says_what_is_wrong() {
    let bench = Bench::ada().await;
    for (name, body, status, part) in [
        ("advance", json!({"minutes": 1}), 400, "unknown field `minutes`"),
        ("advance", json!({"seconds": 1e300}), 400, "no length of time"),
        ("set", json!({"account": "eve", "change": "expire_access_tokens"}), 400, "no account or key `eve`"),
        ("fault", json!({"what": {"error": {"name": "1"}}}), 400, "no refusal `1`"),
        ("pull", json!({}), 404, "no lever `pull`"),
    ] {
        let answer = post(&bench, name, body).await;
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(answer.status == status && error.contains(part), "{name}: {error}");
    }
}

#[tokio::test]
async fn the_log_keeps_what_tests_ask_about_and_no_authorization() {
    let bench = Bench::ada().await;
    let body = crate::bench::smallest("ada", "claude-sonnet-4-6");
    bench
        .send(
            bench.assist_request("ada", "generateContent", &body).header("user-agent", "antigravity test/1"),
        )
        .await;
    let call = bench.last_call();
    assert_eq!(call.at.to_string(), T0);
    assert_eq!(
        (call.method, call.account.as_deref(), call.model.as_deref()),
        (CallKind::Generate, Some("ada"), Some("claude-sonnet-4-6"))
    );
    assert_eq!(
        (call.project.as_deref(), call.user_agent.as_deref()),
        (Some("example-project-ada"), Some("antigravity test/1"))
    );
    assert_eq!((call.status, call.json()), (Some(200), body));
    assert!(!format!("{call:?}").contains("ya29"));
}

#[tokio::test]
async fn calls_run_in_order_of_real_time() {
    let bench = Bench::ada().await;
    for _ in 0..3 {
        bench.get("/userinfo").await;
    }
    let calls = bench.sim.calls();
    assert!(calls.is_sorted_by_key(|call| (call.number, call.started)));
    assert_eq!(calls.iter().map(|call| call.number).collect::<Vec<_>>(), [1, 2, 3]);
}

#[tokio::test]
async fn a_shared_clock_is_followed() {
    let clock = std::sync::Arc::new(std::sync::Mutex::new(T0.parse::<jiff::Timestamp>().unwrap()));
    let shared = std::sync::Arc::clone(&clock);
    let bench = Bench::at(
        Scenario::default(),
        SimClock::Shared(std::sync::Arc::new(move || *shared.lock().unwrap())),
    )
    .await;
    *clock.lock().unwrap() += jiff::SignedDuration::from_hours(1);
    assert_eq!(bench.get("/x").await.headers["date"], "Tue, 01 Sep 2026 01:00:00 GMT");
}

#[tokio::test]
async fn only_this_machine_is_served_and_a_taken_port_is_named() {
    let start =
        |address: &str| Simulator::start(Scenario::default(), address.parse().unwrap(), SimClock::System);
    assert!(matches!(start("0.0.0.0:0").await, Err(SimulatorError::NotLoopback(_))));
    let first = start("127.0.0.1:0").await.unwrap();
    let taken = start(&first.address().to_string()).await.unwrap_err().to_string();
    assert!(taken.contains(&first.address().to_string()), "{taken}");
}

#[tokio::test]
#[should_panic(expected = "no account or key `eve`")]
async fn a_lever_for_nobody_fails_the_test_that_pulls_it() {
    Bench::ada().await.sim.set(AccountChange::new("eve", Change::ExpireAccessTokens));
}
