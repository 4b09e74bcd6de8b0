//! A round under way: said on stderr while it runs, stopped by Ctrl-C.

use crate::{out, show, signals};
use engine::Client;
use engine::view::dto::{ApiError, WarmupArgs, WarmupRound};
use std::collections::BTreeSet;
use std::io::{self, IsTerminal};
use std::pin::pin;
use std::time::Duration;
use tokio::time::sleep;

/// A round that reads the quota first can be stopped only once it sends: it is asked until it has ended.
const ASK_AGAIN: Duration = Duration::from_millis(100);

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
        None => {
            progress.clear();
            out::message("Stopping before the next request …");
            let round = loop {
                engine.warmup_cancel().await?;
                tokio::select! {
                    round = &mut made => break round,
                    () = sleep(ASK_AGAIN) => {}
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

/// What was said of a round.
struct Progress {
    /// One line that changes, on a terminal; else a line a request.
    live: bool,
    /// Something stands on that line.
    shown: bool,
    told: BTreeSet<usize>,
}

impl Progress {
    fn new() -> Self {
        Self { live: io::stderr().is_terminal(), shown: false, told: BTreeSet::new() }
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
                out::live(&step);
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
