//! What a hop through the proxy costs, beside no hop and HAProxy: `npm run bench`.
//!
//! Whole programs on loopback, in alternating rounds of one run; the ratios are what to compare. `HEADROOM` names the
//! program to measure, `HAPROXY` the floor for a hop; without the first nothing is measured, without the second that
//! row is left out. Words choose parts: `npm run bench -- failover leaving`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "what does not start has nothing to measure, and a bench prints"
)]
#![expect(clippy::disallowed_methods, reason = "a bench reads its own environment")]

mod canned;
mod failover;
mod leaving;
mod load;
mod programs;
mod upstream;
mod wish;

use load::{Load, Measured};
use programs::{HaProxy, Headroom};
use std::sync::Arc;
use std::time::Duration;
use upstream::Upstream;

const ROUNDS: usize = 5;
const ALONE: usize = 400;
const TOGETHER: usize = 16;
const SPAN: Duration = Duration::from_secs(2);
const LARGE: usize = 15;
const LONG_STREAM: usize = 2_000;
const LONG_STREAMS: usize = 40;
/// Clients and requests of the runs that may leave nothing behind.
const MANY: usize = 32;
const REQUESTS: usize = 10_000;
/// An idle connection to the upstream is kept for a minute, and which those are is looked up once a minute.
const ALL_CLOSED: Duration = Duration::from_secs(150);

/// One way to the upstream, with what was measured on it.
struct Way {
    name: &'static str,
    small: Load,
    large: Load,
    first: Vec<f64>,
    alone: Vec<f64>,
    together: Vec<f64>,
    large_first: Vec<f64>,
}

impl Way {
    fn new(name: &'static str, small: Load, large: Load) -> Self {
        let (first, alone, together, large_first) = Default::default();
        Self { name, small, large, first, alone, together, large_first }
    }

    async fn round(&mut self) {
        let Measured { mut firsts, per_second } = self.small.times(ALONE).await;
        self.first.push(median(&mut firsts));
        self.alone.push(per_second);
        self.together.push(self.small.together(TOGETHER, SPAN).await);
        self.large_first.push(median(&mut self.large.times(LARGE).await.firsts));
    }
}

fn main() {
    let Some(program) = std::env::var_os("HEADROOM") else {
        println!("skipped: HEADROOM does not name the program to measure (`npm run bench` builds it)");
        return;
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(measure(program.into()));
}

async fn measure(program: std::path::PathBuf) {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |part: &str| words.is_empty() || words.iter().any(|word| word == part);
    let upstream = Arc::new(Upstream::start(programs::CREDENTIALS).await);
    let headroom = Arc::new(Headroom::start(&program, &upstream).await);
    let idle = headroom.holds();
    let small = load::chat(&headroom.model);
    if wanted("hop") {
        hop(&upstream, &headroom, &small).await;
    }
    if wanted("events") {
        events(&upstream, &headroom, &small).await;
    }
    if wanted("failover") {
        failover::measure(&upstream, &headroom).await;
    }
    if wanted("leaving") {
        leaving::measure(&upstream, &headroom).await;
    }
    if wanted("residue") {
        residue(&upstream, &headroom, &small, idle).await;
    }
}

/// The ways to the upstream, one round after the other.
async fn hop(upstream: &Upstream, headroom: &Headroom, small: &serde_json::Value) {
    let large = load::large(&headroom.model);
    let mut ways = vec![Way::new(
        "direct",
        Load::upstream(upstream.address, small),
        Load::upstream(upstream.address, &large),
    )];
    let haproxy = std::env::var_os("HAPROXY").map(|program| HaProxy::start(&program, upstream.address));
    match &haproxy {
        Some(haproxy) => ways.push(Way::new(
            "HAProxy",
            Load::upstream(haproxy.address, small),
            Load::upstream(haproxy.address, &large),
        )),
        None => println!("HAProxy is left out: HAPROXY does not name the program (Debian: haproxy)"),
    }
    ways.push(Way::new(
        "Headroom",
        Load::proxy(headroom.address, &headroom.key, small),
        Load::proxy(headroom.address, &headroom.key, &large),
    ));
    for way in &ways {
        way.small.times(200).await;
    }
    for _ in 0..ROUNDS {
        for way in &mut ways {
            way.round().await;
        }
    }
    println!(
        "| way | first byte p50, c=1 | requests/s, c=1 | requests/s, c=16 | 1 MB request, first byte p50 |"
    );
    println!("|---|---|---|---|---|");
    for way in &mut ways {
        println!(
            "| {} | {:.3} ms | {:.0} | {:.0} | {:.2} ms |",
            way.name,
            median(&mut way.first) * 1e3,
            median(&mut way.alone),
            median(&mut way.together),
            median(&mut way.large_first) * 1e3,
        );
    }
    ratios(&mut ways);
}

fn ratios(ways: &mut [Way]) {
    let [direct, haproxy, headroom] = ways else { return };
    let added = |way: &mut Way, from: f64| median(&mut way.first) - from;
    let base = median(&mut direct.first);
    let (floor, ours) = (added(haproxy, base), added(headroom, base));
    println!("\nadded to the first byte: {:.1} x what HAProxy adds (to reach: 3)", ours / floor);
    let (floor, ours) = (median(&mut haproxy.together), median(&mut headroom.together));
    println!("requests/s at c=16: 1/{:.1} of HAProxy's (to reach: 1/3)", floor / ours);
    let (base, ours) = (median(&mut direct.large_first), median(&mut headroom.large_first));
    println!("added to a 1 MB request: {:.2} ms (to reach: 10 ms)", (ours - base) * 1e3);
}

/// The processor time of one event of a long stream.
async fn events(upstream: &Upstream, headroom: &Headroom, body: &serde_json::Value) {
    upstream.events(LONG_STREAM);
    let load = Load::proxy(headroom.address, &headroom.key, body);
    load.times(2).await;
    let before = headroom.cpu();
    load.times(LONG_STREAMS).await;
    let used = headroom.cpu() - before;
    upstream.events(upstream::EVENTS);
    let each = used.as_secs_f64() * 1e6 / f64::from(u32::try_from(LONG_STREAM * LONG_STREAMS).unwrap());
    println!("processor time of an event in a stream of {LONG_STREAM}: {each:.1} us (to reach: 10 us)");
}

/// What many requests at once leave behind.
async fn residue(upstream: &Upstream, headroom: &Headroom, body: &serde_json::Value, idle: programs::Holds) {
    let load = Load::proxy(headroom.address, &headroom.key, body);
    println!("\nmemory, file descriptors and threads with {} credentials", programs::CREDENTIALS);
    println!("before the first request: {idle}");
    println!("after all of the above: {}", headroom.holds());
    for round in 1..=2 {
        load.spread(MANY, REQUESTS).await;
        println!(
            "after {} more requests of {MANY} clients: {}, {} connections to the service kept",
            round * REQUESTS,
            headroom.holds(),
            upstream.connections()
        );
    }
    let began = tokio::time::Instant::now();
    while headroom.holds().files > idle.files && began.elapsed() < ALL_CLOSED {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    println!(
        "{:.0} s later: {} (to reach: 30 MB, flat; as many descriptors as before)",
        began.elapsed().as_secs_f64(),
        headroom.holds()
    );
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
