use super::*;
use crate::view::dto::{FailureView, GroupView, KeyStorageView, ModelView, Notice};

/// 12:01 in `zone()`, a Monday.
const NOW: &str = "2026-03-02T11:01:00Z";

fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(1))
}

fn active(name: &str, headline: Option<Headline>) -> CredentialView {
    CredentialView {
        id: format!("id-{name}"),
        name: name.to_owned(),
        provider: "antigravity".to_owned(),
        state: "active".to_owned(),
        state_reason: None,
        state_since: None,
        needs_user: false,
        link: None,
        tier: None,
        last_quota_refresh: None,
        reading: false,
        failure: None,
        headline,
        groups: Vec::new(),
        models: Vec::new(),
    }
}

fn left(remaining: Option<f64>, reset_at: Option<&str>, started: Option<bool>) -> Option<Headline> {
    Some(Headline {
        remaining,
        group: Some("Gemini Models".to_owned()),
        window: Some("5h".to_owned()),
        reset_at: reset_at.map(str::to_owned),
        started,
    })
}

/// A started window with this share left, back in two hours and four minutes.
fn running(name: &str, share: f64) -> CredentialView {
    active(name, left(Some(share), Some("2026-03-02T13:05:00Z"), Some(true)))
}

fn failed(one: CredentialView) -> CredentialView {
    let failure = FailureView { message: "503".to_owned(), at: NOW.to_owned(), retry_at: NOW.to_owned() };
    CredentialView { failure: Some(failure), ..one }
}

fn standing(name: &str, state: &str, needs_user: bool, reason: Option<&str>) -> CredentialView {
    let headline = left(Some(0.01), None, None);
    CredentialView {
        state: state.to_owned(),
        needs_user,
        state_reason: reason.map(str::to_owned),
        ..active(name, headline)
    }
}

fn document(credentials: Vec<CredentialView>) -> QuotaDocument {
    QuotaDocument {
        at: NOW.to_owned(),
        sentence: "Plenty is left.".to_owned(),
        demo: false,
        lasts: Vec::new(),
        credentials,
    }
}

fn status() -> StatusView {
    StatusView {
        version: "0.1.0".to_owned(),
        demo: false,
        data_dir: String::new(),
        key_storage: KeyStorageView::Keychain,
        notices: Vec::new(),
        background_refresh: true,
        paused_until: None,
        tray_pinned: Vec::new(),
        next_refresh_at: None,
        stretched_to_minutes: None,
        control_address: None,
        language: "en".to_owned(),
        theme: "system".to_owned(),
    }
}

fn shown(quota: &QuotaDocument, language: Language) -> TrayModel {
    tray(quota, &status(), NOW.parse().unwrap(), &zone(), language)
}

fn texts(model: &TrayModel) -> Vec<&str> {
    model
        .menu
        .iter()
        .map(|entry| match entry {
            TrayEntry::Text(text) | TrayEntry::Action { text, .. } | TrayEntry::Menu { text, .. } => {
                text.as_str()
            }
            TrayEntry::Separator => "---",
        })
        .collect()
}

#[track_caller]
fn check_level(credentials: Vec<CredentialView>, level: Level, attention: bool) {
    assert_eq!(shown(&document(credentials), Language::English).icon, TrayIcon { level, attention });
}

/// A group of a credential with so much left and one model; `protected` or at rest.
fn pool(one: &mut CredentialView, key: &str, share: f64, protected: bool, until: Option<&str>) {
    one.groups.push(GroupView {
        key: key.to_owned(),
        name: key.to_owned(),
        remaining: Some(share),
        reset_at: Some("2026-03-02T13:05:00Z".to_owned()),
        binding: Some("5h".to_owned()),
        windows: Vec::new(),
        lasts: None,
        planned: None,
    });
    one.models.push(ModelView {
        id: format!("{key}-model"),
        display_name: String::new(),
        group: Some(key.to_owned()),
        remaining: None,
        effective_remaining: Some(share),
        reset_at: None,
        source: "summary".to_owned(),
        observed_at: NOW.to_owned(),
        stale: false,
        contradicts: false,
        protected,
        cooldown_until: until.map(str::to_owned),
        cooldown_reason: until.map(|_| "rate".to_owned()),
        last_warmup_at: None,
    });
}

