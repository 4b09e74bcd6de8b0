//! opencode: a provider of its own in `opencode.json`, which takes comments. It offers the models that the file lists.

use super::{Entry, FileSetup, Format, Home, Setup, Wanted, there_or_first};
use serde_json::{Map, Value, json};

pub(super) fn setup(wanted: &Wanted<'_>, home: &Home) -> Setup {
    let folder = home.folder("XDG_CONFIG_HOME", ".config").join("opencode");
    let path = there_or_first(&folder, ["opencode.json", "opencode.jsonc"]);
    let models: Map<String, Value> =
        wanted.models.iter().map(|model| (model.clone(), json!({ "name": model }))).collect();
    let entries = vec![
        Entry::new(&["provider", "headroom", "npm"], "@ai-sdk/openai-compatible"),
        Entry::new(&["provider", "headroom", "name"], "Headroom"),
        Entry::new(&["provider", "headroom", "options", "baseURL"], format!("{}/v1", wanted.base)),
        Entry::key(&["provider", "headroom", "options", "apiKey"], wanted.key),
        Entry::new(&["provider", "headroom", "models"], models),
    ];
    let note = if wanted.models.is_empty() {
        "No model is known yet: once `headroom quota` lists them, write it again, or enter them under models yourself."
    } else {
        "The models are those your credentials offer now; write it again when they change. In opencode, /models chooses one."
    };
    Setup {
        files: vec![FileSetup { path, format: Format::Json, entries }],
        by_hand: String::new(),
        notes: vec![note.to_owned()],
    }
}
