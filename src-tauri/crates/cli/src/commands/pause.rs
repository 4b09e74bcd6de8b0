//! `headroom pause`

use crate::args::Pause;
use crate::exit::Failure;
use crate::out;
use crate::reach::Place;
use crate::show::{self, Look};
use engine::view::dto::{PauseArgs, PauseView};

/// Lets automation rest or go on, or says how it stands.
pub async fn run(place: &Place, args: Pause) -> Result<(), Failure> {
    let done = place
        .with_engine(async |engine| {
            Ok(match args.pause {
                Some(pause) => engine.automation_pause(PauseArgs { pause }).await?,
                None => PauseView { until: engine.status().await?.paused_until },
            })
        })
        .await?;
    if args.json { out::json(&done) } else { out::text(&show::pause(&done, &Look::of_terminal())) }
}