#[test]
fn what_is_empty_or_rests_does_not_hide_what_can_be_used() {
    let mut ada = running("Ada", 0.0);
    pool(&mut ada, "3p", 0.0, false, None);
    pool(&mut ada, "gemini", 0.7, false, None);
    check_level(vec![ada.clone()], Level::High, false);
    let mut bob = running("Bob", 0.06);
    pool(&mut bob, "3p", 0.06, true, None);
    check_level(vec![ada.clone(), bob.clone()], Level::High, false);
    let mut cleo = running("Cleo", 0.1);
    pool(&mut cleo, "3p", 0.1, false, Some("2026-03-02T11:30:00Z"));
    check_level(vec![ada, bob.clone(), cleo.clone()], Level::High, false);
    // Nothing is left to use: that is empty, not unknown.
    let model = shown(&document(vec![bob, cleo]), Language::English);
    assert_eq!((model.icon.level, model.title.as_str()), (Level::Empty, "Headroom"));
}

#[test]
fn the_tightest_of_the_pinned_credentials_decides_the_level_while_it_can() {
    let pinned = |names: &[&str]| names.iter().map(|name| format!("id-{name}")).collect();
    let status = StatusView { tray_pinned: pinned(&["Bob", "Cleo"]), ..status() };
    let level = |credentials| {
        let quota = document(credentials);
        tray(&quota, &status, NOW.parse().unwrap(), &zone(), Language::English).icon.level
    };
    assert_eq!(level(vec![running("Ada", 0.1), running("Bob", 0.9)]), Level::Full);
    assert_eq!(level(vec![running("Ada", 0.1), running("Bob", 0.0)]), Level::Empty);
    assert_eq!(level(vec![running("Ada", 0.1), running("Bob", 0.9), running("Cleo", 0.5)]), Level::Half);
    let gone = standing("Bob", "disabled", false, None);
    assert_eq!(level(vec![running("Ada", 0.7), gone]), Level::High);
}

#[test]
fn the_menu_says_what_comes_back_next_and_why_some_rests() {
    let mut ada = running("Ada", 0.0);
    pool(&mut ada, "gemini", 0.0, false, None);
    let mut bob = running("Bob", 0.06);
    pool(&mut bob, "3p", 0.06, true, None);
    let mut cleo = running("Cleo", 0.5);
    pool(&mut cleo, "3p", 0.5, false, Some("2026-03-02T11:31:00Z"));
    let quota = document(vec![ada, bob, cleo]);
    for (language, said) in [
        (
            Language::English,
            [
                "Next capacity: Claude on Cleo at 12:31 (30 min)",
                "Bob rests for Claude: protected, back at 14:05",
                "Cleo rests for Claude: rate, back at 12:31",
            ],
        ),
        (
            Language::Chinese,
            [
                "最早恢复：Cleo 的 Claude，12:31（30 分钟）",
                "Bob 的 Claude 暂停使用：已达保护下限，14:05 恢复",
                "Cleo 的 Claude 暂停使用：rate，12:31 恢复",
            ],
        ),
    ] {
        let model = shown(&quota, language);
        assert_eq!(texts(&model)[6..9], said);
    }
}

#[test]
fn many_rests_are_counted() {
    let many = (0..9).map(|n| {
        let mut one = running(&format!("c{n}"), 0.06);
        pool(&mut one, "3p", 0.06, true, None);
        one
    });
    let model = shown(&document(many.collect()), Language::English);
    assert!(texts(&model).contains(&"4 more rest …"), "{:?}", texts(&model));
}

#[track_caller]
fn inside<'a>(model: &'a TrayModel, menu: &str) -> &'a [TrayEntry] {
    let found = model.menu.iter().find_map(|entry| match entry {
        TrayEntry::Menu { text, entries } if text == menu => Some(entries.as_slice()),
        TrayEntry::Menu { .. } | TrayEntry::Text(_) | TrayEntry::Separator | TrayEntry::Action { .. } => None,
    });
    found.unwrap()
}

