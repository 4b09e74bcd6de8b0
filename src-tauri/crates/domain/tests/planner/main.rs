//! The planner on invented people: what it may never do, on many seeds.

#[expect(dead_code, reason = "the examples use more of it")]
mod invent;
mod run_outs;

use domain::replay::{Fixed, Idle, Planned, Trace, Warmup, bound, run, served_with};
use invent::{Chance, Kind, invent};
use jiff::SignedDuration;

/// Some days of people of every kind.
fn people(seeds: std::ops::Range<u64>, days: i32) -> impl Iterator<Item = (Kind, u64, Trace)> {
    seeds.flat_map(move |seed| Kind::ALL.into_iter().map(move |kind| (kind, seed, invent(kind, seed, days))))
}

fn planned(trace: &Trace) -> Vec<Warmup> {
    run(trace, &mut Planned::new(trace)).warmups
}

#[test]
fn the_plan_up_to_any_moment_does_not_depend_on_what_comes_after() {
    let mut chance = Chance::new(7);
    for (kind, seed, trace) in people(0..3, 10) {
        let whole = planned(&trace);
        let length = trace.start.duration_until(trace.end).as_secs() as f64;
        for _ in 0..3 {
            let at = trace.start + SignedDuration::from_secs((length * chance.unit()) as i64);
            let before: Vec<Warmup> = whole.iter().copied().filter(|w| w.at < at).collect();
            assert_eq!(planned(&trace.cut(at)), before, "{kind:?} {seed} cut at {at}");
        }
    }
}

#[test]
fn never_more_warmups_than_the_fixed_rule_up_to_any_moment() {
    for (kind, seed, trace) in people(10..13, 14) {
        let fixed = run(&trace, &mut Fixed::default()).warmups;
        for (sent, warmup) in planned(&trace).iter().enumerate() {
            let allowed = fixed.iter().filter(|w| w.at <= warmup.at).count();
            assert!(
                sent < allowed,
                "{kind:?} {seed}: {} by {}, the fixed rule {allowed}",
                sent + 1,
                warmup.at
            );
        }
    }
}

#[test]
fn where_the_week_binds_nothing_is_lost_and_hardly_anything_sent() {
    for seed in 20..28 {
        let trace = invent(Kind::WeekBinds, seed, 28);
        let none = run(&trace, &mut Idle);
        let planner = run(&trace, &mut Planned::new(&trace));
        assert!(planner.warmups.len() <= 4, "{seed}: {}", planner.warmups.len());
        assert!(planner.served >= 0.998 * none.served, "{seed}: {} of {}", planner.served, none.served);
    }
}

#[test]
fn no_policy_serves_more_than_the_bound_and_its_plan_serves_what_it_says() {
    for (kind, seed, trace) in people(30..33, 9) {
        let best = bound(&trace);
        for policy in [
            run(&trace, &mut Idle),
            run(&trace, &mut Fixed::default()),
            run(&trace, &mut Planned::new(&trace)),
        ] {
            assert!(
                policy.served <= best.served + 1e-6,
                "{kind:?} {seed}: {} {}",
                policy.name,
                policy.served
            );
        }
        assert!((served_with(&trace, &best.warmups) - best.found).abs() < 1e-6, "{kind:?} {seed}");
        if trace.credentials.len() == 1 && kind != Kind::WeekBinds {
            assert!(best.is_exact(), "{kind:?} {seed}: {best:?}");
        }
    }
}

#[test]
fn a_plan_beats_the_fixed_rule_with_a_fraction_of_its_requests() {
    for kind in [Kind::Office, Kind::Early, Kind::Evenings] {
        let (mut of_best, mut of_fixed, mut sent, mut fixed_sent) = (0.0, 0.0, 0, 0);
        for seed in 40..46 {
            let trace = invent(kind, seed, 28);
            let fixed = run(&trace, &mut Fixed::default());
            let planner = run(&trace, &mut Planned::new(&trace));
            of_best += planner.served / bound(&trace).served / 6.0;
            of_fixed += planner.served / fixed.served / 6.0;
            sent += planner.warmups.len();
            fixed_sent += fixed.warmups.len();
        }
        assert!(
            of_best > 0.90 && of_fixed > 1.04 && 2 * sent < fixed_sent,
            "{kind:?} {of_best} {of_fixed} {sent}"
        );
    }
}
