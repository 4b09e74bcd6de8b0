//! Settings, checks and import reports.

use super::look::{BAD, BOLD, GOOD, LOW, Look, PLAIN, QUIET};
use super::provider;
use super::table::{Cell, Column, Table};
use engine::view::dto::{Check, ImportOutcome, ImportReport, SettingView, SettingsImportReport};

/// All settings, one line each.
pub fn settings(settings: &[SettingView], look: &Look) -> String {
    let mut table = Table::new(&[Column::Left, Column::Cut, Column::Left, Column::Rest]);
    table.row(["SETTING", "VALUE", "FROM", "DEFAULT"].map(|title| Cell::new(title, QUIET)));
    for setting in settings {
        setting_rows(&mut table, setting);
    }
    table.draw(look.width)
}

/// One setting after a change.
pub fn setting(setting: &SettingView, look: &Look) -> String {
    let mut table = Table::new(&[Column::Left, Column::Cut, Column::Left, Column::Rest]);
    setting_rows(&mut table, setting);
    table.draw(look.width)
}

/// The value in force; of a secret, whether one is set.
pub fn value(setting: &SettingView) -> String {
    match (&setting.value, setting.secret, setting.is_set) {
        (Some(value), false, _) => value.clone(),
        (_, true, true) => "(set)".to_owned(),
        (_, true, false) => "(not set)".to_owned(),
        (None, false, _) => String::new(),
    }
}

fn setting_rows(table: &mut Table, setting: &SettingView) {
    let unit = setting.unit.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
    let from = match (&setting.environment_variable, setting.source.as_str()) {
        (Some(variable), "environment") => variable.clone(),
        (_, source) => source.to_owned(),
    };
    let changed = setting.source != "default";
    table.row([
        Cell::new(setting.key.as_str(), if changed { BOLD } else { PLAIN }),
        format!("{}{unit}", value(setting)).into(),
        Cell::new(from, QUIET),
        Cell::new(if changed { setting.default.as_str() } else { "" }, QUIET),
    ]);
    for scoped in &setting.overrides {
        let scope = match &scoped.model {
            Some(model) => format!("  {} {model}", scoped.credential),
            None => format!("  {}", scoped.credential),
        };
        table.row([scope.into(), format!("{}{unit}", scoped.value).into()]);
    }
}

/// What `settings import` did.
pub fn settings_import(report: &SettingsImportReport, look: &Look) -> String {
    let mut table = Table::new(&[Column::Left, Column::Left, Column::Rest]);
    for key in &report.applied {
        table.row([Cell::new("set", GOOD), key.as_str().into()]);
    }
    for refused in &report.refused {
        table.row([Cell::new("refused", BAD), refused.key.as_str().into(), refused.reason.as_str().into()]);
    }
    table.draw(look.width)
}

/// What `doctor` found.
pub fn checks(checks: &[Check], look: &Look) -> String {
    let mut table = Table::new(&[Column::Left]);
    for check in checks {
        let (mark, style) = match check.level.as_str() {
            "ok" => ("ok      ", GOOD),
            "warning" => ("warning ", LOW),
            _ => ("error   ", BAD),
        };
        table.text(Cell::new(format!("{mark}{}", check.message), style));
        if let Some(advice) = &check.advice {
            table.text(format!("        {advice}").into());
        }
    }
    table.draw(look.width)
}

/// What an import did, or would do.
pub fn import(report: &ImportReport, look: &Look) -> String {
    let mut text = entries(report, look);
    if let Some(settings) = &report.settings {
        text += "\nSettings\n";
        text += &settings_import(settings, look);
    }
    text
}

