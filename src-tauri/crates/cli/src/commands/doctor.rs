//! `headroom doctor`

use crate::args::Doctor;
use crate::exit::{Exit, Failure};
use crate::reach::Place;
use crate::show::{self, Look};
use crate::{bundle, out};
use engine::clock::{Clock, SystemClock};
use engine::{doctor, lock};

/// Prints every check; fails when one did.
pub async fn run(place: &Place, args: Doctor) -> Result<(), Failure> {
    if args.restore {
        let done = doctor::restore(place.data_dir(), SystemClock.now()).map_err(Failure::of)?;
        out::message(&done);
    }
    if args.fix {
        let done = doctor::tidy(place.data_dir(), lock::is_held(place.data_dir()));
        if done.is_empty() {
            out::message("There was nothing to put in order.");
        }
        done.iter().for_each(|line| out::message(line));
    }
    if let Some(path) = &args.bundle {
        let text = bundle::text(place).await;
        bundle::write(path, &text).map_err(|error| {
            Failure::new(Exit::Failed, format!("{} cannot be written: {error}", path.display()))
        })?;
        out::message(&format!("Written to {}. Read it before you send it.", path.display()));
        return Ok(());
    }
    let checks = match place.with_engine(async |engine| Ok(engine.doctor().await?)).await {
        Ok(checks) => checks,
        Err(failure) => doctor::without_engine(place.data_dir(), &failure.message),
    };
    if args.json {
        out::json(&checks)?;
    } else {
        out::text(&show::checks(&checks, &Look::of_terminal()))?;
    }
    match checks.iter().filter(|check| check.level == "error").count() {
        0 => Ok(()),
        1 => Err(Failure::of("one check failed; its advice says what to do")),
        several => Err(Failure::of(format!("{several} checks failed; their advice says what to do"))),
    }
}
