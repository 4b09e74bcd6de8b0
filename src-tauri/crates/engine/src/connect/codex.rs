//! Codex CLI: a model provider in its `config.toml`. It speaks the Responses API only, and the built-in provider's
//! address cannot be changed, so ours is one of its own.

use super::{Entry, FileSetup, Format, Home, Setup, Wanted};
use domain::policy::words::Said;

pub(super) fn setup(wanted: &Wanted<'_>, home: &Home) -> Setup {
    let path = home.folder("CODEX_HOME", ".codex").join("config.toml");
    let ours = |name| ["model_providers", "headroom", name];
    let mut entries = vec![Entry::new(&["model_provider"], "headroom")];
    entries.extend(wanted.model().map(|model| Entry::new(&["model"], model)));
    entries.extend([
        Entry::new(&ours("name"), "Headroom"),
        Entry::new(&ours("base_url"), format!("{}/v1", wanted.base)),
        Entry::new(&ours("wire_api"), "responses"),
        // `env_key` would name a variable that the desktop app and the editors' extension never see.
        Entry::key(&ours("experimental_bearer_token"), wanted.key),
    ]);
    let mut notes = vec![Said::new(
        "To keep the key out of the file, put env_key = \"HEADROOM_KEY\" in place of experimental_bearer_token and set that variable.",
        "如果不想把密钥写进文件，请用 env_key = \"HEADROOM_KEY\" 代替 experimental_bearer_token，并设置该变量。",
    )];
    if wanted.model().is_none() {
        notes.push(Said::new(
            "No model is known yet: set model to one that `headroom quota` lists, or let a rule send its own name elsewhere: headroom settings set proxy_aliases 'gpt-*=MODEL'.",
            "还不知道有哪些模型：请把 model 设为 `headroom quota` 列出的一个，或用规则把它自己的名称转到别处：headroom settings set proxy_aliases 'gpt-*=MODEL'。",
        ));
    }
    Setup { files: vec![FileSetup { path, format: Format::Toml, entries }], by_hand: String::new(), notes }
}
