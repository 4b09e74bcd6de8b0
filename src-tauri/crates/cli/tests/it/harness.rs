//! An installation of the program: a data directory, an environment, and commands that run in it.

use serde_json::Value;
use simulator::{Scenario, SimClock, Simulator};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// A command that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// One user's program and data.
pub struct Headroom {
    home: TempDir,
    environment: Vec<(String, String)>,
}

/// What a command left.
#[derive(Debug, Clone)]
pub struct Output {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A running `headroom serve`.
pub struct Engine {
    child: Child,
    data_dir: PathBuf,
}

impl Headroom {
    /// An installation that knows this service only.
    pub fn start(simulator: &Simulator) -> Self {
        let base = simulator.base_url();
        Self::with_urls(&base)
    }

    /// An installation without network: the service's port is nobody's.
    pub fn offline() -> Self {
        Self::with_urls("http://127.0.0.1:9")
    }

    fn with_urls(base: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let headroom = Self { home, environment: Vec::new() };
        let data_dir = headroom.data_dir().display().to_string();
        headroom
            .env("HEADROOM_DATA_DIR", &data_dir)
            .env("HEADROOM_KEY_STORAGE", "file")
            .env("HEADROOM_UPSTREAM_URLS", base)
            .env("HEADROOM_GEMINI_CLI_URLS", base)
            .env("HEADROOM_API_KEY_URL", base)
            .env("HEADROOM_OAUTH_TOKEN_URL", &format!("{base}/token"))
            .env("HEADROOM_OAUTH_USERINFO_URL", &format!("{base}/userinfo"))
            .env("HEADROOM_OAUTH_AUTHORIZE_URL", &format!("{base}/authorize"))
            .env("TZ", "UTC")
    }

    /// The same with one more variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Where everything is kept.
    pub fn data_dir(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Puts a file beside the data and gives its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::io::Write::write_all(&mut std::fs::File::create(&path).unwrap(), content.as_ref()).unwrap();
        path.display().to_string()
    }

    /// Runs a command to its end.
    pub async fn run(&self, args: &[&str]) -> Output {
        self.run_with(args, b"").await
    }

    /// Runs a command with this on stdin.
    pub async fn run_with(&self, args: &[&str], stdin: &[u8]) -> Output {
        let mut child = self.command(args).spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        // A command that reads no stdin may have ended by now.
        let _ = pipe.write_all(stdin).await;
        drop(pipe);
        Output::of(child).await
    }

    /// Runs a command that has to succeed.
    pub async fn ok(&self, args: &[&str]) -> Output {
        let output = self.run(args).await;
        assert_eq!(output.code, Some(0), "{args:?}: {output:?}");
        output
    }

    /// Imports the logins of a scenario.
    pub async fn import(&self, scenario: &Scenario) {
        for (name, content) in scenario.credential_files() {
            let path = self.file(&format!("files/{name}"), content);
            self.ok(&["import", &path]).await;
        }
    }

    /// Starts `headroom serve` and waits until it answers.
    pub async fn serve(&self, args: &[&str]) -> Engine {
        let mut all = vec!["serve"];
        all.extend(args);
        self.serve_by(env!("CARGO_BIN_EXE_headroom"), &all).await
    }

