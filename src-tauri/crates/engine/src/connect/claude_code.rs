//! Claude Code: the `env` block of its user settings. It appends `/v1/messages` to the address itself.

use super::{Entry, FileSetup, Format, Home, Setup, Wanted};
use domain::policy::words::Said;

pub(super) fn setup(wanted: &Wanted<'_>, home: &Home) -> Setup {
    let path = home.folder("CLAUDE_CONFIG_DIR", ".claude").join("settings.json");
    let entries = vec![
        Entry::new(&["env", "ANTHROPIC_BASE_URL"], wanted.base),
        Entry::key(&["env", "ANTHROPIC_AUTH_TOKEN"], wanted.key),
    ];
    let notes = [
        Said::new(
            "ANTHROPIC_API_KEY must not be set beside it, neither there nor in the shell: both keys would be sent.",
            "不能同时设置 ANTHROPIC_API_KEY，无论在该文件还是在 shell 中：否则两个密钥都会被发送。",
        ),
        Said::new(
            "In the background it asks for claude-haiku-…; where no credential offers that, a rule sends it elsewhere: headroom settings set proxy_aliases 'claude-haiku-*=MODEL'.",
            "它在后台会请求 claude-haiku-…；如果没有凭据提供该模型，可用规则转到别处：headroom settings set proxy_aliases 'claude-haiku-*=MODEL'。",
        ),
    ];
    Setup {
        files: vec![FileSetup { path, format: Format::Json, entries }],
        by_hand: String::new(),
        notes: notes.to_vec(),
    }
}
