//! The whole proxy, from the bytes of a connection to the calls of the service, without a socket.

use engine::clock::TimerClock;
use engine::testkit::{ClientKeySpec, SimulatedVars, client_key, converse, open, options};
use engine::view::dto::{AddKeyArgs, SettingSetArgs};
use engine::{Clock, Host, Mode, Time};
use simulator::{ApiKeySpec, CallKind, Scenario, SimClock, Simulator};
use std::cell::OnceCell;
use std::sync::Arc;

/// Where seeds have the client key.
pub const KEY: &[u8] = b"KEY";
/// What the proxy believes to listen on.
const PORT: u16 = 4711;

thread_local! {
    static BENCH: OnceCell<Bench> = const { OnceCell::new() };
}

struct Bench {
    runtime: tokio::runtime::Runtime,
    host: Host,
    simulator: Simulator,
    key: String,
    _dir: tempfile::TempDir,
}

/// A request without the key calls nobody; one with it at most once.
pub fn bytes_in(bytes: &[u8]) {
    BENCH.with(|bench| bench.get_or_init(Bench::start).take(bytes));
}

impl Bench {
    fn start() -> Self {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all();
        #[cfg(feature = "paused")]
        builder.start_paused(true);
        let runtime = builder.build().unwrap();
        let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let (host, simulator, key) = runtime.block_on(async {
            let clock = Arc::new(TimerClock::starting_at(crate::fixture::t0()));
            let told = clock.clone();
            let scenario = Scenario { api_keys: vec![ApiKeySpec::new("studio")], ..Scenario::default() };
            let secret = scenario.api_keys[0].secret();
            let now = SimClock::Shared(Arc::new(move || told.now()));
            let simulator = Simulator::without_network(scenario, now).unwrap();
            let vars = SimulatedVars::new("http://127.0.0.1:9");
            let opened = options(dir.path(), &simulator, &clock, vars, Mode::OneShot, Time::Simulated);
            let host = open(opened).await;
            let key = client_key(&host, ClientKeySpec::named("fuzz")).await;
            let client = host.client();
            let added = AddKeyArgs { name: "studio".to_owned(), key: secret };
            client.credential_add_key(added).await.unwrap();
            let fewer = SettingSetArgs {
                key: "upstream_min_interval_ms".to_owned(),
                value: "500".to_owned(),
                credential: None,
                model: None,
            };
            client.settings_set(fewer).await.unwrap();
            (host, simulator, key)
        });
        Self { runtime, host, simulator, key, _dir: dir }
    }

    fn take(&self, bytes: &[u8]) {
        let (said, keys) = replaced(bytes, self.key.as_bytes());
        self.simulator.clear_calls();
        let heard = self.runtime.block_on(converse(&self.host, PORT, said));
        let calls = self.simulator.calls().iter().filter(|call| generates(call)).count();
        assert!(calls <= keys, "{calls} calls for {keys} keys");
        let heard = String::from_utf8_lossy(&heard);
        assert!(heard.is_empty() || heard.starts_with("HTTP/1."), "{heard}");
        assert!(!heard.to_ascii_lowercase().contains("access-control-allow"), "{heard}");
    }
}

fn generates(call: &simulator::Call) -> bool {
    matches!(call.method, CallKind::KeyGenerate | CallKind::KeyStream)
}

/// The bytes with the real key in its places, and how often.
fn replaced(bytes: &[u8], key: &[u8]) -> (Vec<u8>, usize) {
    let (mut out, mut count, mut rest) = (Vec::with_capacity(bytes.len() + 64), 0, bytes);
    while let Some(at) = rest.windows(KEY.len()).position(|window| window == KEY) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(key);
        rest = &rest[at + KEY.len()..];
        count += 1;
    }
    out.extend_from_slice(rest);
    (out, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A target that refuses everything would keep every promise.
    #[test]
    fn a_good_request_is_answered_by_one_call() {
        BENCH.with(|bench| {
            let bench = bench.get_or_init(Bench::start);
            for (seed, calls) in
                [("chat", 1), ("stream", 1), ("messages", 1), ("query-key", 1), ("pipelined", 3)]
            {
                let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/proxy").join(seed);
                let (said, _) = replaced(&std::fs::read(path).unwrap(), bench.key.as_bytes());
                bench.simulator.clear_calls();
                let heard = bench.runtime.block_on(converse(&bench.host, PORT, said));
                let heard = String::from_utf8_lossy(&heard);
                assert_eq!(heard.matches("HTTP/1.1 200").count(), calls, "{seed}: {heard}");
                let generated = bench.simulator.calls().iter().filter(|call| generates(call)).count();
                assert_eq!(generated, calls, "{seed}");
            }
        });
    }
}
