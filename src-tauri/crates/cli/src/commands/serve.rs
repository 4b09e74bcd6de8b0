//! `headroom serve`

use crate::args::Serve;
use crate::exit::Failure;
use crate::page::Page;
use crate::reach::Place;
use crate::{out, signals};
use engine::{Demo, Flags, Opened, Options};
use std::sync::Arc;

/// Runs the engine until somebody asks it to stop.
pub async fn run(place: &Place, args: Serve) -> Result<(), Failure> {
    let _log = place.log(true)?;
    let options = Options {
        flags: Flags { control: args.control, listen: args.listen },
        demo: match (args.demo, args.demo_if_empty) {
            (true, _) => Demo::Yes,
            (false, true) => Demo::IfEmpty,
            (false, false) => Demo::No,
        },
        assets: Arc::new(Page),
        ..place.options()
    };
    let stop = signals::asked_to_stop();
    let host = match engine::open(options).await? {
        Opened::Owner(host) => host,
        Opened::Running(_) => {
            return Err(Failure::of(
                "Headroom is running on this data directory already; `headroom ui` opens it",
            ));
        }
    };
    if host.client().status().await?.demo {
        out::message(
            "This is a demo: invented credentials on a simulated service. The first import ends it.",
        );
    }
    let control =
        host.control_address().map(|address| format!("  ·  control http://{address}")).unwrap_or_default();
    out::text(&format!("Headroom is running. Web UI: headroom ui{control}\n"))?;
    stop.await;
    tokio::select! {
        () = host.stop() => {}
        () = signals::asked_to_stop() => out::message("Stopped at once."),
    }
    Ok(())
}
