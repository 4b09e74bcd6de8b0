//! Clients: each has one connection, sends, and reads its answer to the end.

use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// A request and where it goes.
#[derive(Clone)]
pub struct Load {
    address: SocketAddr,
    request: Arc<Vec<u8>>,
}

/// What one client measured.
pub struct Measured {
    /// Times to the first byte of the body, in seconds.
    pub firsts: Vec<f64>,
    /// Requests a second.
    pub per_second: f64,
}

/// A short chat, streamed.
pub fn chat(model: &str) -> Value {
    json!({"model": model, "stream": true, "messages": [{"role": "user", "content": "Say hello."}]})
}

/// A request of 1 MB with 200 messages and 20 tools.
pub fn large(model: &str) -> Value {
    let words = "The quick brown fox jumps over the lazy dog, and \"so on\"\n".repeat(84);
    let message = |n: usize| {
        let role = if n.is_multiple_of(2) { "user" } else { "assistant" };
        json!({"role": role, "content": format!("{n} {words}")})
    };
    let tool = |n: usize| {
        json!({"type": "function", "function": {"name": format!("tool_{n}"), "description": "Does something useful.",
            "parameters": {"type": "object", "required": ["path"], "properties": {
                "path": {"type": "string", "description": "Where.", "minLength": 1},
                "mode": {"anyOf": [{"type": "string", "enum": ["a", "b"]}, {"type": "null"}]},
                "lines": {"type": "array", "items": {"type": "integer", "minimum": 0}}}}}})
    };
    let (messages, tools): (Vec<_>, Vec<_>) = ((0..201).map(message).collect(), (0..20).map(tool).collect());
    json!({"model": model, "stream": true, "messages": messages, "tools": tools})
}

impl Load {
    /// To the proxy, with words of its own.
    pub fn words(address: SocketAddr, key: &str, model: &str, words: &str) -> Self {
        let message = json!({"role": "user", "content": words});
        Self::proxy(address, key, &json!({"model": model, "stream": true, "messages": [message]}))
    }

    /// To the upstream or to a hop that knows nothing of it: a body of the same size.
    pub fn upstream(address: SocketAddr, body: &Value) -> Self {
        Self::new(address, "/v1internal:streamGenerateContent?alt=sse", "ya29.FAKE", body)
    }

    /// To the proxy.
    pub fn proxy(address: SocketAddr, key: &str, body: &Value) -> Self {
        Self::new(address, "/v1/chat/completions", key, body)
    }

    /// To any path, with a bearer key.
    pub fn new(address: SocketAddr, path: &str, key: &str, body: &Value) -> Self {
        let body = body.to_string();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        Self { address, request: Arc::new((head + &body).into_bytes()) }
    }

    /// One client, so many requests one after the other.
    pub async fn times(&self, count: usize) -> Measured {
        let mut client = Client::connect(self).await;
        let (mut firsts, began) = (Vec::with_capacity(count), Instant::now());
        for _ in 0..count {
            firsts.push(client.exchange().await.as_secs_f64());
        }
        let per_second = f64::from(u32::try_from(count).unwrap()) / began.elapsed().as_secs_f64();
        Measured { firsts, per_second }
    }

    /// So many clients for so long: requests a second.
    pub async fn together(&self, clients: usize, span: Duration) -> f64 {
        let (began, until) = (Instant::now(), Instant::now() + span);
        let count = self.share(clients, move |_| Instant::now() < until).await;
        f64::from(count) / began.elapsed().as_secs_f64()
    }

    /// So many requests in all, by so many clients at once.
    pub async fn spread(&self, clients: usize, requests: usize) {
        let each = u32::try_from(requests.div_ceil(clients)).unwrap();
        self.share(clients, move |count| count < each).await;
    }

    /// Every client goes on while it may, by how many it sent. Answers how many were sent in all.
    async fn share(&self, clients: usize, goes_on: impl Fn(u32) -> bool + Copy + Send + 'static) -> u32 {
        let mut all = JoinSet::new();
        for _ in 0..clients {
            let load = self.clone();
            all.spawn(async move {
                let (mut client, mut count) = (Client::connect(&load).await, 0_u32);
                while goes_on(count) {
                    client.exchange().await;
                    count += 1;
                }
                count
            });
        }
        all.join_all().await.into_iter().sum()
    }
}

/// A client with its connection; whoever drops it hangs up.
pub struct Client {
    stream: TcpStream,
    request: Arc<Vec<u8>>,
    seen: Vec<u8>,
}

impl Client {
    pub async fn connect(load: &Load) -> Self {
        let stream = TcpStream::connect(load.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, request: load.request.clone(), seen: Vec::with_capacity(64 << 10) }
    }

    /// Sends, reads to the end, and answers the time to the first byte of the body.
    pub async fn exchange(&mut self) -> Duration {
        let began = Instant::now();
        self.send().await;
        let mut at = self.hear().await;
        let first = began.elapsed();
        while !chunks(&self.seen, &mut at) {
            self.read().await;
        }
        first
    }

    /// Sends the request.
    pub async fn send(&mut self) {
        self.stream.write_all(&self.request).await.unwrap();
        self.seen.clear();
    }

    /// Reads until something of the body is there, and answers where it begins.
    pub async fn hear(&mut self) -> usize {
        let mut begin = None;
        loop {
            self.read().await;
            if begin.is_none() {
                begin = self.seen.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
                let ok = self.seen.starts_with(b"HTTP/1.1 200");
                assert!(begin.is_none() || ok, "{}", String::from_utf8_lossy(&self.seen));
            }
            if let Some(begin) = begin.filter(|begin| self.seen.len() > *begin) {
                return begin;
            }
        }
    }

    async fn read(&mut self) {
        let read = self.stream.read_buf(&mut self.seen).await.unwrap();
        assert!(read > 0, "the server hung up: {}", String::from_utf8_lossy(&self.seen));
    }
}

/// Walks over the chunks that are there; whether the last one is.
fn chunks(seen: &[u8], at: &mut usize) -> bool {
    loop {
        let Some(line) = seen[*at..].windows(2).position(|two| two == b"\r\n") else { return false };
        let size = std::str::from_utf8(&seen[*at..*at + line]).unwrap();
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        let end = *at + line + 2 + size + 2;
        if seen.len() < end {
            return false;
        }
        *at = end;
        if size == 0 {
            return true;
        }
    }
}