    /// The same by way of another program.
    pub async fn serve_by(&self, program: &str, args: &[&str]) -> Engine {
        let mut child = self.program(program, args).spawn().unwrap();
        let data_dir = self.data_dir();
        let answers = async {
            while !data_dir.join("control.json").exists() {
                if let Some(status) = child.try_wait().unwrap() {
                    panic!("serve ended with {status}");
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(LIMIT, answers).await.unwrap();
        Engine { child, data_dir }
    }

    /// The command, not started yet.
    pub fn command(&self, args: &[&str]) -> Command {
        self.program(env!("CARGO_BIN_EXE_headroom"), args)
    }

    fn program(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(args)
            .env_clear()
            .envs(
                std::env::vars()
                    .filter(|(name, _)| ["PATH", "SystemRoot", "LLVM_PROFILE_FILE"].contains(&name.as_str())),
            )
            .env("HOME", self.home.path())
            .envs(self.environment.iter().cloned())
            .current_dir(self.home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

impl Output {
    /// Waits for a command's end.
    pub async fn of(child: Child) -> Self {
        let output = timeout(LIMIT, child.wait_with_output()).await.expect("the command hangs").unwrap();
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// stdout as the one document it has to be.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Fails with this code and one line on stderr that holds `words`; results may stand on stdout.
    #[track_caller]
    pub fn fails(&self, code: i32, words: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        let lines: Vec<_> = self.stderr.lines().collect();
        assert!(lines.len() == 1 && lines[0].starts_with("headroom: "), "one line: {self:?}");
        assert!(lines[0].contains(words), "{words:?} in {self:?}");
    }
}

impl Engine {
    /// What `control.json` says.
    pub fn announced(&self) -> Value {
        announced(&self.data_dir)
    }

    /// Asks it to stop as the system does, and waits for its end.
    pub async fn stop(self) -> Output {
        self.signal("-TERM").await;
        Output::of(self.child).await
    }

    /// Kills it, as the system does when memory is short.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.child.id().expect("still running")
    }

    /// Its memory, in KiB; 0 where the system does not say.
    pub fn resident_kib(&self) -> u64 {
        let id = self.child.id().expect("still running");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    pub async fn signal(&self, signal: &str) {
        let id = self.child.id().expect("still running").to_string();
        assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
    }
}

/// What `control.json` in a data directory says.
pub fn announced(data_dir: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(data_dir.join("control.json")).unwrap()).unwrap()
}

/// A running service with these accounts.
pub async fn service(scenario: &Scenario) -> Simulator {
    Simulator::start(scenario.clone(), ([127, 0, 0, 1], 0).into(), SimClock::System).await.unwrap()
}

/// An address nobody listens at.
pub fn free_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// What the proxy at `listen` answers to a chat request, head and body; waits until it listens.
pub async fn asked(listen: &str, key: &str, body: &str) -> String {
    let request = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {listen}\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let connected = async {
        loop {
            match TcpStream::connect(listen).await {
                Ok(stream) => return stream,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    let mut stream = timeout(LIMIT, connected).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is cut was answered so far.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// A service's description.
pub fn scenario(toml: &str) -> Scenario {
    Scenario::parse(toml).unwrap()
}

/// How much of something a test does: what the environment says, else what is enough for every day.
pub fn size(variable: &str, every_day: usize) -> usize {
    engine::settings::Vars::get(&engine::settings::ProcessVars, variable)
        .and_then(|text| text.parse().ok())
        .unwrap_or(every_day)
}

/// The id of the only credential.
pub async fn id(headroom: &Headroom) -> String {
    let document = headroom.ok(&["credentials", "--json"]).await.json();
    document["credentials"][0]["id"].as_str().unwrap().to_owned()
}

/// An object has these keys and no others.
#[track_caller]
pub fn keys(value: &Value, expected: &[&str]) {
    let mut found: Vec<_> =
        value.as_object().unwrap_or_else(|| panic!("{value}")).keys().map(String::as_str).collect();
    let mut expected = expected.to_vec();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

/// Runs a command on a pseudo-terminal, by util-linux's `script`, with this typed; all output is on stdout.
pub async fn on_terminal(
    headroom: &Headroom,
    args: &str,
    environment: &[(&str, &str)],
    typed: &[u8],
) -> Output {
    let command = headroom.command(&[]);
    let program = env!("CARGO_BIN_EXE_headroom");
    let mut script = Command::new("script");
    script.args(["-qec", &format!("{program} {args}"), "/dev/null"]).env_clear();
    for (name, value) in command.as_std().get_envs() {
        script.env(name, value.unwrap_or_default());
    }
    script.env("TERM", "xterm-256color").envs(environment.iter().copied());
    script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = script.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(typed).await.unwrap();
    let output = Output::of(child).await;
    drop(pipe);
    output
}
