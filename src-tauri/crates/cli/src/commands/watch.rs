//! `headroom watch`

use crate::args::Watch;
use crate::exit::Failure;
use crate::reach::Place;
use crate::show::{self, Line, Look};
use crate::{out, signals};
use engine::Client;
use engine::view::dto::{QuotaArgs, QuotaDocument};
use std::io::IsTerminal;
use std::time::Duration;
use tokio::time::sleep;

/// Countdowns go on without any change.
const REDRAW: Duration = Duration::from_secs(30);
/// Between two looks for an engine that is not there.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// How what is seen is told.
enum Telling {
    /// On the terminal, in place of what stood there.
    Screen,
    /// The table again and again, for a file or another program.
    Tables,
    /// A line of the user's form.
    Lines(Line),
    /// A document a line.
    Documents,
}

/// Follows the quota until Ctrl-C. An engine that stops or is not there yet is waited for.
pub async fn run(place: &Place, args: Watch) -> Result<(), Failure> {
    let telling = match args.format {
        Some(form) => Telling::Lines(Line::parse(&form, args.for_json)?),
        None if args.json => Telling::Documents,
        None if std::io::stdout().is_terminal() => Telling::Screen,
        None => Telling::Tables,
    };
    let screen = matches!(telling, Telling::Screen).then(Screen::enter).transpose()?;
    let followed = tokio::select! {
        followed = follow(place, &telling) => followed,
        () = signals::asked_to_stop() => Ok(()),
    };
    drop(screen);
    followed
}

async fn follow(place: &Place, telling: &Telling) -> Result<(), Failure> {
    let mut said = String::new();
    let mut told_missing = false;
    loop {
        match place.running().await {
            Ok(engine) => {
                told_missing = false;
                while_it_runs(&engine, telling, &mut said).await?;
            }
            Err(missing) if !told_missing => {
                told_missing = true;
                let words = format!("{}; waiting for it …", missing.message);
                match telling {
                    Telling::Screen => Screen::draw(&format!("{words}\n"))?,
                    Telling::Tables | Telling::Lines(_) | Telling::Documents => out::message(&words),
                }
            }
            Err(_) => {}
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// Until the engine is gone.
async fn while_it_runs(engine: &Client, telling: &Telling, said: &mut String) -> Result<(), Failure> {
    let mut changes = engine.changes();
    loop {
        let Ok(document) = engine.quota(QuotaArgs::default()).await else { return Ok(()) };
        tell(&document, telling, said)?;
        tokio::select! {
            change = changes.next() => if change.is_none() { return Ok(()) },
            () = sleep(REDRAW) => {}
        }
    }
}

/// Says what is new; what was said already is not said again, but for a screen, which may have been resized.
fn tell(document: &QuotaDocument, telling: &Telling, said: &mut String) -> Result<(), Failure> {
    let look = Look::of_terminal();
    let text = match telling {
        Telling::Screen => return Screen::draw(&show::quota(document, &look)),
        Telling::Tables => format!("{}\n", show::quota(document, &look)),
        Telling::Lines(line) => format!("{}\n", line.write(document, &look)),
        Telling::Documents => {
            // The time of the document is no news.
            let same = QuotaDocument { at: String::new(), ..document.clone() };
            let text = serde_json::to_string(&same).map_err(Failure::of)?;
            if *said == text {
                return Ok(());
            }
            *said = text;
            return out::text(&format!("{}\n", serde_json::to_string(document).map_err(Failure::of)?));
        }
    };
    if *said != text {
        out::text(&text)?;
        *said = text;
    }
    Ok(())
}

/// The terminal's other screen; the first one comes back when this is dropped.
struct Screen;

impl Screen {
    fn enter() -> Result<Self, Failure> {
        out::bytes(b"\x1b[?1049h\x1b[?25l")?;
        Ok(Self)
    }

    /// As much as fits; each line is cleared behind its text, so that nothing flickers.
    fn draw(text: &str) -> Result<(), Failure> {
        let rows = terminal_size::terminal_size().map_or(usize::MAX, |(_, rows)| usize::from(rows.0));
        let lines: Vec<_> = text.lines().take(rows.max(2) - 1).collect();
        let body = lines.join("\x1b[K\r\n");
        out::text(&format!("\x1b[H{body}\x1b[K\x1b[J"))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing back.
        let _ = out::bytes(b"\x1b[?25h\x1b[?1049l");
    }
}
