//! Every end of a round and its exit code.

use super::*;

const WARM: &str = "warm";

#[test]
fn what_was_sent_is_a_success_whatever_else_was_not() {
    check(&[line(WARM, Some("sent")), line(WARM, Some("refused"))], None);
    check(&[line(WARM, Some("sent")), line("cooling_down", None)], None);
    check(&[line("same_group", None)], None);
}

#[test]
fn when_all_that_was_sent_failed_it_is_a_failure() {
    let words = check(&[line(WARM, Some("refused")), line("off", None)], Some(Exit::Failed));
    assert!(words.contains("not warmed, no more"), "{words}");
    check(&[line(WARM, Some("unknown"))], Some(Exit::Failed));
    check(&[line(WARM, Some("stopped"))], Some(Exit::Failed));
}

#[test]
fn what_is_held_back_is_refused_with_the_reasons() {
    let words = check(&[line("cooling_down", None), line("budget_spent", None)], Some(Exit::Refused));
    assert_eq!(
        words,
        "nothing was sent: cooling_down it is; budget_spent it is. --force sends it all the same"
    );
}

#[test]
fn many_reasons_do_not_make_a_long_line() {
    let many = vec![line("cooling_down", None); 5];
    let words = check(&many, Some(Exit::Refused));
    assert!(words.contains("; and 2 more. --force"), "{words}");
}

#[test]
fn a_credential_that_waits_for_the_user_is_named_with_the_link() {
    let needy = [needy()];
    let blocked = round(&[line("off", None)]);
    let failure = of(&blocked, None, &needy).unwrap_err();
    assert_eq!(failure, Failure::new(Exit::NeedsUser, "Ada: verify it https://example.test/"));
    // The refusal itself told so.
    let refused = round(&[line(WARM, Some("refused"))]);
    assert_eq!(of(&refused, None, &needy).unwrap_err().exit, Exit::NeedsUser);
    let other = WarmupLine { credential: "c2".to_owned(), ..line(WARM, Some("sent")) };
    assert_eq!(of(&round(&[line("off", None), other]), None, &needy), Ok(()));
}

#[test]
fn what_is_not_there_is_nothing_matched() {
    let named = |model: Option<&str>| Named { credential: "Ada".to_owned(), model: model.map(str::to_owned) };
    let failure = of(&round(&[]), Some(&named(Some("x"))), &[]).unwrap_err();
    assert_eq!(failure.exit, Exit::NothingMatched);
    assert!(failure.message.starts_with("Ada offers no model \"x\""), "{failure:?}");
    assert_eq!(of(&round(&[]), None, &[]).unwrap_err().exit, Exit::NothingMatched);
    let scan = WarmupRound { by: "automatic".to_owned(), dry_run: true, ..round(&[]) };
    assert_eq!(of(&scan, None, &[]), Ok(()));
}

#[test]
fn what_was_named_and_is_off_is_refused() {
    let named = Named { credential: "Ada".to_owned(), model: None };
    let off = round(&[line("off", None)]);
    assert_eq!(of(&off, Some(&named), &[]).unwrap_err().exit, Exit::Refused);
    assert_eq!(of(&off, None, &[]), Ok(()));
}

#[track_caller]
fn check(lines: &[WarmupLine], expected: Option<Exit>) -> String {
    let failure = of(&round(lines), None, &[]).err();
    assert_eq!(failure.as_ref().map(|failure| failure.exit), expected, "{failure:?}");
    failure.map(|failure| failure.message).unwrap_or_default()
}

fn needy() -> Needy {
    Needy {
        id: "c1".to_owned(),
        name: "Ada".to_owned(),
        reason: Some("verify it".to_owned()),
        link: Some("https://example.test/".to_owned()),
    }
}

fn line(verdict: &str, outcome: Option<&str>) -> WarmupLine {
    WarmupLine {
        credential: "c1".to_owned(),
        name: "Ada".to_owned(),
        model: "m".to_owned(),
        group: "3p".to_owned(),
        verdict: verdict.to_owned(),
        sentence: format!("{verdict} it is"),
        until: None,
        starts_at: None,
        outcome: outcome.map(str::to_owned),
        detail: (outcome == Some("refused")).then(|| "no more".to_owned()),
    }
}

fn round(lines: &[WarmupLine]) -> WarmupRound {
    WarmupRound {
        id: "1".to_owned(),
        by: "manual".to_owned(),
        at: "2026-08-31T10:00:00Z".to_owned(),
        dry_run: false,
        done: 0,
        total: 0,
        over: true,
        lines: lines.to_vec(),
        unmatched: Vec::new(),
        summary: String::new(),
        needs_force: u32::try_from(lines.iter().filter(|line| show::asks_confirmation(line)).count())
            .unwrap(),
    }
}
