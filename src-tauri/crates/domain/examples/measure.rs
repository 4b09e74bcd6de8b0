//! Measures the planner on invented people: the share of each policy, kind by kind.
//!
//!     cargo run --release -p domain --example measure -- [KIND] [SEEDS] [DAYS]
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a tool for the terminal")]
#[path = "../tests/planner/invent.rs"]
mod invent;

use domain::replay::{Fixed, Idle, Planned, bound, run};
use invent::{Kind, invent};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let only = args.first().filter(|k| *k != "all");
    let seeds: u64 = args.get(1).map_or(40, |n| n.parse().expect("a number of seeds"));
    let days: i32 = args.get(2).map_or(28, |n| n.parse().expect("a number of days"));
    println!(
        "{:<11} {:>6} {:>6} {:>6} {:>6} | {:>6} {:>6} {:>6} {:>6} | {:>5} {:>5} {:>5}",
        "kind", "none", "fixed", "plan", "bound", "p/b", "p10", "min", "p/f", "wf", "wp", "wb"
    );
    for kind in Kind::ALL.into_iter().filter(|k| only.is_none_or(|o| k.name() == o)) {
        let mut rows = Vec::new();
        for seed in 0..seeds {
            let trace = invent(kind, seed, days);
            let none = run(&trace, &mut Idle);
            let fixed = run(&trace, &mut Fixed::default());
            let planner = run(&trace, &mut Planned::new(&trace));
            let best = bound(&trace);
            let total = trace.total().max(1e-9);
            if only.is_some() {
                println!(
                    "  {seed:>4} none {:.3} fixed {:.3} plan {:.3} bound {:.3} found {:.3} ratio {:.3} load {:.2} wf {} wp {} start {} n {}",
                    none.share(),
                    fixed.share(),
                    planner.share(),
                    best.served / total,
                    best.found / total,
                    planner.served / best.served,
                    total
                        / trace.credentials.len() as f64
                        / trace.credentials[0].groups.values().next().expect("a group")[0].capacity
                        / 20.0,
                    fixed.warmups.len(),
                    planner.warmups.len(),
                    trace.zone.to_datetime(trace.start).weekday().to_monday_one_offset(),
                    trace.demand.len()
                );
            }
            assert!(planner.warmups.len() <= fixed.warmups.len(), "more than the fixed rule");
            rows.push([
                none.share(),
                fixed.share(),
                planner.share(),
                best.served / total,
                planner.served / best.served.max(1e-9),
                planner.served / fixed.served.max(1e-9),
                fixed.warmups.len() as f64,
                planner.warmups.len() as f64,
                best.warmups.len() as f64,
            ]);
        }
        let mean = |c: usize| rows.iter().map(|r| r[c]).sum::<f64>() / rows.len() as f64;
        let mut ratios: Vec<f64> = rows.iter().map(|r| r[4]).collect();
        ratios.sort_by(f64::total_cmp);
        println!(
            "{:<11} {:>6.3} {:>6.3} {:>6.3} {:>6.3} | {:>6.3} {:>6.3} {:>6.3} {:>6.3} | {:>5.1} {:>5.1} {:>5.1}",
            kind.name(),
            mean(0),
            mean(1),
            mean(2),
            mean(3),
            mean(4),
            ratios[ratios.len() / 10],
            ratios[0],
            mean(5),
            mean(6),
            mean(7),
            mean(8)
        );
    }
}
