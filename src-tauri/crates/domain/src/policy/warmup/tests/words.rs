//! Verdicts in English.

use super::world::{CLAUDE, ada_id};
use crate::catalogue::Group;
use crate::credential::State;
use crate::fault::{Class, Fault};
use crate::policy::cooldown::Reason;
use crate::policy::testing::{hours, left, minutes, noon};
use crate::policy::warmup::*;
use crate::policy::words::Here;
use jiff::tz::TimeZone;

#[test]
fn every_verdict_says_its_inputs_in_words() {
    let at = |hour| noon() + hours(hour);
    for (verdict, said) in [
        (Verdict::Off { why: Off::Everywhere }, "not warmed, warmup is off"),
        (Verdict::Off { why: Off::NotActive(State::Disabled) }, "not warmed, the credential is disabled"),
        (Verdict::Off { why: Off::Credential }, "not warmed, warmup is off for this credential"),
        (Verdict::Off { why: Off::Model }, "not warmed, warmup is off for this model"),
        (
            Verdict::Off { why: Off::OtherProvider },
            "not warmed, only Antigravity logins have windows to start",
        ),
        (Verdict::Off { why: Off::Gone }, "not warmed, the credential is gone"),
        (
            Verdict::QuotaUnknown { why: Unsure::NeverRead, refresh: Some(noon()) },
            "not warmed, its quota was not read yet; it is read again now; looks again 14:20",
        ),
        (
            Verdict::QuotaUnknown { why: Unsure::Idleness, refresh: Some(noon() + minutes(1)) },
            "not warmed, it is not sure whether its window has started; it is read again at 12:01; looks again 14:20",
        ),
        (
            Verdict::QuotaUnknown { why: Unsure::NoShortWindow, refresh: None },
            "not warmed, the service shows no window for it; looks again 14:20",
        ),
        (
            Verdict::QuotaUnknown { why: Unsure::Remaining, refresh: None },
            "not warmed, what is left is not known; looks again 14:20",
        ),
        (
            Verdict::QuotaUnknown {
                why: Unsure::Old { age: minutes(25), limit: minutes(20) },
                refresh: None,
            },
            "not warmed, the reading is 25 min old, 20 min is the most; looks again 14:20",
        ),
        (
            Verdict::QuotaUnknown {
                why: Unsure::Old { age: -minutes(25), limit: minutes(20) },
                refresh: None,
            },
            "not warmed, the clock was set back since it was read; looks again 14:20",
        ),
        (
            Verdict::NotFull { remaining: left(62.0) },
            "not warmed, its window is in use, 62 % left; looks again 14:20",
        ),
        (
            Verdict::AlreadyRunning { until: Some(at(2)) },
            "not warmed, its window runs already, until 14:00; looks again 14:20",
        ),
        (
            Verdict::WeeklyLow { remaining: left(4.0), floor: 5 },
            "not warmed, week at 4 % is below the 5 % weekly floor; looks again 14:20",
        ),
        (
            Verdict::Resting { until: Some(at(1)), why: Rest::Protected { remaining: left(6.0), floor: 10 } },
            "not warmed, protected, 6 % is below the 10 % floor, until 13:00; looks again 14:20",
        ),
        (
            Verdict::Resting { until: Some(at(1)), why: Rest::Cooldown(Reason::QuotaEmpty) },
            "not warmed, it rests (quota empty), until 13:00; looks again 14:20",
        ),
        (
            Verdict::CoolingDown { until: at(3), warmed_at: at(-1) },
            "not warmed, warmed at 11:00, the next is possible from 15:00; looks again 14:20",
        ),
        (
            Verdict::BackingOff { until: at(1), failures: 1 },
            "not warmed, the last attempt failed, the next is possible from 13:00; looks again 14:20",
        ),
        (
            Verdict::BackingOff { until: at(1), failures: 3 },
            "not warmed, the last 3 attempts failed, the next is possible from 13:00; looks again 14:20",
        ),
        (
            Verdict::NoEffect { times: 2 },
            "not warmed, the last 2 warmups had no effect; warm it up by hand to try again; looks again 14:20",
        ),
        (
            Verdict::BudgetSpent { attempts: 3, budget: 3, until: at(21) },
            "not warmed, 3 attempts in 24 hours, 3 allowed, the next is possible from Thu 09:00; looks again 14:20",
        ),
        (
            Verdict::Unused { last_use: Some(at(-5 * 24)) },
            "not warmed, nobody used Claude and GPT for 3 days (last Fri 12:00); looks again 14:20",
        ),
        (
            Verdict::Planned { at: at(18), why: Hold::Hours },
            "warmed up at Thu 06:00, now is outside the allowed hours",
        ),
        (
            Verdict::Planned {
                at: at(2),
                why: Hold::Planner(Better::Start { refills: [Some(at(7)), None], gain_minutes: 126 }),
            },
            "warmed up at 14:00, so that it refills at 19:00; expected +2.1 h of use",
        ),
        (
            Verdict::Planned { at: at(2), why: Hold::Planner(Better::Week) },
            "not warmed, the week will be used up without it; planned again at 14:00",
        ),
        (
            Verdict::Planned { at: at(2), why: Hold::Planner(Better::NoGain) },
            "not warmed, no start ahead would gain anything; planned again at 14:00",
        ),
        (
            Verdict::FollowSkipped,
            "not warmed, it only goes along with a Claude model, and none is warmed; looks again 14:20",
        ),
        (
            Verdict::SameGroup { with: "claude-opus-4-6".into() },
            "not warmed, claude-opus-4-6 starts the same window; looks again 14:20",
        ),
        (Verdict::Warm, "warmed up now"),
    ] {
        assert_eq!(sentence(Some(CLAUDE), verdict), format!("claude-sonnet-4-6 of Ada: {said}"));
    }
}

#[test]
fn a_line_about_a_whole_credential_names_it_alone() {
    let unread = Verdict::QuotaUnknown { why: Unsure::NeverRead, refresh: None };
    assert_eq!(sentence(None, unread), "Ada: not warmed, its quota was not read yet; looks again 14:20");
}

#[test]
fn a_refusal_is_one_warning_that_names_the_pair() {
    let line = line(Some(CLAUDE), Verdict::Warm);
    let fault = Fault::new(Class::QuotaExhausted, 429, "");
    assert_eq!(
        RefusedSentence { line: &line, fault: &fault }.to_string(),
        "claude-sonnet-4-6 of Ada: the warmup was refused (429, quota empty); it is not tried again in this scan"
    );
}

fn sentence(model: Option<&str>, verdict: Verdict) -> String {
    let zone = TimeZone::UTC;
    let again = Some(noon() + minutes(140));
    Sentence { line: &line(model, verdict), again, here: Here { now: noon(), zone: &zone } }.to_string()
}

fn line(model: Option<&str>, verdict: Verdict) -> Line {
    Line {
        credential: ada_id(),
        name: "Ada".into(),
        model: model.map(str::to_owned),
        group: Some(Group::ThirdParty),
        follow: false,
        verdict,
    }
}
