//! Prints the trace of an invented person, for `headroom whatif --trace`.
//!
//!     cargo run --release -p domain --example invent -- KIND SEED [DAYS] > trace.json
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a tool for the terminal")]
#[path = "../tests/planner/invent.rs"]
mod invent;

use invent::{Kind, invent};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let kind = Kind::ALL.into_iter().find(|k| Some(k.name()) == args.first().map(String::as_str));
    let seed = args.get(1).map_or(0, |n| n.parse().expect("a seed"));
    let days = args.get(2).map_or(28, |n| n.parse().expect("a number of days"));
    let trace = invent(kind.expect("a kind, such as office"), seed, days);
    let credentials: Vec<String> = trace
        .credentials
        .iter()
        .map(|c| {
            let groups: Vec<String> = c
                .groups
                .iter()
                .map(|(name, sizes)| {
                    let sizes: Vec<String> =
                        sizes.iter().map(|s| format!(r#""{}": {}"#, s.kind, s.capacity)).collect();
                    format!(r#""{name}": {{{}}}"#, sizes.join(", "))
                })
                .collect();
            format!(r#"{{"id": "{}", "groups": {{{}}}}}"#, c.id, groups.join(", "))
        })
        .collect();
    let demand: Vec<String> = trace
        .demand
        .iter()
        .map(|r| format!(r#"  {{"at": "{}", "group": "{}", "cost": {}}}"#, r.at, r.group, r.cost))
        .collect();
    println!(
        "{{\"time_zone\": \"{}\", \"start\": \"{}\", \"end\": \"{}\",\n \"credentials\": [{}],\n \"demand\": [\n{}\n ]}}",
        trace.zone.iana_name().unwrap_or("UTC"),
        trace.start,
        trace.end,
        credentials.join(", "),
        demand.join(",\n")
    );
}
