//! The programs that are measured, started and stopped.

use super::upstream::Upstream;
use std::ffi::OsStr;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Logins the proxy has.
pub const CREDENTIALS: usize = 10;
/// Ticks of a second in `/proc`; the same on every Linux.
const TICKS: u32 = 100;

/// A program that ends with its holder.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a program holds at a moment.
pub struct Holds {
    /// In memory, in MB.
    rss: f64,
    /// Of that: not the program's own file and libraries.
    anonymous: f64,
    /// Open file descriptors.
    pub files: usize,
    threads: u32,
}

impl std::fmt::Display for Holds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { rss, anonymous, files, threads } = self;
        write!(f, "{rss:.1} MB ({anonymous:.1} MB of it not files), {files} descriptors, {threads} threads")
    }
}

pub struct HaProxy {
    pub address: SocketAddr,
    _running: Running,
    _dir: tempfile::TempDir,
}

impl HaProxy {
    pub fn start(program: &OsStr, upstream: SocketAddr) -> Self {
        let (address, dir) = (free(), tempfile::tempdir().unwrap());
        let config = format!(
            "global\n  nbthread 2\ndefaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n  http-reuse always\nlisten hop\n  bind {address}\n  server upstream {upstream}\n"
        );
        let file = dir.path().join("haproxy.cfg");
        std::fs::write(&file, config).unwrap();
        let child =
            Command::new(program).arg("-db").arg("-f").arg(&file).stderr(Stdio::null()).spawn().unwrap();
        let running = Running(child);
        until("HAProxy listens", || TcpStream::connect(address).is_ok());
        Self { address, _running: running, _dir: dir }
    }
}

pub struct Headroom {
    pub address: SocketAddr,
    pub key: String,
    pub model: String,
    running: Running,
    _dir: tempfile::TempDir,
}

impl Headroom {
    /// Imports the upstream's logins and serves.
    pub async fn start(program: &Path, upstream: &Upstream) -> Self {
        let (address, dir) = (free(), tempfile::tempdir().unwrap());
        let data = dir.path().join("data");
        let files = dir.path().join("files");
        std::fs::create_dir(&files).unwrap();
        for (name, text) in upstream.scenario.credential_files() {
            std::fs::write(files.join(name), text).unwrap();
        }
        let base = format!("http://{}", upstream.address);
        let with = |args: &[&str]| command(program, &data, &base, address, args);
        let ran = |args: &[&str]| {
            let mut command = with(args);
            async move {
                let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
                assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
                String::from_utf8(done.stdout).unwrap()
            }
        };
        ran(&["import", files.to_str().unwrap()]).await;
        let made: serde_json::Value =
            serde_json::from_str(&ran(&["keys", "create", "bench", "--json"]).await).unwrap();
        let key = made["secret"].as_str().unwrap().to_owned();
        let log = std::fs::File::create(dir.path().join("log")).unwrap();
        let child = with(&["serve"]).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let running = Running(child);
        let model = "gemini-3.6-flash-high".to_owned();
        let headroom = Self { address, key, model, running, _dir: dir };
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        for _ in 0..600 {
            let list =
                http.get(format!("http://{address}/v1/models")).bearer_auth(&headroom.key).send().await;
            if let Ok(list) = list
                && list.text().await.is_ok_and(|list| list.contains(&headroom.model))
            {
                // The first readings of all ten, one each half second, are over by then.
                tokio::time::sleep(Duration::from_secs(12)).await;
                return headroom;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the proxy never listed its models");
    }

    /// Processor time used so far.
    pub fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(self.proc("stat")).unwrap();
        // The name in parentheses may hold spaces; user and system time are the 12th and 13th after it.
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let ticks: u32 = fields[11].parse::<u32>().unwrap() + fields[12].parse::<u32>().unwrap();
        Duration::from_secs(1) * ticks / TICKS
    }

    /// What the program holds.
    pub fn holds(&self) -> Holds {
        let status = std::fs::read_to_string(self.proc("status")).unwrap();
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.split_whitespace().next().unwrap().parse::<u32>().unwrap()
        };
        let mb = |name| f64::from(number(name)) / 1024.0;
        Holds {
            rss: mb("VmRSS:"),
            anonymous: mb("RssAnon:"),
            files: std::fs::read_dir(self.proc("fd")).unwrap().count(),
            threads: number("Threads:"),
        }
    }

    fn proc(&self, file: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{file}", self.running.0.id()))
    }
}

fn command(program: &Path, data: &Path, base: &str, address: SocketAddr, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).env("HEADROOM_DATA_DIR", data).env("HEADROOM_KEY_STORAGE", "file");
    for (name, path) in [
        ("HEADROOM_UPSTREAM_URLS", ""),
        ("HEADROOM_GEMINI_CLI_URLS", ""),
        ("HEADROOM_API_KEY_URL", ""),
        ("HEADROOM_OAUTH_TOKEN_URL", "/token"),
        ("HEADROOM_OAUTH_USERINFO_URL", "/userinfo"),
        ("HEADROOM_OAUTH_AUTHORIZE_URL", "/authorize"),
    ] {
        command.env(name, format!("{base}{path}"));
    }
    command.env("PROXY_ENABLED", "true").env("PROXY_LISTEN", address.to_string()).env("HEADROOM_LOG", "warn");
    command
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..200 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("never: {what}");
}
