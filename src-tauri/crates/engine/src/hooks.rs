//! The user's own program on events: started with the event's kind as its one argument and the event as JSON on its
//! standard input.
//!
//! Nothing an event says becomes part of a command: it may quote the service, or a name somebody chose. What an event
//! is, `domain::event` decides; this watches and starts. One run at a time, in order, each with a time limit.

use crate::clock::Clock;
use crate::ledger::{Ledger, State};
use crate::settings::SettingsKeeper;
use crate::tasks::Tasks;
use domain::event::{Event, EventKind, Marks, Seen, SeenPool, Watcher};
use domain::policy::warmup::Outcome;
use domain::policy::words::Language;
use domain::quota::Remaining;
use domain::settings::Settings;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A program that takes longer is ended.
const LIMIT: Duration = Duration::from_secs(30);
/// Events that wait for the program; when it is slower than that, the newest are left out.
const QUEUE: usize = 64;

/// Watches, and starts the program that the settings name, for as long as they name one.
pub(crate) fn start(tasks: &Tasks, ledger: Ledger, settings: SettingsKeeper, clock: Arc<dyn Clock>) {
    let (send, receive) = mpsc::channel(QUEUE);
    let told = settings.clone();
    tasks.start(|stop| watch(ledger, settings, clock, send, stop));
    tasks.start(|stop| run_each(told, receive, stop));
}

async fn watch(
    ledger: Ledger,
    settings: SettingsKeeper,
    clock: Arc<dyn Clock>,
    send: mpsc::Sender<Event>,
    stop: CancellationToken,
) {
    let (mut changed, mut set) = (ledger.watch(), settings.watch());
    let mut watcher = Watcher::default();
    loop {
        let current = settings.current();
        if current.hook_command.is_none() {
            // Nobody asks. What is seen first afterwards is where it begins: switching on tells nothing that is old.
            watcher = Watcher::default();
            tokio::select! {
                done = set.changed() => if done.is_err() { return },
                () = stop.cancelled() => return,
            }
            continue;
        }
        let (state, now) = (changed.borrow_and_update().clone(), clock.now());
        for event in watcher.observe(&seen(&state, now), marks(&current), now) {
            if current.hook_events.contains(&event.kind) && send.try_send(event).is_err() {
                tracing::warn!("The hook is too slow: an event was left out");
            }
        }
        tokio::select! {
            done = changed.changed() => if done.is_err() { return },
            done = set.changed() => if done.is_err() { return },
            () = stop.cancelled() => return,
        }
    }
}

async fn run_each(settings: SettingsKeeper, mut events: mpsc::Receiver<Event>, stop: CancellationToken) {
    loop {
        let event = tokio::select! {
            event = events.recv() => match event { Some(event) => event, None => return },
            () = stop.cancelled() => return,
        };
        let Some(program) = settings.current().hook_command.clone() else { continue };
        let kind = event.kind.key();
        tokio::select! {
            ran = run(&program, &event) => match ran {
                Ok(status) if status.success() => tracing::debug!(event = kind, "The hook ran"),
                Ok(status) => tracing::warn!(event = kind, %status, "The hook {program} failed"),
                Err(why) => tracing::warn!(event = kind, "The hook {program} {why}"),
            },
            // Ended with the engine: `kill_on_drop`.
            () = stop.cancelled() => return,
        }
    }
}

/// Runs the program once; its output goes nowhere.
async fn run(program: &str, event: &Event) -> Result<ExitStatus, String> {
    let document = document(event).to_string();
    let mut child = Command::new(program)
        .arg(event.kind.key())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("could not be started: {error}"))?;
    let work = async {
        if let Some(mut pipe) = child.stdin.take() {
            // A program that reads nothing is as good.
            let _ = pipe.write_all(document.as_bytes()).await;
        }
        child.wait().await.map_err(|error| format!("was lost: {error}"))
    };
    match timeout(LIMIT, work).await {
        Ok(ended) => ended,
        Err(_) => Err(format!("took longer than {} s and was ended", LIMIT.as_secs())),
    }
}

/// The event as the program reads it.
fn document(event: &Event) -> Value {
    json!({
        "event": event.kind.key(),
        "at": event.at.to_string(),
        "credential": {"id": event.credential.as_str(), "name": event.name},
        "group": event.group.as_ref().map(domain::catalogue::Group::key),
        "group_name": event.group.as_ref().map(domain::catalogue::Group::title),
        "remaining": event.remaining.map(Remaining::fraction),
        "reset_at": event.reset_at.map(|at| at.to_string()),
        "message": sentence(event),
    })
}

/// The event for people.
fn sentence(event: &Event) -> String {
    let what = match &event.group {
        Some(group) => format!("{} of {}", group.title(), event.name),
        None => event.name.clone(),
    };
    let left = event.remaining.map(|left| format!("{:.0} %", left.percent().floor()));
    let left = left.unwrap_or_else(|| "an unknown share".to_owned());
    match event.kind {
        EventKind::Low => format!("{what}: {left} left."),
        EventKind::Back => format!("{what} is back: {left} left."),
        EventKind::Warmed => format!("{what} is warmed up: its clock runs."),
        EventKind::NeedsYou => {
            let why = event.reason.as_deref().unwrap_or_default();
            format!("{what} needs you. {why}").trim_end().to_owned()
        }
    }
}

fn marks(settings: &Settings) -> Marks {
    Marks { low: settings.quota_protection_threshold, back_above: settings.quota_protection_hysteresis }
}

/// What is seen of every credential.
fn seen(state: &State, now: Timestamp) -> Vec<Seen> {
    let one = |known: &Arc<crate::ledger::Known>| {
        let (credential, quota) = (&known.credential, known.quota.as_deref());
        let pool = |quota: &domain::quota::Quota, group: &domain::catalogue::Group| SeenPool {
            group: group.clone(),
            remaining: quota.binding(group, now).and_then(|window| window.remaining_at(now)),
            reset_at: quota.refills_at(group, now),
        };
        let is_active = credential.state.is_active();
        let groups = quota
            .filter(|_| is_active)
            .map(|quota| quota.groups.iter().map(|reading| pool(quota, &reading.group)).collect());
        let verified = state.warmups.attempts_of(&credential.id).filter(|a| a.outcome == Outcome::Started);
        Seen {
            credential: credential.id.clone(),
            name: credential.name(),
            needs_you: credential
                .state
                .needs_user()
                .then(|| credential.state.reason(Language::English))
                .flatten(),
            pools: groups.unwrap_or_default(),
            warmed: verified.map(|attempt| (attempt.id, attempt.group.clone())).collect(),
        }
    };
    state.credentials.iter().map(one).collect()
}

#[cfg(test)]
mod tests;