fn requests(entries: &[TrayEntry]) -> Vec<&TrayRequest> {
    entries
        .iter()
        .filter_map(|entry| match entry {
            TrayEntry::Action { request, .. } => Some(request),
            TrayEntry::Menu { .. } | TrayEntry::Text(_) | TrayEntry::Separator => None,
        })
        .collect()
}

#[test]
fn what_has_windows_to_start_can_be_warmed_up() {
    let key = CredentialView { provider: "api-key".to_owned(), ..active("Key", None) };
    let off = standing("Off", "disabled", false, None);
    let model = shown(&document(vec![running("Ada", 0.5), key, off, running("Bob", 0.5)]), Language::English);
    let warm = |id: Option<&str>| TrayRequest::Warm(id.map(str::to_owned));
    let all = [warm(None), warm(Some("id-Ada")), warm(Some("id-Bob"))];
    assert_eq!(requests(inside(&model, "Warm up")), all.iter().collect::<Vec<_>>());
    let keys = vec![CredentialView { provider: "api-key".to_owned(), ..active("Key", None) }];
    assert!(!texts(&shown(&document(keys), Language::English)).contains(&"Warm up"));
}

#[test]
fn a_pause_is_said_drawn_hollow_and_can_be_ended() {
    let quota = document(vec![running("Ada", 0.7)]);
    let going = shown(&quota, Language::English);
    let pauses = [PauseFor::Hour, PauseFor::Tomorrow, PauseFor::Over].map(TrayRequest::Pause);
    assert_eq!(requests(inside(&going, "Pause automation")), [&pauses[0], &pauses[1]]);
    let status = StatusView { paused_until: Some("2026-03-02T12:01:00Z".to_owned()), ..status() };
    let model = tray(&quota, &status, NOW.parse().unwrap(), &zone(), Language::English);
    assert_eq!(model.icon.level, Level::Paused);
    assert_eq!(texts(&model)[1], "Automation is paused until 13:01.");
    assert!(model.tooltip.ends_with("Automation is paused until 13:01."), "{}", model.tooltip);
    assert_eq!(requests(inside(&model, "Pause automation")), pauses.iter().collect::<Vec<_>>());
}

#[test]
fn the_glass_is_as_full_as_the_tightest_credential() {
    for (share, level) in [
        (1.0, Level::Full),
        (0.875, Level::Full),
        (0.874, Level::High),
        (0.625, Level::High),
        (0.5, Level::Half),
        (0.374, Level::Low),
        (0.001, Level::Low),
    ] {
        check_level(vec![running("Ada", 1.0), running("Bob", share)], level, false);
    }
    check_level(vec![running("Bob", 0.0)], Level::Empty, false);
}

#[test]
fn unknown_is_no_level() {
    check_level(vec![], Level::Unknown, false);
    check_level(vec![active("Ada", None)], Level::Unknown, false);
    check_level(vec![active("Ada", left(None, None, None))], Level::Unknown, false);
}

#[test]
fn an_unknown_number_does_not_hide_a_known_one() {
    check_level(vec![active("Ada", None), running("Bob", 0.7)], Level::High, false);
}

#[test]
fn what_cannot_be_used_has_no_say_in_the_level() {
    let out = ["disabled", "retired"].map(|state| standing("Bob", state, false, None));
    for one in out {
        check_level(vec![running("Ada", 0.7), one], Level::High, false);
    }
}

#[test]
fn a_dot_says_that_somebody_has_to_act() {
    check_level(vec![running("Ada", 0.7), standing("Bob", "blocked", true, None)], Level::High, true);
    let notice = |level: &str| StatusView {
        notices: vec![Notice {
            code: "key_lost".to_owned(),
            level: level.to_owned(),
            message: String::new(),
            at: NOW.to_owned(),
        }],
        ..status()
    };
    let quota = document(vec![running("Ada", 0.7)]);
    for (level, attention) in [("error", true), ("warning", false)] {
        let model = tray(&quota, &notice(level), NOW.parse().unwrap(), &zone(), Language::English);
        assert_eq!(model.icon.attention, attention, "{level}");
    }
}

#[test]
fn no_background_refresh_is_drawn_hollow() {
    let paused = StatusView { background_refresh: false, ..status() };
    let quota = document(vec![running("Ada", 0.7)]);
    let model = tray(&quota, &paused, NOW.parse().unwrap(), &zone(), Language::English);
    assert_eq!(model.icon.level, Level::Paused);
    assert_eq!(model.title, "Headroom · 70 %");
}

