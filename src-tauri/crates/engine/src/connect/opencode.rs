//! opencode: a provider of its own in `opencode.json`, which takes comments. It offers the models that the file lists.

use super::{Entry, FileSetup, Format, Home, Setup, Wanted, there_or_first};
use domain::policy::words::Said;
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
        Said::new(
            "No model is known yet: once `headroom quota` lists them, write it again, or enter them under models yourself.",
            "还不知道有哪些模型：等 `headroom quota` 列出之后再写一次，或自行在 models 下填写。",
        )
    } else {
        Said::new(
            "The models are those your credentials offer now; write it again when they change. In opencode, /models chooses one.",
            "其中的模型是你的凭据现在提供的；有变化时请再写一次。在 opencode 中用 /models 选择。",
        )
    };
    Setup {
        files: vec![FileSetup { path, format: Format::Json, entries }],
        by_hand: String::new(),
        notes: vec![note],
    }
}
