//! The simulated upstream, which shares no code with this crate, and the simplest client that can ask it.

use crate::fixture::t0;
use crate::mapping::{self, ENVELOPE};
use domain::credential::Provider;
use simulator::{
    AccountKind, AccountSpec, ApiKeySpec, BucketSpec, LineEnding, Options, Refusal, Scenario, SimClock,
    Simulator, Split, StreamOptions,
};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::LazyLock;
use tokio::runtime::Runtime;
use wire::convert::Target;
use wire::upstream::models::CatalogueEntry;

/// Models of every family by every way there is.
pub const TARGETS: [(Provider, &str); 8] = [
    (Provider::Antigravity, "gemini-3.6-flash-medium"),
    (Provider::Antigravity, "gemini-2.5-pro"),
    (Provider::Antigravity, "claude-sonnet-4-6"),
    (Provider::Antigravity, "claude-opus-4-6-thinking"),
    (Provider::Antigravity, "gpt-oss-120b-medium"),
    (Provider::GeminiCli, "gemini-3-pro-preview"),
    (Provider::GeminiCli, "gemini-2.5-flash"),
    (Provider::ApiKey, "gemini-3.5-flash"),
];

/// What the services say of the models: Antigravity in its list, the others of all of theirs alike.
static CATALOGUE: LazyLock<Vec<CatalogueEntry>> = LazyLock::new(|| {
    let mut catalogue = mapping::catalogue();
    let plain = |model: &str| CatalogueEntry {
        id: model.to_owned(),
        maker: None,
        max_tokens: Some(1_048_576),
        max_output_tokens: Some(65_536),
        thinking_budget: None,
        min_thinking_budget: 0,
        supports_thinking: true,
        supports_images: true,
        recommended: false,
        makes_images: false,
        searches_web: false,
    };
    let others = TARGETS.iter().filter(|(provider, _)| *provider != Provider::Antigravity);
    catalogue.extend(others.map(|(_, model)| plain(model)));
    catalogue
});

/// A target with what is known of its model.
pub fn target(provider: Provider, model: &'static str) -> Target<'static> {
    mapping::target(provider, model, &CATALOGUE)
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Asking {
    Whole,
    Stream,
    Count,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
    /// Why it was refused.
    pub refusal: Option<Refusal>,
}

/// A simulator with a login of each kind and a key, all of them inexhaustible.
pub struct Upstream {
    simulator: Simulator,
    _runtime: Runtime,
}

impl Upstream {
    /// Streams come in both line ends, by turns, cut anywhere.
    pub fn new(line_ending: LineEnding) -> Self {
        let stream = StreamOptions { line_ending, split: Split::Random, ..StreamOptions::default() };
        let options =
            Options { stream, expires_in: 1_000_000, calls_kept: 1, body_kept: 0, ..Options::default() };
        let login = |name: &str, kind| AccountSpec {
            access_token: Some(format!("ya29.FAKE_{name}")),
            project: ENVELOPE.project.map(str::to_owned),
            cost: Some(0.0),
            buckets: vec![BucketSpec {
                models: TARGETS.iter().map(|(_, model)| (*model).to_owned()).collect(),
                limit: u64::MAX,
                ..BucketSpec::default()
            }],
            ..AccountSpec::new(name).kind(kind)
        };
        let scenario = Scenario {
            options,
            accounts: vec![login("ada", AccountKind::Antigravity), login("bob", AccountKind::GeminiCli)],
            api_keys: vec![ApiKeySpec::new("key")],
            ..Scenario::default()
        };
        let runtime = Runtime::new().unwrap();
        let listen = "127.0.0.1:0".parse().unwrap();
        let simulator = runtime.block_on(Simulator::start(scenario, listen, SimClock::Fixed(t0()))).unwrap();
        Self { simulator, _runtime: runtime }
    }

    /// Sends a request. One at a time: the log tells what became of the last.
    pub fn ask(&self, target: &Target<'_>, asking: Asking, body: &[u8]) -> Reply {
        let method = match asking {
            Asking::Whole => "generateContent",
            Asking::Stream => "streamGenerateContent?alt=sse",
            Asking::Count => "countTokens",
        };
        let (path, login) = match target.provider {
            Provider::Antigravity => (format!("/v1internal:{method}"), "authorization: Bearer ya29.FAKE_ada"),
            Provider::GeminiCli => (format!("/v1internal:{method}"), "authorization: Bearer ya29.FAKE_bob"),
            Provider::ApiKey => {
                (format!("/v1beta/models/{}:{method}", target.model), "x-goog-api-key: FAKE_API_KEY_KEY")
            }
        };
        // The older HTTP has neither chunks nor connections that stay open.
        let head = format!(
            "POST {path} HTTP/1.0\r\n{login}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let mut connection = TcpStream::connect(self.simulator.address()).unwrap();
        connection.set_nodelay(true).unwrap();
        connection.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let body = answer.split_off(end + 4);
        let status = std::str::from_utf8(&answer).unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let refusal = self.simulator.calls().pop().and_then(|call| call.refusal);
        Reply { status, body, refusal }
    }
}
