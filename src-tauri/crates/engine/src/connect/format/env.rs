//! Lines of `NAME=value`, as dotenv files have them.

use serde_json::Value;

/// The last line that sets a name counts.
pub(super) fn get(text: &str, at: &[String]) -> Option<Value> {
    let name = at.first()?;
    let value = text.lines().filter_map(read).rfind(|(found, _)| found == name)?.1;
    let quoted = |sign: char| value.strip_prefix(sign).and_then(|rest| rest.strip_suffix(sign));
    Some(quoted('"').or_else(|| quoted('\'')).unwrap_or(value).into())
}

pub(super) fn set(text: &str, at: &[String], value: &Value) -> String {
    let Some(name) = at.first() else { return text.to_owned() };
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let value = value.as_str().unwrap_or_default();
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let of_name = |line: &String| read(line).is_some_and(|(found, _)| found == name);
    if let Some(line) = lines.iter_mut().rev().find(|line| of_name(line)) {
        let export = if line.trim_start().starts_with("export ") { "export " } else { "" };
        let tail = line.len() - line.trim_end_matches(['\r', '\n']).len();
        let tail = line.split_off(line.len() - tail);
        *line = format!("{export}{name}={value}{tail}");
        return lines.concat();
    }
    let mut text = lines.concat();
    if !text.is_empty() && !text.ends_with('\n') {
        text += end;
    }
    text + &format!("{name}={value}{end}")
}

pub(super) fn remove(text: &str, at: &[String]) -> String {
    let Some(name) = at.first() else { return text.to_owned() };
    let other = |line: &&str| read(line).is_none_or(|(found, _)| found != name);
    text.split_inclusive('\n').filter(other).collect()
}

/// Name and value of a line; `None` for comments and everything else.
fn read(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
    let name = name.trim();
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    plain.then(|| (name, value.trim()))
}