#[test]
fn the_menu_is_the_sentence_the_credentials_and_what_one_can_do() {
    let model = shown(&document(vec![running("Ada", 0.58)]), Language::English);
    assert_eq!(
        texts(&model),
        [
            "Plenty is left.",
            "---",
            "\u{2007}58 %  ▮▮▮▯▯  Ada · 5h · 14:05 (2 h 04 m)",
            "---",
            "Warm up",
            "Pause automation",
            "Refresh now",
            "Open Headroom",
            "Quit"
        ]
    );
    assert_eq!((model.title.as_str(), model.label.as_str()), ("Headroom · 58 %", "58 %"));
    assert_eq!(model.tooltip, "Headroom · Plenty is left.");
}

#[test]
fn without_credentials_there_is_nothing_to_refresh() {
    let model = shown(&document(vec![]), Language::English);
    assert_eq!(texts(&model), ["Plenty is left.", "---", "Open Headroom", "Quit"]);
    assert_eq!(model.title, "Headroom");
}

#[test]
fn a_click_on_a_credential_names_it() {
    let model = shown(&document(vec![running("Ada", 0.58)]), Language::English);
    assert!(matches!(
        &model.menu[2],
        TrayEntry::Action { request: TrayRequest::OpenCredential(id), .. } if id == "id-Ada"
    ));
}

#[test]
fn the_demo_says_so_in_every_place() {
    let quota = QuotaDocument { demo: true, ..document(vec![running("Ada", 0.58)]) };
    for (language, word) in [(Language::English, "emo"), (Language::Chinese, "演示")] {
        let model = shown(&quota, language);
        for text in [texts(&model)[0], &model.title, &model.tooltip] {
            assert!(text.contains(word), "{text:?} does not say that this is the demo");
        }
    }
}

#[test]
fn many_credentials_do_not_make_the_menu_longer_than_the_screen() {
    let many = (0..200).map(|n| running(&format!("c{n}"), 0.5)).collect();
    let model = shown(&document(many), Language::English);
    assert_eq!(model.menu.len(), LINES + 9);
    assert!(texts(&model).contains(&"185 more …"));
}

#[test]
fn while_no_engine_answers_the_window_and_the_way_out_remain() {
    for (why, attention) in [(Absence::Starting, false), (Absence::Lost, true)] {
        let model = without_engine(why, Language::English);
        assert_eq!(model.icon, TrayIcon { level: Level::Unknown, attention });
        assert_eq!(texts(&model)[2..], ["Open Headroom", "Quit"]);
    }
}

#[track_caller]
fn check_line(one: CredentialView, english: &str, chinese: &str) {
    let quota = document(vec![one]);
    for (language, expected) in [(Language::English, english), (Language::Chinese, chinese)] {
        let model = shown(&quota, language);
        assert_eq!(texts(&model)[2].replace(FIGURE_SPACE, " "), expected);
    }
}

#[test]
fn a_line_tells_share_window_and_reset() {
    check_line(
        running("Ada", 0.58),
        " 58 %  ▮▮▮▯▯  Ada · 5h · 14:05 (2 h 04 m)",
        " 58%  ▮▮▮▯▯  Ada · 5 小时 · 14:05（2 小时 04 分）",
    );
    check_line(
        running("Ada", 0.0),
        "  0 %  ▯▯▯▯▯  Ada · 5h · 14:05 (2 h 04 m)",
        "  0%  ▯▯▯▯▯  Ada · 5 小时 · 14:05（2 小时 04 分）",
    );
}

#[test]
fn a_share_is_never_rounded_to_nothing_or_to_all() {
    check_line(
        running("Ada", 0.001),
        "  1 %  ▮▯▯▯▯  Ada · 5h · 14:05 (2 h 04 m)",
        "  1%  ▮▯▯▯▯  Ada · 5 小时 · 14:05（2 小时 04 分）",
    );
    check_line(
        running("Ada", 0.998),
        " 99 %  ▮▮▮▮▮  Ada · 5h · 14:05 (2 h 04 m)",
        " 99%  ▮▮▮▮▮  Ada · 5 小时 · 14:05（2 小时 04 分）",
    );
}