/// One line a credential, or a file that holds none.
pub fn entries(report: &ImportReport, look: &Look) -> String {
    let mut table = Table::new(&[Column::Left, Column::Left, Column::Left, Column::Cut, Column::Rest]);
    for entry in &report.entries {
        let (outcome, style) = match (entry.outcome, report.dry_run) {
            (ImportOutcome::Added, false) => ("added", GOOD),
            (ImportOutcome::Added, true) => ("would add", GOOD),
            (ImportOutcome::Updated, false) => ("updated", GOOD),
            (ImportOutcome::Updated, true) => ("would update", GOOD),
            (ImportOutcome::Duplicate, _) => ("known", QUIET),
            (ImportOutcome::Rejected, _) => ("rejected", BAD),
        };
        let mut notes: Vec<&str> = entry.reason.as_deref().into_iter().collect();
        if entry.disabled {
            notes.push("switched off, as the file says");
        }
        table.row([
            Cell::new(outcome, style),
            Cell::new(entry.name.as_deref().unwrap_or_default(), BOLD),
            entry.provider.as_deref().map(provider).unwrap_or_default().into(),
            Cell::new(entry.file.as_str(), QUIET),
            notes.join(" · ").into(),
        ]);
    }
    table.draw(look.width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::view::dto::{ImportEntry, SettingOverride};
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    #[test]
    fn a_setting_says_its_value_and_where_that_comes_from() {
        let mut changed = example();
        changed.source = "environment".to_owned();
        changed.value = Some("30".to_owned());
        changed.overrides = vec![SettingOverride {
            credential: "c1".to_owned(),
            model: Some("m".to_owned()),
            value: "5".to_owned(),
        }];
        check(
            &settings(&[example(), changed], &look()),
            "SETTING   VALUE       FROM      DEFAULT\n\
             interval  15 minutes  default\n\
             interval  30 minutes  INTERVAL  15\n  c1 m    5 minutes\n",
        );
    }

    #[test]
    fn of_a_secret_only_whether_it_is_set_is_told() {
        let mut secret = SettingView { secret: true, value: None, ..example() };
        assert_eq!(value(&secret), "(not set)");
        secret.is_set = true;
        assert_eq!(value(&secret), "(set)");
        secret.value = Some("FAKE_SECRET".to_owned());
        assert_eq!(value(&secret), "(set)", "whatever comes along");
    }

    #[test]
    fn a_check_gives_its_advice() {
        let found = Check {
            code: "clock".to_owned(),
            level: "warning".to_owned(),
            message: "The clock is off.".to_owned(),
            advice: Some("Set it.".to_owned()),
        };
        check(&checks(&[found], &look()), "warning The clock is off.\n        Set it.\n");
    }

    #[test]
    fn a_trial_import_says_what_it_would_do() {
        let entry = |file: &str, outcome| ImportEntry {
            file: file.to_owned(),
            outcome,
            provider: Some("gemini-cli".to_owned()),
            name: Some("Ada".to_owned()),
            id: None,
            reason: (outcome == ImportOutcome::Rejected).then(|| "not a credential".to_owned()),
            disabled: false,
        };
        let entries = vec![entry("a.json", ImportOutcome::Added), entry("b.json", ImportOutcome::Rejected)];
        check(
            &import(&ImportReport { dry_run: true, entries: entries.clone(), settings: None }, &look()),
            "would add  Ada  Gemini CLI  a.json\nrejected   Ada  Gemini CLI  b.json  not a credential\n",
        );
        let text = import(&ImportReport { dry_run: false, entries, settings: None }, &look());
        assert!(anstream::adapter::strip_str(&text).to_string().starts_with("added "));
    }

    #[track_caller]
    fn check(drawn: &str, expected: &str) {
        assert_eq!(anstream::adapter::strip_str(drawn).to_string(), expected);
    }

    fn look() -> Look {
        Look { width: None, now: Timestamp::UNIX_EPOCH, zone: TimeZone::UTC }
    }

    fn example() -> SettingView {
        SettingView {
            key: "interval".to_owned(),
            value: Some("15".to_owned()),
            default: "15".to_owned(),
            source: "default".to_owned(),
            environment_variable: Some("INTERVAL".to_owned()),
            kind: "integer".to_owned(),
            min: None,
            max: None,
            unit: Some("minutes".to_owned()),
            choices: Vec::new(),
            secret: false,
            is_set: false,
            help: String::new(),
            overrides: Vec::new(),
        }
    }
}
