//! `headroom settings`

use crate::args::{SettingAction, Settings};
use crate::exit::{Exit, Failure};
use crate::reach::Place;
use crate::show::{self, Look};
use crate::{input, out};
use engine::Client;
use engine::view::dto::{SettingArgs, SettingKeyArgs, SettingSetArgs, SettingView, SettingsText};
use std::path::Path;

/// Lists settings, or changes one.
pub async fn run(place: &Place, args: Settings) -> Result<(), Failure> {
    let json = args.json;
    match args.action.unwrap_or(SettingAction::List) {
        SettingAction::List => {
            let all = place.with_engine(async |engine| Ok(engine.settings_list().await?)).await?;
            if json { out::json(&all) } else { out::text(&show::settings(&all, &Look::of_terminal())) }
        }
        SettingAction::Get { key } => {
            let args = SettingKeyArgs { key };
            let one = place.with_engine(async |engine| Ok(engine.settings_get(args).await?)).await?;
            if json { out::json(&one) } else { out::text(&format!("{}\n", show::value(&one))) }
        }
        SettingAction::Set { key, value, scope } => {
            let value = if value == "-" { input::secret(&format!("{key} (not shown): "))? } else { value };
            let args = SettingSetArgs { key, value, credential: scope.credential, model: scope.model };
            let (one, consent) = place.with_engine(async |engine| set(engine, args).await).await?;
            consent.iter().for_each(|text| out::message(text));
            changed(&one, json)
        }
        SettingAction::Reset { key, scope } => {
            let args = SettingArgs { key, credential: scope.credential, model: scope.model };
            let one = place.with_engine(async |engine| Ok(engine.settings_reset(args).await?)).await?;
            changed(&one, json)
        }
        SettingAction::Export { file } => {
            let document = place.with_engine(async |engine| Ok(engine.settings_export().await?)).await?;
            export(&document.text, &file)
        }
        SettingAction::Import { file } => import(place, &file, json).await,
    }
}

/// Changes a setting, and answers what that means where it should not go unsaid: what the user agreed to with the first
/// word for warmup or the proxy, and what is let in or kept.
async fn set(engine: &Client, args: SettingSetArgs) -> Result<(SettingView, Option<String>), Failure> {
    let key = args.key.clone();
    let before = consent(engine, &key).await?;
    let one = engine.settings_set(args).await?;
    let first = matches!(before, Some((None, _)));
    let agreed = if first { consent(engine, &key).await? } else { None };
    let words = agreed.and_then(|(at, text)| at.map(|_| text));
    let words = words.or_else(|| opens(&one).then(|| one.help.clone()));
    Ok((one, words))
}

/// Whether a setting lets others see or use what they could not: what that means is said with it.
fn opens(one: &SettingView) -> bool {
    matches!(one.key.as_str(), "proxy_log_prompts" | "proxy_origins")
        && one.value.as_deref() != Some(&one.default)
}

/// When the user agreed to what a switch does, if ever, and the words; `None` for a setting that needs no consent.
async fn consent(engine: &Client, key: &str) -> Result<Option<(Option<String>, String)>, Failure> {
    Ok(match key {
        "smart_warmup_enabled" => {
            let scheduler = engine.scheduler().await?;
            Some((scheduler.warmup_consent_at, scheduler.warmup_consent_text))
        }
        "proxy_enabled" => {
            let proxy = engine.proxy_status().await?;
            Some((proxy.consent_at, proxy.consent_text))
        }
        _ => None,
    })
}

async fn import(place: &Place, file: &Path, json: bool) -> Result<(), Failure> {
    let text = SettingsText { text: input::text(file)? };
    let report = place.with_engine(async |engine| Ok(engine.settings_import(text).await?)).await?;
    if json {
        out::json(&report)?;
    } else {
        out::text(&show::settings_import(&report, &Look::of_terminal()))?;
    }
    match (report.applied.len(), report.refused.len()) {
        (0, 0) => Err(Failure::new(Exit::NothingMatched, "no setting was found there")),
        (0, _) => Err(Failure::of("no setting was taken; the reasons stand beside the lines")),
        (_, _) => Ok(()),
    }
}

fn changed(setting: &SettingView, json: bool) -> Result<(), Failure> {
    if json { out::json(setting) } else { out::text(&show::setting(setting, &Look::of_terminal())) }
}

fn export(text: &str, file: &Path) -> Result<(), Failure> {
    let text = format!("{}\n", text.trim_end());
    if file == Path::new("-") {
        return out::text(&text);
    }
    let written = engine::store::file::replace(file, text.as_bytes());
    written.map_err(|error| Failure::of(format!("cannot write {}: {error}", file.display())))
}
