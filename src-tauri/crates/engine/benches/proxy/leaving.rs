//! Clients that hang up: how soon the upstream's call is closed, and whether anything is tried again.

use super::load::{Client, Load};
use super::programs::Headroom;
use super::upstream::Upstream;
use super::wish::Wish;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

/// Clients that leave in each way, so many at once.
const LEAVERS: usize = 1_000;
const AT_ONCE: usize = 16;
/// Who waits for the service to have room again, asks again after a second.
const WAITERS: usize = 100;
const LONGER_THAN_THE_WAIT: Duration = Duration::from_secs(6);
/// A call that is not given up within this time never is.
const NEVER: Duration = Duration::from_secs(10);

/// Asks for one thing in each dialect.
fn asks(headroom: &Headroom, words: &str) -> [Load; 3] {
    let model = &headroom.model;
    let messages = json!([{"role": "user", "content": words}]);
    let to = |path: &str, body: &Value| Load::new(headroom.address, path, &headroom.key, body);
    [
        to("/v1/chat/completions", &json!({"model": model, "stream": true, "messages": messages})),
        to("/v1/messages", &json!({"model": model, "stream": true, "max_tokens": 512, "messages": messages})),
        to(
            &format!("/v1beta/models/{model}:streamGenerateContent?alt=sse"),
            &json!({"contents": [{"role": "user", "parts": [{"text": words}]}]}),
        ),
    ]
}

/// Measures and prints.
pub async fn measure(upstream: &Arc<Upstream>, headroom: &Arc<Headroom>) {
    println!(
        "\nclients that leave, {AT_ONCE} at once: from the close of their connection to that of the upstream's call"
    );
    let ways = [(Wish::Endless, "in the stream"), (Wish::Silence, "before the first byte")];
    for (number, (wish, when)) in ways.into_iter().enumerate() {
        let ids = (number * LEAVERS)..((number + 1) * LEAVERS);
        let mut times = leave(upstream, headroom, wish, ids.clone()).await;
        // Whoever tried again would have by now.
        sleep(Duration::from_secs(3)).await;
        let calls: usize = ids.map(|id| upstream.calls(id)).sum();
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize] * 1e3;
        println!(
            "{when}: {LEAVERS} clients, p50 {:.2} ms, p99 {:.2} ms (to reach: 50 ms), most {:.2} ms; {} calls more than clients (to reach: 0)",
            at(0.5),
            at(0.99),
            at(1.0),
            calls - LEAVERS
        );
    }
    let ids = (ways.len() * LEAVERS)..(ways.len() * LEAVERS + WAITERS);
    let mut waiting = JoinSet::new();
    for id in ids.clone() {
        let (watch, [load, ..]) = (upstream.watch(id), asks(headroom, &Wish::Full.words(id)));
        waiting.spawn(async move {
            let mut client = Client::connect(&load).await;
            client.send().await;
            timeout(NEVER, watch.begun).await.unwrap().unwrap();
            sleep(Duration::from_millis(100)).await;
        });
    }
    waiting.join_all().await;
    sleep(LONGER_THAN_THE_WAIT).await;
    let calls: usize = ids.map(|id| upstream.calls(id)).sum();
    println!(
        "while waiting for another try: {WAITERS} clients; {} calls more than clients (to reach: 0)",
        calls - WAITERS
    );
}

/// Seconds from each client's leaving to the end of its call.
async fn leave(
    upstream: &Arc<Upstream>,
    headroom: &Arc<Headroom>,
    wish: Wish,
    ids: std::ops::Range<usize>,
) -> Vec<f64> {
    let mut all = JoinSet::new();
    for lane in 0..AT_ONCE {
        let (upstream, headroom, ids) = (upstream.clone(), headroom.clone(), ids.clone());
        all.spawn(async move {
            let mut times = Vec::new();
            for id in ids.skip(lane).step_by(AT_ONCE) {
                let watch = upstream.watch(id);
                let loads = asks(&headroom, &wish.words(id));
                let mut client = Client::connect(&loads[id % loads.len()]).await;
                client.send().await;
                timeout(NEVER, watch.begun).await.unwrap().unwrap();
                if wish == Wish::Endless {
                    client.hear().await;
                }
                let left = Instant::now();
                drop(client);
                let gone = timeout(NEVER, watch.gone).await.unwrap().unwrap();
                times.push(gone.saturating_duration_since(left).as_secs_f64());
            }
            times
        });
    }
    all.join_all().await.into_iter().flatten().collect()
}
