//! Programs without a file of their own that could be written safely: what to set is shown.

use super::{Home, Setup, Wanted};
use domain::policy::words::Said;

pub(super) fn openai(wanted: &Wanted<'_>, _: &Home) -> Setup {
    shown(
        variables(&[("OPENAI_BASE_URL", &format!("{}/v1", wanted.base)), ("OPENAI_API_KEY", wanted.key)]),
        &[],
    )
}

pub(super) fn anthropic(wanted: &Wanted<'_>, _: &Home) -> Setup {
    let lines = variables(&[("ANTHROPIC_BASE_URL", wanted.base), ("ANTHROPIC_API_KEY", wanted.key)]);
    shown(lines, &[("The address has no /v1: the SDKs append it.", "地址中没有 /v1：SDK 会自行添加。")])
}

pub(super) fn gemini(wanted: &Wanted<'_>, _: &Home) -> Setup {
    let lines = variables(&[("GOOGLE_GEMINI_BASE_URL", wanted.base), ("GEMINI_API_KEY", wanted.key)]);
    shown(
        lines,
        &[(
            "The address has no /v1beta: the SDKs append it. GOOGLE_API_KEY, where set, comes before GEMINI_API_KEY.",
            "地址中没有 /v1beta：SDK 会自行添加。如果设置了 GOOGLE_API_KEY，它优先于 GEMINI_API_KEY。",
        )],
    )
}

pub(super) fn aider(wanted: &Wanted<'_>, _: &Home) -> Setup {
    let mut lines =
        variables(&[("OPENAI_API_BASE", &format!("{}/v1", wanted.base)), ("OPENAI_API_KEY", wanted.key)]);
    lines += &format!("aider --model openai/{}\n", wanted.model_or_word());
    shown(
        lines,
        &[(
            "The openai/ before the model says how Aider speaks; it is no part of the model's name.",
            "模型前的 openai/ 表示 Aider 使用的协议，不是模型名称的一部分。",
        )],
    )
}

pub(super) fn continue_dev(wanted: &Wanted<'_>, _: &Home) -> Setup {
    let Wanted { base, key, .. } = wanted;
    let model = wanted.model_or_word();
    let lines = format!(
        "# ~/.continue/config.yaml, under models:\n  - name: Headroom\n    provider: openai\n    model: {model}\n    apiBase: {base}/v1\n    apiKey: {key}\n"
    );
    shown(
        lines,
        &[(
            "Not written for you: the file's order and comments are yours.",
            "不会替你写入：文件的顺序和注释由你决定。",
        )],
    )
}

pub(super) fn cline(wanted: &Wanted<'_>, _: &Home) -> Setup {
    let Wanted { base, key, .. } = wanted;
    let model = wanted.model_or_word();
    let lines =
        format!("API Provider: OpenAI Compatible\nBase URL: {base}/v1\nAPI Key: {key}\nModel ID: {model}\n");
    shown(
        lines,
        &[(
            "Cline keeps its settings in the editor; enter them there.",
            "Cline 把设置保存在编辑器中；请在那里填写。",
        )],
    )
}

fn variables(pairs: &[(&str, &str)]) -> String {
    let line = |(name, value): &(&str, &str)| {
        if cfg!(windows) {
            format!("$env:{name} = \"{value}\"\n")
        } else {
            format!("export {name}={value}\n")
        }
    };
    pairs.iter().map(line).collect()
}

/// `notes` in English and in Chinese.
fn shown(by_hand: String, notes: &[(&str, &str)]) -> Setup {
    let notes = notes.iter().map(|(english, chinese)| Said::new(*english, *chinese)).collect();
    Setup { files: Vec::new(), by_hand, notes }
}
