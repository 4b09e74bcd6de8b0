//! What each program is given.

use crate::connect::{Home, PROGRAMS, Wanted, find};
use serde_json::{Value, json};
use std::sync::Arc;

fn wanted(models: &[String]) -> Wanted<'_> {
    Wanted { base: "http://127.0.0.1:8045", key: "hr-1", models }
}

fn models() -> Vec<String> {
    ["claude-sonnet-4-6", "gemini-3-flash"].map(str::to_owned).to_vec()
}

fn home() -> Home {
    Home::new(Arc::new([("HOME", "/home/ada"), ("USERPROFILE", "C:\\Users\\ada")]))
}

/// The files of a program, as they would be written into an empty home.
fn files(id: &str) -> Vec<(String, String)> {
    let setup = find(id).unwrap().setup(&wanted(&models()), &home());
    let shown = |path: &std::path::Path| path.display().to_string().replace("/home/ada", "~");
    setup.files.iter().map(|f| (shown(&f.path), f.format.apply("", &f.entries).unwrap())).collect()
}

#[test]
#[cfg(unix)]
fn claude_code_gets_address_and_token() {
    let [(path, text)] = files("claude-code").try_into().unwrap();
    assert_eq!(path, "~/.claude/settings.json");
    let expected =
        json!({"env": {"ANTHROPIC_BASE_URL": "http://127.0.0.1:8045", "ANTHROPIC_AUTH_TOKEN": "hr-1"}});
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
}

#[test]
#[cfg(unix)]
fn codex_gets_a_provider_that_speaks_responses() {
    let [(path, text)] = files("codex").try_into().unwrap();
    assert_eq!(path, "~/.codex/config.toml");
    assert_eq!(
        text,
        "model_provider = \"headroom\"\nmodel = \"claude-sonnet-4-6\"\n\n[model_providers.headroom]\nname = \"Headroom\"\n\
         base_url = \"http://127.0.0.1:8045/v1\"\nwire_api = \"responses\"\nexperimental_bearer_token = \"hr-1\"\n"
    );
    let unknown = find("codex").unwrap().setup(&wanted(&[]), &home());
    assert!(
        !unknown.text().contains("\nmodel = ")
            && unknown.notes.iter().any(|n| n.english.contains("set model"))
    );
}

#[test]
#[cfg(unix)]
fn gemini_cli_gets_variables_and_the_choice_of_an_api_key() {
    let [(env, lines), (settings, text)] = files("gemini-cli").try_into().unwrap();
    assert_eq!((env.as_str(), settings.as_str()), ("~/.gemini/.env", "~/.gemini/settings.json"));
    assert_eq!(lines, "GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:8045\nGEMINI_API_KEY=hr-1\n");
    let expected = json!({"security": {"auth": {"selectedType": "gemini-api-key"}}});
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
}

#[test]
#[cfg(unix)]
fn opencode_gets_a_provider_with_the_models() {
    let [(path, text)] = files("opencode").try_into().unwrap();
    assert_eq!(path, "~/.config/opencode/opencode.json");
    let expected = json!({"provider": {"headroom": {
        "npm": "@ai-sdk/openai-compatible",
        "name": "Headroom",
        "options": {"baseURL": "http://127.0.0.1:8045/v1", "apiKey": "hr-1"},
        "models": {"claude-sonnet-4-6": {"name": "claude-sonnet-4-6"}, "gemini-3-flash": {"name": "gemini-3-flash"}},
    }}});
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
}

#[test]
fn every_program_says_address_and_key() {
    for program in PROGRAMS {
        let setup = program.setup(&wanted(&models()), &home());
        let text = setup.text();
        assert!(text.contains("127.0.0.1:8045") && text.contains("hr-1"), "{}: {text}", program.id);
        assert!(text.ends_with('\n'), "{}", program.id);
        let keys = setup.files.iter().flat_map(|f| &f.entries).filter(|e| e.is_key).count();
        assert_eq!(keys, usize::from(!setup.files.is_empty()), "{}", program.id);
    }
}

#[test]
#[cfg(unix)]
fn a_program_that_keeps_its_files_elsewhere_is_followed() {
    let vars = [
        ("HOME", "/home/ada"),
        ("CLAUDE_CONFIG_DIR", "/srv/claude"),
        ("CODEX_HOME", "relative"),
        ("GEMINI_CLI_HOME", "/srv/gemini"),
    ];
    let home = Home::new(Arc::new(vars));
    let path = |id: &str| find(id).unwrap().setup(&wanted(&[]), &home).files[0].path.display().to_string();
    assert_eq!(path("claude-code"), "/srv/claude/settings.json");
    assert_eq!(path("codex"), "/home/ada/.codex/config.toml");
    assert_eq!(path("gemini-cli"), "/srv/gemini/.gemini/.env");
}