#[test]
fn a_window_that_floats_names_no_time() {
    check_line(
        active("Ada", left(Some(1.0), Some("2026-03-02T16:01:00Z"), Some(false))),
        "100 %  ▮▮▮▮▮  Ada · 5h · not started",
        "100%  ▮▮▮▮▮  Ada · 5 小时 · 未开始计时",
    );
}

#[test]
fn another_day_is_named() {
    check_line(
        active("Ada", left(Some(0.3), Some("2026-03-05T08:10:00Z"), Some(true))),
        " 30 %  ▮▮▯▯▯  Ada · 5h · Thu 09:10 (2 d 21 h)",
        " 30%  ▮▮▯▯▯  Ada · 5 小时 · 周四 09:10（2 天 21 小时）",
    );
    check_line(
        active("Ada", left(Some(0.3), Some("2026-03-12T08:10:00Z"), Some(true))),
        " 30 %  ▮▮▯▯▯  Ada · 5h · 12 Mar 09:10 (9 d 21 h)",
        " 30%  ▮▮▯▯▯  Ada · 5 小时 · 3月12日 09:10（9 天 21 小时）",
    );
}

#[test]
fn a_window_without_a_reset_is_named_alone() {
    check_line(
        active("Ada", left(Some(0.3), None, None)),
        " 30 %  ▮▮▯▯▯  Ada · 5h",
        " 30%  ▮▮▯▯▯  Ada · 5 小时",
    );
}

#[test]
fn a_number_from_before_a_failure_says_so() {
    check_line(
        failed(active("Ada", left(Some(0.3), None, None))),
        " 30 %  ▮▮▯▯▯  Ada · 5h · last read failed",
        " 30%  ▮▮▯▯▯  Ada · 5 小时 · 上次读取失败",
    );
}

#[test]
fn where_there_is_no_number_a_reason_stands() {
    check_line(active("Ada", None), "Ada · unknown", "Ada · 未知");
    check_line(failed(active("Ada", None)), "Ada · last read failed", "Ada · 上次读取失败");
    let reading = CredentialView { reading: true, ..active("Ada", None) };
    check_line(reading, "Ada · reading …", "Ada · 正在读取 …");
}

#[test]
fn a_credential_that_is_out_says_why_and_shows_no_number() {
    check_line(standing("Ada", "disabled", false, None), "Ada · off", "Ada · 已停用");
    check_line(standing("Ada", "retired", false, None), "Ada · no longer served", "Ada · 服务已停止支持");
    check_line(
        standing("Dora", "blocked", true, Some("The service asks to verify this account.")),
        "Dora · needs you · The service asks to verify this account.",
        "Dora · 需要处理 · The service asks to verify this account.",
    );
}

#[test]
fn numbers_stand_below_each_other_and_those_without_one_after_them() {
    let all = [
        running("Ada", 0.07),
        standing("Dora", "disabled", false, None),
        running("王小明", 1.0),
        running("ada.lovelace@example.com", 0.58),
        active("Studio", None),
    ];
    let model = shown(&document(all.to_vec()), Language::English);
    let lines = &texts(&model)[2..7];
    // As many digits and spaces of a digit's width, then the same signs: no font draws that in different widths.
    for (line, name) in lines.iter().zip(["Ada", "王小明", "ada.lovelace@example.com"]) {
        let (figures, rest) = line.split_once("  ").unwrap();
        assert!(figures.ends_with(" %") && figures.chars().count() == 5, "{line}");
        let (meter, rest) = rest.split_once("  ").unwrap();
        assert!(meter.chars().count() == 5 && rest.starts_with(name), "{line}");
    }
    assert_eq!(lines[3..], ["Dora · off", "Studio · unknown"]);
}

#[test]
fn long_names_are_cut() {
    let name = "somebody.with.a.very.long.name@company.example";
    let model = shown(&document(vec![running(name, 0.5)]), Language::English);
    assert!(texts(&model)[2].contains("  somebody.with.a.very.long.n… · 5h"), "{}", texts(&model)[2]);
}
