//! What a round looks like, without colour.

use super::*;
use jiff::Timestamp;
use jiff::tz::TimeZone;

#[test]
fn each_line_says_what_came_of_it() {
    let mut round = round(vec![
        line("warm", Some("sent"), None),
        line("warm", Some("refused"), Some("Quota empty: no more")),
        line("warm", Some("unknown"), Some("it took too long")),
        line("warm", Some("stopped"), None),
        line("cooling_down", None, None),
        line("same_group", None, None),
    ]);
    round.needs_force = 1;
    check(
        &round,
        "sent         m of Ada: the engine's words\n\
         refused      m of Ada: not warmed, Quota empty: no more\n\
         no answer    m of Ada: sent, but no complete answer came (it took too long); it counts as sent\n\
         stopped      m of Ada: not sent, the round was stopped\n\
         needs force  m of Ada: the engine's words\n\
         left out     m of Ada: the engine's words\n\
         found 1\n\
         --force sends what asks for confirmation too.\n\
         Whether the windows have started is read within two minutes; `headroom history` shows it then.\n",
    );
}

#[test]
fn a_dry_run_does_not_claim_to_have_sent() {
    let mut dry = round(vec![line("warm", None, None)]);
    dry.dry_run = true;
    check(&dry, "would send   m of Ada: would be warmed up now\nfound 1\nNothing was sent.\n");
}

#[test]
fn after_a_short_lived_engine_nobody_reads_what_came_of_it() {
    let text = warmup(&round(vec![line("warm", Some("sent"), None)]), true, &look());
    assert!(text.contains("the next run of the engine will show it"), "{text}");
}

#[test]
fn what_the_service_says_does_not_steer_the_terminal() {
    let said = outcome(&line("warm", Some("refused"), Some("\u{1b}[2Jgone")), false);
    assert!(!said.contains('\u{1b}'), "{said:?}");
}

#[test]
fn a_line_that_was_looked_at_again_is_not_named_twice() {
    let again = line("warm", Some("stopped"), Some("m of Ada: not warmed, warmup is off"));
    assert_eq!(outcome(&again, false), "m of Ada: not warmed, warmup is off");
}

#[track_caller]
fn check(round: &WarmupRound, expected: &str) {
    assert_eq!(anstream::adapter::strip_str(&warmup(round, false, &look())).to_string(), expected);
}

fn look() -> Look {
    Look { width: None, now: Timestamp::UNIX_EPOCH, zone: TimeZone::UTC }
}

fn line(verdict: &str, outcome: Option<&str>, detail: Option<&str>) -> WarmupLine {
    WarmupLine {
        credential: "c1".to_owned(),
        name: "Ada".to_owned(),
        model: "m".to_owned(),
        group: "gemini".to_owned(),
        verdict: verdict.to_owned(),
        sentence: "m of Ada: the engine's words".to_owned(),
        until: None,
        starts_at: None,
        outcome: outcome.map(str::to_owned),
        detail: detail.map(str::to_owned),
    }
}

fn round(lines: Vec<WarmupLine>) -> WarmupRound {
    WarmupRound {
        id: "1".to_owned(),
        by: "manual".to_owned(),
        at: "2026-08-31T10:00:00Z".to_owned(),
        dry_run: false,
        done: 0,
        total: 1,
        over: true,
        lines,
        unmatched: Vec::new(),
        summary: "found 1".to_owned(),
        needs_force: 0,
    }
}
