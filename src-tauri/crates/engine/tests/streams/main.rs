//! What many streamed requests leave behind: nothing. A process for itself, because memory and descriptors are those of
//! the whole process.

#![expect(clippy::unwrap_used, reason = "clippy does not see the shared parts of a test binary as tests")]

#[path = "../it/bench.rs"]
#[expect(dead_code, reason = "this binary needs a part of it")]
mod bench;
#[path = "../../benches/proxy/canned.rs"]
mod canned;
#[path = "../../benches/proxy/load.rs"]
#[expect(dead_code, reason = "this binary needs a part of it")]
mod load;
#[path = "../../benches/proxy/upstream.rs"]
#[expect(dead_code, reason = "this binary needs a part of it")]
mod upstream;
#[path = "../../benches/proxy/wish.rs"]
#[expect(dead_code, reason = "this binary needs a part of it")]
mod wish;

use bench::{import, scratch, size};
use engine::testkit::{ClientKeySpec, SimulatedVars, client_key, open};
use engine::view::dto::{Freshness, QuotaArgs};
use engine::{Demo, Mode, Options};
use load::Load;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use upstream::Upstream;

const MODEL: &str = "gemini-3.6-flash-high";
const LOGINS: usize = 2;
const CLIENTS: usize = 32;
/// How much memory may grow: the proxy's, and here that of the clients and of the service with it.
const MOST_GROWTH_KIB: u64 = 5 * 1024;
/// Between two looks, and how often at most: everything has been given back long before.
const LOOK: Duration = Duration::from_millis(50);
const LOOKS: usize = 600;
/// So often the same in a row is quiet.
const QUIET: usize = 20;

/// 10,000 in full, fewer where every test is run.
fn requests() -> usize {
    size("HEADROOM_STREAMS", 1_500)
}

/// What is held at a moment, beside the connections to the service that are kept for the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    tasks: usize,
    files: usize,
}

impl Held {
    /// A kept connection is a task of the engine, and a descriptor at both ends.
    fn now(engine: &Runtime, upstream: &Upstream) -> Self {
        let kept = upstream.connections();
        let files = std::fs::read_dir("/proc/self/fd").map_or(2 * kept, Iterator::count);
        let tasks = engine.metrics().num_alive_tasks();
        Self { tasks: tasks.saturating_sub(kept), files: files.saturating_sub(2 * kept) }
    }
}

#[test]
fn streamed_requests_leave_no_memory_no_descriptor_and_no_task_behind() {
    // Apart, so that the tasks of clients and service are not counted.
    let [service, engine, clients] = [1, 2, 1].map(runtime);
    let upstream = service.block_on(Upstream::start(LOGINS));
    let (dir, address) = (scratch(), free());
    let vars = SimulatedVars::new(&format!("http://{}", upstream.address))
        .with("PROXY_ENABLED", "true")
        .with("PROXY_LISTEN", &address.to_string());
    let options = Options {
        vars: Arc::new(vars),
        mode: Mode::Full,
        demo: Demo::No,
        ..Options::new(dir.path().to_owned())
    };
    let host = engine.block_on(open(options));
    let key = engine.block_on(async {
        let client = host.client();
        import(&client, upstream.scenario.credential_files()).await;
        client.quota(QuotaArgs { freshness: Freshness::Cached, credential: None }).await.unwrap();
        client_key(&host, ClientKeySpec::named("test")).await
    });
    let load = Load::proxy(address, &key, &load::chat(MODEL));

    // As many as will be, so that every buffer that is kept is there.
    clients.block_on(load.spread(CLIENTS, CLIENTS * 10));
    let before = quiet(&engine, &upstream);
    let memory = resident_kib();
    clients.block_on(load.spread(CLIENTS, requests()));
    let after = settles(&engine, &upstream, before);
    let grown = resident_kib().saturating_sub(memory);
    println!(
        "{} streams of {CLIENTS} clients: memory {memory} KiB and {grown} KiB more, before {before:?}, after {after:?}, {} connections kept",
        requests(),
        upstream.connections()
    );
    assert_eq!(after, before);
    assert!(grown <= MOST_GROWTH_KIB, "{grown} KiB more than {memory} KiB");
    assert!(upstream.connections() <= CLIENTS + 2, "{}", upstream.connections());
    engine.block_on(host.stop());
}

fn runtime(threads: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(threads).enable_all().build().unwrap()
}

/// What is held once it does not change any more.
fn quiet(engine: &Runtime, upstream: &Upstream) -> Held {
    let (mut last, mut same) = (Held::now(engine, upstream), 0);
    for _ in 0..LOOKS {
        std::thread::sleep(LOOK);
        let now = Held::now(engine, upstream);
        same = if now == last { same + 1 } else { 0 };
        last = now;
        if same == QUIET {
            break;
        }
    }
    last
}

/// Waits until as much is held as was before, and answers what is.
fn settles(engine: &Runtime, upstream: &Upstream, before: Held) -> Held {
    for _ in 0..LOOKS {
        if Held::now(engine, upstream) == before {
            break;
        }
        std::thread::sleep(LOOK);
    }
    Held::now(engine, upstream)
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Memory of this process.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
}
