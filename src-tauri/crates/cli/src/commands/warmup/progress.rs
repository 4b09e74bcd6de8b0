//! A round under way: said on stderr while it runs, stopped by Ctrl-C.

use crate::{out, show, signals};
use engine::Client;
use engine::settings::{ProcessVars, Vars};
use engine::view::dto::{ApiError, ErrorCode, WarmupArgs, WarmupRound};
use std::collections::BTreeSet;
use std::io::{self, IsTerminal};
use std::pin::pin;
use std::time::Duration;
use terminal_size::terminal_size_of;
use tokio::time::sleep;

/// A round that still reads the quota cannot be stopped yet: it is asked until it has ended.
const ASK_AGAIN: Duration = Duration::from_millis(25);

/// Makes a round; also tells whether Ctrl-C stopped it.
pub async fn round(engine: &Client, args: WarmupArgs) -> Result<(WarmupRound, bool), ApiError> {
    let mut progress = Progress::new();
    let before = engine.scheduler().await?.round.map(|round| round.id);
    let interrupt = signals::asked_to_stop();
    let mut made = pin!(engine.warmup(args));
    let ended = tokio::select! {
        round = &mut made => Some(round),
        () = progress.follow(engine, before) => None,
        () = interrupt => None,
    };
    let (round, interrupted) = match ended {
        Some(round) => (round, false),
        // Nothing is under way, and the engine ends with this command.
        None if matches!(engine, Client::Local(_)) && !progress.begun => {
            return Err(ApiError::new(ErrorCode::Failed, "stopped; nothing was sent"));
        }
        None => {
            progress.clear();
            out::message("Stopping before the next request …");
            let mut again = pin!(signals::asked_to_stop());
            let round = loop {
                engine.warmup_cancel().await?;
                tokio::select! {
                    round = &mut made => break round,
                    () = sleep(ASK_AGAIN) => {}
                    () = &mut again => return Err(given_up()),
                }
            };
            (round, true)
        }
    };
    if let Ok(round) = &round {
        progress.show(round);
    }
    progress.clear();
    Ok((round?, interrupted))
}

fn given_up() -> ApiError {
    let message = "stopped at once; what was sent is recorded, and `headroom history` shows it";
    ApiError::new(ErrorCode::Failed, message)
}

/// What was said of a round.
struct Progress {
    /// One line that changes, on a terminal; else a line a request.
    live: bool,
    /// The round sends.
    begun: bool,
    /// Something stands on that line.
    shown: bool,
    told: BTreeSet<usize>,
}

impl Progress {
    fn new() -> Self {
        let dumb = ProcessVars.get("TERM").is_some_and(|terminal| terminal == "dumb");
        Self { live: io::stderr().is_terminal() && !dumb, begun: false, shown: false, told: BTreeSet::new() }
    }

    /// Shows each step of the round that comes after `before`; goes on until it is dropped.
    async fn follow(&mut self, engine: &Client, before: Option<String>) {
        let mut changes = engine.changes();
        while changes.next().await.is_some() {
            // The round's own answer tells what went wrong.
            let Ok(view) = engine.scheduler().await else { continue };
            let ours = view.round.filter(|round| round.by == "manual" && Some(&round.id) != before.as_ref());
            if let Some(round) = ours {
                self.show(&round);
            }
        }
        std::future::pending().await
    }

    fn show(&mut self, round: &WarmupRound) {
        if round.total == 0 || round.dry_run {
            return;
        }
        self.begun = true;
        let mut news = None;
        for (place, line) in round.lines.iter().enumerate() {
            let ended =
                line.outcome.as_deref().is_some_and(|outcome| !["waiting", "stopped"].contains(&outcome));
            if ended && self.told.insert(place) {
                let step = format!("({}/{}) {}", self.told.len(), round.total, show::outcome(line, false));
                if !self.live {
                    out::message(&step);
                }
                news = Some(step);
            }
        }
        if self.live {
            let step = news.or_else(|| (!self.shown).then(|| format!("(0/{}) …", round.total)));
            if let Some(step) = step {
                // A line that wraps could not be taken back.
                let width = terminal_size_of(io::stderr()).map(|(width, _)| usize::from(width.0));
                out::live(
                    &width.map_or_else(|| step.clone(), |width| show::cut(&step, width.saturating_sub(1))),
                );
                self.shown = true;
            }
        }
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            out::live("");
        }
    }
}
