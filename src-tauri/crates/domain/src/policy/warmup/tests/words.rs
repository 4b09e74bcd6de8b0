//! Verdicts in words.

use super::world::{CLAUDE, ada_id};
use crate::catalogue::Group;
use crate::credential::State;
use crate::fault::{Class, Fault};
use crate::policy::cooldown::Reason;
use crate::policy::testing::{hours, left, minutes, noon};
use crate::policy::warmup::*;
use crate::policy::words::{Here, Language, Said};
use jiff::tz::TimeZone;

#[test]
fn a_planned_start_and_what_came_of_it_say_when_and_what_for() {
    let at = |hour| noon() + hours(hour);
    let said = Said::of(|language| {
        let here = Here { now: noon(), zone: &TimeZone::UTC, language };
        let refills = [Some(at(7)), Some(at(12))];
        Start { group: &Group::ThirdParty, name: "Ada", at: at(2), refills, gain_minutes: 126, here }
            .to_string()
    });
    assert_eq!(
        said.english,
        "starting Claude on Ada at 14:00, so that it refills at 19:00 and Thu 00:00; expected +2.1 h of use"
    );
    assert_eq!(
        said.chinese,
        "将在 14:00 开始 Ada 的 Claude，以便在 19:00、周四 00:00 重置；预计多用 2.1 小时"
    );
    let said = Said::of(|language| {
        let here = Here { now: noon(), zone: &TimeZone::UTC, language };
        let (expected_minutes, came_minutes) = (126, 102);
        Came { group: &Group::ThirdParty, name: "Ada", at: at(-6), expected_minutes, came_minutes, here }
            .to_string()
    });
    assert_eq!(
        said.english,
        "Claude on Ada was started at 06:00 as planned: expected +2.1 h of use, +1.7 h came"
    );
    assert_eq!(said.chinese, "Ada 的 Claude 已按计划在 06:00 开始：预计多用 2.1 小时，实际多用 1.7 小时");
}

#[test]
fn a_line_that_waits_for_a_planned_start_is_that_sentence() {
    let at = |hour| noon() + hours(hour);
    let why = Hold::Planner(Better::Start { refills: [Some(at(7)), None], gain_minutes: 126 });
    let verdict = Verdict::Planned { at: at(2), why };
    assert_eq!(
        sentence(Some(CLAUDE), verdict.clone(), Language::English),
        "starting Claude on Ada at 14:00, so that it refills at 19:00; expected +2.1 h of use"
    );
    assert_eq!(
        sentence(Some(CLAUDE), verdict, Language::Chinese),
        "将在 14:00 开始 Ada 的 Claude，以便在 19:00 重置；预计多用 2.1 小时"
    );
}

