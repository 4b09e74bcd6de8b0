//! A first try that fails: what that adds to the first byte.

use super::load::{Client, Load};
use super::median;
use super::programs::Headroom;
use super::upstream::Upstream;
use super::wish::Wish;
use std::time::Duration;
use tokio::time::sleep;

const TIMES: usize = 100;
/// A login rests for two seconds after its 429: with ten of them none is needed before that is over.
const PAUSE: Duration = Duration::from_millis(250);
/// Apart from the ids of those who leave.
const FIRST_ID: usize = 1_000_000;

/// Measures and prints.
pub async fn measure(upstream: &Upstream, headroom: &Headroom) {
    println!("\na first try that fails, beside a request that is answered at once: first byte");
    let mut id = FIRST_ID;
    for (wish, what) in [
        (Wish::TooMany, "429, then another login"),
        (Wish::Expired, "401, then a refresh of the token and the same login"),
        (Wish::Cut, "cut off before the first byte, then another login"),
    ] {
        let (mut plain, mut failing) = (Vec::new(), Vec::new());
        for _ in 0..TIMES {
            // Each is a conversation of its own, so that none stays with a login.
            plain.push(first(headroom, &format!("Say {id}.")).await);
            failing.push(first(headroom, &wish.words(id)).await);
            assert_eq!(upstream.calls(id), 2, "{what}");
            id += 1;
            sleep(PAUSE).await;
        }
        let at_once = median(&mut plain);
        let added = |seconds: f64| (seconds - at_once) * 1e3;
        println!(
            "{what}: {:.2} ms at once, {:.2} ms more at the median, {:.2} ms at p95, the failed call included (to reach: 5 ms without it)",
            at_once * 1e3,
            added(median(&mut failing)),
            added(failing[failing.len() * 95 / 100]),
        );
    }
}

/// Seconds to the first byte for a client on a connection of its own.
async fn first(headroom: &Headroom, words: &str) -> f64 {
    let load = Load::words(headroom.address, &headroom.key, &headroom.model, words);
    Client::connect(&load).await.exchange().await.as_secs_f64()
}
