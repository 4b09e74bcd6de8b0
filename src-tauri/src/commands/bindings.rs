//! Keeps `ui/src/lib/ipc/bindings.ts` and the permissions equal to the commands.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tauri_specta::{Builder, ErrorHandlingMode};

use super::{every_command, names::NAMES};

const BINDINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/src/lib/ipc/bindings.ts");
const CAPABILITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src-tauri/capabilities/main.json");

fn generate(folder: &Path) -> PathBuf {
    let file = folder.join("bindings.ts");
    Builder::<tauri::Wry>::new()
        .commands(every_command!(tauri_specta::collect_commands))
        .error_handling(ErrorHandlingMode::Throw)
        .disable_serde_phases()
        .export(specta_typescript::Typescript::default(), &file)
        .unwrap();
    file
}

/// `UPDATE_BINDINGS=1 cargo test -p headroom-desktop bindings` writes the file anew.
#[test]
fn the_pages_types_are_those_of_the_commands() {
    let folder = tempfile::tempdir().unwrap();
    let file = generate(folder.path());
    let generated = std::fs::read_to_string(&file).unwrap();
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        std::fs::copy(&file, BINDINGS).unwrap();
    }
    let committed = std::fs::read_to_string(BINDINGS).unwrap_or_default();
    assert!(
        committed == generated,
        "ui/src/lib/ipc/bindings.ts is not what the commands give: UPDATE_BINDINGS=1 cargo test -p headroom-desktop bindings"
    );
}

#[test]
fn every_command_has_a_permission_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let bindings = std::fs::read_to_string(generate(folder.path())).unwrap();
    let called: BTreeSet<&str> = bindings
        .split("__TAURI_INVOKE")
        .filter_map(|part| part.split_once("(\"")?.1.split('"').next())
        .collect();
    assert_eq!(called, NAMES.iter().copied().collect());
}

#[test]
fn the_window_may_call_every_command_of_the_engine_and_save_a_file() {
    assert_eq!(NAMES, [engine::api::COMMANDS, &["save_text"]].concat());
}

#[test]
fn the_window_may_do_this_and_nothing_else() {
    let capability: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(CAPABILITY).unwrap()).unwrap();
    assert_eq!(capability["windows"], serde_json::json!(["main"]));
    let plain: BTreeSet<String> = capability["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|permission| permission.as_str().map(str::to_owned))
        .collect();
    let commands = NAMES.iter().map(|name| format!("allow-{}", name.replace('_', "-")));
    let others = ["core:event:allow-listen", "core:event:allow-unlisten", "dialog:allow-open"];
    assert_eq!(plain, commands.chain(others.map(str::to_owned)).collect());
}

/// The demo's sign-in page, on a port that the system chose.
const DEMO: &str = "http://127.0.0.1:[0-9][0-9][0-9][0-9][0-9]/authorize[?]*";

/// The plugin's patterns let `*` stand for anything, slashes too: only a literal host in front of it is safe.
#[test]
fn only_named_hosts_are_opened_and_only_over_https() {
    let capability: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(CAPABILITY).unwrap()).unwrap();
    let scope = capability["permissions"].as_array().unwrap().last().unwrap();
    assert_eq!(scope["identifier"], "opener:allow-open-url");
    for entry in scope["allow"].as_array().unwrap() {
        let url = entry["url"].as_str().unwrap();
        let host = url.strip_prefix("https://").and_then(|rest| rest.strip_suffix("/*"));
        assert!(
            url == DEMO || host.is_some_and(|host| host.chars().all(|c| c.is_ascii_lowercase() || c == '.')),
            "{url} is not https, one literal host and `/*`"
        );
    }
}