#[test]
fn every_verdict_says_its_inputs_in_words() {
    let at = |hour| noon() + hours(hour);
    for (verdict, english, chinese) in [
        (Verdict::Off { why: Off::Everywhere }, "not warmed, warmup is off", "不预热，预热已关闭"),
        (
            Verdict::Off { why: Off::Paused(noon() + hours(1)) },
            "not warmed, automation is paused until 13:00",
            "不预热，自动任务已暂停，到 13:00",
        ),
        (
            Verdict::Off { why: Off::NotActive(State::Disabled) },
            "not warmed, the credential is disabled",
            "不预热，该凭据已停用",
        ),
        (
            Verdict::Off { why: Off::Credential },
            "not warmed, warmup is off for this credential",
            "不预热，该凭据的预热已关闭",
        ),
        (
            Verdict::Off { why: Off::Model },
            "not warmed, warmup is off for this model",
            "不预热，该模型的预热已关闭",
        ),
        (
            Verdict::Off { why: Off::OtherProvider },
            "not warmed, only Antigravity logins have windows to start",
            "不预热，只有 Antigravity 登录的窗口可以启动",
        ),
        (Verdict::Off { why: Off::Gone }, "not warmed, the credential is gone", "不预热，该凭据已不存在"),
        (
            Verdict::QuotaUnknown { why: Unsure::NeverRead, refresh: Some(noon()) },
            "not warmed, its quota was not read yet; it is read again now; looks again 14:20",
            "不预热，额度尚未读取；现在重新读取；14:20 再次检查",
        ),
        (
            Verdict::QuotaUnknown { why: Unsure::Idleness, refresh: Some(noon() + minutes(1)) },
            "not warmed, it is not sure whether its window has started; it is read again at 12:01; looks again 14:20",
            "不预热，还不能确定窗口是否已开始计时；12:01 重新读取；14:20 再次检查",
        ),
        (
            Verdict::QuotaUnknown { why: Unsure::NoShortWindow, refresh: None },
            "not warmed, the service shows no window for it; looks again 14:20",
            "不预热，服务没有给出它的窗口；14:20 再次检查",
        ),
        (
            Verdict::QuotaUnknown { why: Unsure::Remaining, refresh: None },
            "not warmed, what is left is not known; looks again 14:20",
            "不预热，剩余额度未知；14:20 再次检查",
        ),
        (
            Verdict::QuotaUnknown {
                why: Unsure::Old { age: minutes(25), limit: minutes(20) },
                refresh: None,
            },
            "not warmed, the reading is 25 min old, 20 min is the most; looks again 14:20",
            "不预热，读数已有 25 分钟，最多允许 20 分钟；14:20 再次检查",
        ),
        (
            Verdict::QuotaUnknown {
                why: Unsure::Old { age: -minutes(25), limit: minutes(20) },
                refresh: None,
            },
            "not warmed, the clock was set back since it was read; looks again 14:20",
            "不预热，读取之后时钟被调慢；14:20 再次检查",
        ),
        (
            Verdict::NotFull { remaining: left(62.0) },
            "not warmed, its window is in use, 62 % left; looks again 14:20",
            "不预热，窗口正在使用，剩余 62%；14:20 再次检查",
        ),
        (
            Verdict::AlreadyRunning { until: Some(at(2)) },
            "not warmed, its window runs already, until 14:00; looks again 14:20",
            "不预热，窗口已在计时，到 14:00；14:20 再次检查",
        ),
        (
            Verdict::WeeklyLow { remaining: left(4.0), floor: 5 },
            "not warmed, week at 4 % is below the 5 % weekly floor; looks again 14:20",
            "不预热，本周剩余 4% 低于 5% 的每周下限；14:20 再次检查",
        ),
        (
            Verdict::Resting { until: Some(at(1)), why: Rest::Protected { remaining: left(6.0), floor: 10 } },
            "not warmed, protected, 6 % is below the 10 % floor, until 13:00; looks again 14:20",
            "不预热，受保护，6% 低于 10% 的保护下限，到 13:00；14:20 再次检查",
        ),
        (
            Verdict::Resting { until: Some(at(1)), why: Rest::Cooldown(Reason::QuotaEmpty) },
            "not warmed, it rests (quota empty), until 13:00; looks again 14:20",
            "不预热，暂停中（额度用尽），到 13:00；14:20 再次检查",
        ),
        (
            Verdict::CoolingDown { until: at(3), warmed_at: at(-1) },
            "not warmed, warmed at 11:00, the next is possible from 15:00; looks again 14:20",
            "不预热，11:00 已预热，15:00 起可以再次预热；14:20 再次检查",
        ),
        (
            Verdict::BackingOff { until: at(1), failures: 1 },
            "not warmed, the last attempt failed, the next is possible from 13:00; looks again 14:20",
            "不预热，最近 1 次尝试失败，13:00 起可以再试；14:20 再次检查",
        ),
        (
            Verdict::BackingOff { until: at(1), failures: 3 },
            "not warmed, the last 3 attempts failed, the next is possible from 13:00; looks again 14:20",
            "不预热，最近 3 次尝试失败，13:00 起可以再试；14:20 再次检查",
        ),
        (
            Verdict::NoEffect { times: 2 },
            "not warmed, the last 2 warmups had no effect; warm it up by hand to try again; looks again 14:20",
            "不预热，最近 2 次预热没有效果；手动预热一次即可重新尝试；14:20 再次检查",
        ),
        (
            Verdict::BudgetSpent { attempts: 3, budget: 3, until: at(21) },
            "not warmed, 3 attempts in 24 hours, 3 allowed, the next is possible from Thu 09:00; looks again 14:20",
            "不预热，24 小时内已尝试 3 次，允许 3 次，周四 09:00 起可以再次预热；14:20 再次检查",
        ),
        (
            Verdict::Unused { last_use: Some(at(-5 * 24)) },
            "not warmed, nobody used Claude and GPT for 3 days (last Fri 12:00); looks again 14:20",
            "不预热，Claude and GPT 已有 3 天没人使用（上次 周五 12:00）；14:20 再次检查",
        ),
        (
            Verdict::Planned { at: at(18), why: Hold::Hours },
            "warmed up at Thu 06:00, now is outside the allowed hours",
            "将在 周四 06:00 预热，现在不在允许的时段内",
        ),
        (
            Verdict::Planned { at: at(2), why: Hold::Planner(Better::Week) },
            "not warmed, the week will be used up without it; planned again at 14:00",
            "不预热，不预热本周也会用完；14:00 重新计划",
        ),
        (
            Verdict::Planned { at: at(2), why: Hold::Planner(Better::NoGain) },
            "not warmed, no start ahead would gain anything; planned again at 14:00",
            "不预热，接下来的任何开始时间都没有好处；14:00 重新计划",
        ),
        (
            Verdict::FollowSkipped,
            "not warmed, it only goes along with a Claude model, and none is warmed; looks again 14:20",
            "不预热，它只随 Claude 模型一起预热，而现在没有 Claude 模型要预热；14:20 再次检查",
        ),
        (
            Verdict::SameGroup { with: "claude-opus-4-6".into() },
            "not warmed, claude-opus-4-6 starts the same window; looks again 14:20",
            "不预热，claude-opus-4-6 会启动同一个窗口；14:20 再次检查",
        ),
        (Verdict::Warm, "warmed up now", "现在预热"),
    ] {
        let expected = Said {
            english: format!("claude-sonnet-4-6 of Ada: {english}"),
            chinese: format!("Ada 的 claude-sonnet-4-6：{chinese}"),
        };
        assert_eq!(Said::of(|language| sentence(Some(CLAUDE), verdict.clone(), language)), expected);
    }
}

#[test]
fn a_line_about_a_whole_credential_names_it_alone() {
    let unread = Verdict::QuotaUnknown { why: Unsure::NeverRead, refresh: None };
    let said = sentence(None, unread, Language::English);
    assert_eq!(said, "Ada: not warmed, its quota was not read yet; looks again 14:20");
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

fn sentence(model: Option<&str>, verdict: Verdict, language: Language) -> String {
    let zone = TimeZone::UTC;
    let again = Some(noon() + minutes(140));
    Sentence { line: &line(model, verdict), again, here: Here { now: noon(), zone: &zone, language } }
        .to_string()
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
