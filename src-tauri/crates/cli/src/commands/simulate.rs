//! `headroom simulate`

use crate::args::Simulate;
use crate::exit::{Exit, Failure};
use crate::{input, out, signals};
use simulator::{Scenario, SimClock, Simulator};

/// Runs the simulated service until somebody asks it to stop.
pub async fn run(args: Simulate) -> Result<(), Failure> {
    let scenario = match &args.scenario {
        None => Scenario::demo(),
        Some(file) => Scenario::parse(&input::text(file)?)
            .map_err(|error| Failure::new(Exit::Usage, format!("{}: {error}", file.display())))?,
    };
    let simulator = Simulator::start(scenario, args.listen, SimClock::System).await.map_err(Failure::of)?;
    let stop = signals::asked_to_stop();
    let base = simulator.base_url();
    out::text(&format!("{base}\n"))?;
    out::message(&format!(
        "The simulated service is running until Ctrl-C. An engine uses it with\n\n\
         HEADROOM_UPSTREAM_URLS={base}\nHEADROOM_GEMINI_CLI_URLS={base}\nHEADROOM_API_KEY_URL={base}\n\
         HEADROOM_OAUTH_TOKEN_URL={base}/token\nHEADROOM_OAUTH_USERINFO_URL={base}/userinfo\n\
         HEADROOM_OAUTH_AUTHORIZE_URL={base}/authorize\n"
    ));
    stop.await;
    simulator.stop().await;
    Ok(())
}
