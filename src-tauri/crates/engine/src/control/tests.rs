//! The control API over real sockets, with commands that only remember being called.

mod abuse;
mod bodies;
mod entry;
mod life;

use super::*;
use crate::view::dto::ErrorCode;
use serde_json::json;
use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// Commands that remember who called them. `waits` answers when told to, `panics` never does.
#[derive(Clone)]
pub(crate) struct Fake {
    calls: Arc<Mutex<Vec<(String, Value)>>>,
    finished: Arc<AtomicUsize>,
    pub(crate) revision: Arc<watch::Sender<u64>>,
    go_on: Arc<Notify>,
    open_metrics: Arc<AtomicBool>,
}

impl Default for Fake {
    fn default() -> Self {
        let revision = Arc::new(watch::Sender::new(1));
        Self {
            calls: Arc::default(),
            finished: Arc::default(),
            revision,
            go_on: Arc::default(),
            open_metrics: Arc::default(),
        }
    }
}

const NAMES: &[&str] = &[
    "status",
    "quota",
    "import",
    "waits",
    "panics",
    "bad_input",
    "not_found",
    "refused",
    "needs_user",
    "no_key",
    "failed",
];

impl Commands for Fake {
    fn names(&self) -> &'static [&'static str] {
        NAMES
    }

    async fn dispatch(&self, name: &str, args: Value) -> Result<Value, ApiError> {
        let kept = if name == "import" { json!("large") } else { args.clone() };
        self.calls.lock().unwrap().push((name.to_owned(), kept));
        let failure = |code| Err(ApiError::new(code, "What, why and what to do."));
        match name {
            "waits" => self.go_on.notified().await,
            "panics" => panic!("a fault in a command"),
            "bad_input" => return failure(ErrorCode::BadInput),
            "not_found" => return failure(ErrorCode::NotFound),
            "refused" => return failure(ErrorCode::Refused),
            "needs_user" => return failure(ErrorCode::NeedsUser),
            "no_key" => return failure(ErrorCode::NoKey),
            "failed" => return failure(ErrorCode::Failed),
            _ => {}
        }
        self.finished.fetch_add(1, Ordering::SeqCst);
        Ok(json!({"command": name}))
    }

    fn revision(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    fn metrics(&self) -> Metrics {
        let open = self.open_metrics.load(Ordering::SeqCst);
        Metrics { text: "headroom_up 1\n# EOF\n".to_owned(), open }
    }
}

struct Page;

impl Assets for Page {
    fn get(&self, path: &str) -> Option<Asset> {
        let (bytes, mime): (&'static [u8], _) = match path {
            "index.html" => (b"<!doctype html><title>page</title>", "text/html"),
            "assets/index-C620Ktfz.js" => (b"export {}", "text/javascript"),
            _ => return None,
        };
        Some(Asset { bytes: Cow::Borrowed(bytes), mime: mime.to_owned() })
    }
}

/// A running control API and what its commands saw.
pub(crate) struct Api {
    pub(crate) server: ControlServer,
    pub(crate) fake: Fake,
    pub(crate) dir: tempfile::TempDir,
}

impl Api {
    pub(crate) async fn start() -> Self {
        Self::start_with(LIMITS).await
    }

    async fn start_with(limits: Limits) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let fake = Fake::default();
        let server = ControlServer::bind_with(options(dir.path(), None), fake.clone(), limits).await.unwrap();
        Self { server, fake, dir }
    }

    fn port(&self) -> u16 {
        self.server.address().port()
    }

    fn token(&self) -> String {
        announced(self.dir.path()).unwrap().token.expose_secret().to_owned()
    }

    /// The names of the commands called so far.
    fn called(&self) -> Vec<String> {
        self.fake.calls.lock().unwrap().iter().map(|(name, _)| name.clone()).collect()
    }

    /// Sends these bytes and reads until the server closes.
    async fn raw(&self, bytes: impl AsRef<[u8]>) -> Reply {
        let mut stream = self.connect().await;
        // A server that refuses early may close before everything is sent.
        let _ = stream.write_all(bytes.as_ref()).await;
        Reply::read(&mut stream).await
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.server.address()).await.unwrap()
    }

    /// A request as the page makes it.
    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        self.raw(self.request(method, path, headers, body)).await
    }

    fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n", self.port());
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() {
            request += &format!("content-length: {}\r\n", body.len());
        }
        request + "\r\n" + body
    }

    /// A command with the right token.
    async fn command(&self, name: &str, body: &str) -> Reply {
        let token = format!("Bearer {}", self.token());
        let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
        self.send("POST", &format!("/api/v1/{name}"), &headers, body).await
    }
}

fn options(data_dir: &Path, address: Option<SocketAddr>) -> ControlOptions {
    ControlOptions {
        address,
        data_dir: data_dir.to_owned(),
        version: "1.2.3".to_owned(),
        simulator: None,
        assets: Arc::new(Page),
    }
}

/// What came back before the server closed; status 0 = closed without a word.
#[derive(Debug, Default)]
struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Reply {
    async fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        let text = String::from_utf8(bytes).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { return Self::default() };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON in {self:?}"))
    }
}
