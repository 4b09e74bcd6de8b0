//! Every target over its corpus, and over damaged copies of it. `HEADROOM_FUZZ` sets how many copies.

#![expect(clippy::unwrap_used, reason = "clippy does not see the shared parts of a test binary as tests")]

use engine::settings::{ProcessVars, Vars};
use fuzzing::mutate::Mutator;
use fuzzing::{TARGETS, Target, seeds};
use std::panic::catch_unwind;
use std::time::Duration;

/// A run that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(1);

/// Holds G3.
#[test]
fn every_seed_keeps_the_promise_of_its_target() {
    for target in &TARGETS {
        let all = seeds::of(target);
        assert!(all.len() >= 5, "{} has {} seeds", target.name, all.len());
        for (name, bytes) in all {
            check(target, &bytes, &name);
        }
    }
}

/// Holds G3, F15, T31.
#[test]
fn damaged_seeds_keep_it_too() {
    let runs: u64 = size("HEADROOM_FUZZ", 2_000);
    let first: u64 = size("HEADROOM_FIRST_SEED", 1);
    // Two at a time, for two cores.
    let queue = std::sync::Mutex::new(TARGETS.iter());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(target) = queue.lock().unwrap().next() else { return };
                    let mut mutator = Mutator::new(
                        target,
                        seeds::of(target).into_iter().map(|(_, bytes)| bytes).collect(),
                        first,
                    );
                    let began = tokio::time::Instant::now();
                    let mut longest = Duration::ZERO;
                    for n in 0..runs {
                        let input = mutator.input();
                        longest = longest.max(check(target, &input, &format!("input {n}")));
                    }
                    println!(
                        "figure G3: {}: {runs} runs in {:.0} s, 0 panics, the longest {longest:.1?}",
                        target.name,
                        began.elapsed().as_secs_f64()
                    );
                }
            });
        }
    });
}

fn size(variable: &str, every_day: u64) -> u64 {
    ProcessVars.get(variable).and_then(|text| text.parse().ok()).unwrap_or(every_day)
}

/// Runs a target; what breaks its promise is kept in its corpus, to be replayed from then on.
fn check(target: &Target, bytes: &[u8], name: &str) -> Duration {
    let began = tokio::time::Instant::now();
    let outcome = catch_unwind(|| (target.run)(bytes));
    let took = began.elapsed();
    if outcome.is_err() || took > LONGEST {
        let path = seeds::corpus(target).join(format!("found-{}", bytes.len()));
        engine::store::file::replace(&path, bytes).unwrap();
        panic!("{}: {name} breaks its promise in {took:?}; kept as {}", target.name, path.display());
    }
    took
}
