//! Measures forecasts of run-outs on invented people.
//!
//!     cargo run --release -p domain --example forecasts -- [FIRST SEED] [LAST SEED]
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a tool for the terminal")]
#[path = "../tests/planner/invent.rs"]
mod invent;
#[path = "../tests/planner/run_outs.rs"]
mod run_outs;

use invent::Kind;
use run_outs::{judged, run_outs};

fn main() {
    let args: Vec<u64> = std::env::args().skip(1).map(|n| n.parse().expect("a seed")).collect();
    let (from, to) = (args.first().copied().unwrap_or(0), args.get(1).copied().unwrap_or(10));
    for kind in [Kind::Office, Kind::Early, Kind::Evenings, Kind::Holidays, Kind::Change, Kind::Shifts] {
        let found = run_outs(&[kind], from..to);
        let (inside, off) = judged(&found);
        println!(
            "{:<9} {:>4} run-outs, {:.1} % inside the band, {off:.0} min off at the median",
            kind.name(),
            found.len(),
            inside * 100.0
        );
    }
}
