//! What helps to find a fault, as one text that its sender can read: checks, settings, states, sums and the log, without
//! names, addresses, tokens or anything that was said.

use crate::reach::Place;
use engine::doctor::{self, Redactor};
use engine::settings::{ProcessVars, Vars};
use engine::view::dto::{Freshness, QuotaArgs, RequestStatisticsArgs};
use engine::{Client, Clock};
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

/// Lines of the newest log.
const LINES: usize = 400;
/// Settings whose values say where somebody is or who it is.
const PRIVATE: [&str; 5] =
    ["proxy_hosts", "proxy_origins", "upstream_proxy", "proxy_pinned", "proxy_aliases"];

/// The whole text, redacted.
pub async fn text(place: &Place) -> String {
    let mut known: Vec<(String, String)> =
        ProcessVars.get("HOME").into_iter().map(|home| (home, "~".to_owned())).collect();
    known.push((place.data_dir().display().to_string(), "DATA".to_owned()));
    let live = place
        .with_engine(async |engine| Ok((engine.doctor().await?, of_engine(engine, &mut known).await)))
        .await;
    let (checks, live) = live.unwrap_or_else(|failure| {
        (doctor::without_engine(place.data_dir(), &failure.message), String::new())
    });
    let mut body = String::new();
    section(&mut body, "Checks");
    for check in &checks {
        let _ =
            writeln!(body, "{:<8} {:<16} {}", check.level, check.code, check.message.replace('\n', "\n    "));
    }
    body.push_str(&live);
    section(&mut body, "Files");
    body.push_str(&files(place.data_dir()));
    section(&mut body, &format!("The last {LINES} lines of the log"));
    body.push_str(&log(place.data_dir()));
    let now = engine::clock::SystemClock.now();
    let head = format!(
        "Headroom {} on {} {}, {}\n\nWritten by `headroom doctor --bundle`. Names, addresses, tokens and folders are replaced, and nothing that\nwas said to a model is in it. Read it before you send it; take out what you like.\n",
        engine::VERSION,
        std::env::consts::OS,
        std::env::consts::ARCH,
        now
    );
    head + &Redactor::new(known).redact(&body)
}

/// Writes it for its owner alone.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    engine::store::file::replace(path, text.as_bytes())
}

async fn of_engine(engine: &Client, known: &mut Vec<(String, String)>) -> String {
    let mut body = String::new();
    section(&mut body, "Settings that differ from the default");
    for setting in engine.settings_list().await.unwrap_or_default() {
        if setting.source == "default" {
            continue;
        }
        let value = match setting.value {
            Some(_) if PRIVATE.contains(&setting.key.as_str()) => "<set>".to_owned(),
            Some(value) => value,
            None => "<secret>".to_owned(),
        };
        let _ = writeln!(body, "{} = {value}   ({})", setting.key, setting.source);
    }
    section(&mut body, "Credentials");
    let peek = QuotaArgs { freshness: Freshness::Peek, credential: None };
    let credentials = engine.quota(peek).await.map(|document| document.credentials).unwrap_or_default();
    for (number, credential) in credentials.iter().enumerate() {
        let alias = format!("<credential {}>", number + 1);
        let left = credential.headline.as_ref().and_then(|headline| headline.remaining);
        let left = left.map_or_else(|| "unknown".to_owned(), |share| format!("{:.0} %", share * 100.0));
        let reason = credential.state_reason.as_deref().unwrap_or_default();
        let failure = credential.failure.as_ref().map(|f| f.message.as_str()).unwrap_or_default();
        let tier = credential.tier.as_deref().unwrap_or("no tier");
        let _ = writeln!(
            body,
            "{alias} {} {tier} {} {reason} left {left}, {} models, read {} {failure}",
            credential.provider,
            credential.state,
            credential.models.len(),
            credential.last_quota_refresh.as_deref().unwrap_or("never"),
        );
        known.push((credential.name.clone(), alias.clone()));
        known.push((credential.id.clone(), alias));
    }
    section(&mut body, "Jobs");
    for job in engine.scheduler().await.map(|view| view.jobs).unwrap_or_default() {
        let last = job.last_at.as_deref().unwrap_or("never");
        let outcome = job.last_outcome.as_deref().unwrap_or_default();
        let _ =
            writeln!(body, "{}: {} runs, {} missed, last {last} {outcome}", job.name, job.runs, job.missed);
    }
    section(&mut body, "Requests of the last day");
    let since = RequestStatisticsArgs { since: Some("1d".to_owned()) };
    if let Ok(sums) = engine.request_statistics(since).await {
        for row in std::iter::once(&sums.total).chain(&sums.models) {
            let _ = writeln!(
                body,
                "{}: {} requests, {} failed, {} refused",
                row.subject, row.requests, row.failures, row.refusals
            );
        }
        known
            .extend(sums.keys.into_iter().enumerate().map(|(n, key)| (key.name, format!("<key {}>", n + 1))));
    }
    body
}

fn section(body: &mut String, title: &str) {
    let _ = writeln!(body, "\n== {title}\n");
}

/// Names, sizes and modes.
fn files(dir: &Path) -> String {
    let mut folders: Vec<PathBuf> = vec![dir.to_owned()];
    let mut lines = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
            let Ok(meta) = std::fs::symlink_metadata(&path) else { continue };
            let name = path.strip_prefix(dir).unwrap_or(&path).display();
            lines.push(format!("{name} {} bytes{}", meta.len(), mode(&meta)));
            if meta.is_dir() {
                folders.push(path);
            }
        }
    }
    lines.sort();
    lines.join("\n") + "\n"
}

#[cfg(unix)]
fn mode(meta: &std::fs::Metadata) -> String {
    use std::os::unix::fs::PermissionsExt;
    format!(" {:o}", meta.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_: &std::fs::Metadata) -> String {
    String::new()
}

fn log(dir: &Path) -> String {
    let Ok(entries) = std::fs::read_dir(dir.join("logs")) else { return "There is none.\n".to_owned() };
    let newest = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).max();
    let text = newest.and_then(|path| std::fs::read(path).ok()).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n") + "\n"
}
