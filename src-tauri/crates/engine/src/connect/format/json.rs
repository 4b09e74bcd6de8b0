//! JSON edited as text: order, indentation and comments stay. Comments and commas at the end are let pass, as the
//! programs whose files these are do.

mod scan;

use super::Unfit;
use scan::{Node, scan};
use serde_json::Value;

pub(super) fn get(text: &str, at: &[String]) -> Option<Value> {
    let root = scan(text).ok()?;
    let node = at.iter().try_fold(&root, |node, name| node.member(name).map(|m| &m.value))?;
    Some(value_of(text, node))
}

pub(super) fn set(text: &str, at: &[String], value: &Value) -> Result<String, Unfit> {
    let text = if text.trim_start_matches('\u{feff}').trim().is_empty() { "{}\n" } else { text };
    let root = scan(text)?;
    let mut node = &root;
    for (depth, name) in at.iter().enumerate() {
        if node.members.is_none() {
            return Err(Unfit::NoGroup(if depth == 0 {
                "its beginning".to_owned()
            } else {
                at[..depth].join(".")
            }));
        }
        let Some(member) = node.member(name) else {
            let inner = at[depth + 1..].iter().rev().fold(value.clone(), |inner, name| {
                Value::Object([(name.clone(), inner)].into_iter().collect())
            });
            return Ok(insert(text, &root, node, name, &inner));
        };
        node = &member.value;
    }
    if value_of(text, node) == *value {
        return Ok(text.to_owned());
    }
    let shown = if text[node.start..node.end].contains('\n') || value.is_object() {
        pretty(value, &unit(text, &root), &indentation(text, node.start))
    } else {
        value.to_string()
    };
    Ok(splice(text, node.start, node.end, &shown))
}

pub(super) fn remove(text: &str, at: &[String]) -> Result<String, Unfit> {
    let root = scan(text)?;
    let Some((name, groups)) = at.split_last() else { return Ok(text.to_owned()) };
    let group = groups.iter().try_fold(&root, |node, name| node.member(name).map(|m| &m.value));
    let Some(members) = group.and_then(|node| node.members.as_ref()) else { return Ok(text.to_owned()) };
    let Some(place) = members.iter().rposition(|m| m.name == *name) else { return Ok(text.to_owned()) };
    let member = &members[place];
    let (from, to) = match (place.checked_sub(1).map(|before| &members[before]), members.get(place + 1)) {
        (Some(before), _) => (before.value.end, member.value.end),
        (None, Some(after)) => (member.start, after.start),
        (None, None) => {
            // The only one: its comma goes with it, and the line breaks around it.
            let rest = &text[member.value.end..];
            let comma = rest.trim_start().starts_with(',');
            let after =
                if comma { member.value.end + rest.find(',').unwrap_or(0) + 1 } else { member.value.end };
            let blank = text[after..].len() - text[after..].trim_start().len();
            (text[..member.start].trim_end().len(), after + blank)
        }
    };
    Ok(splice(text, from, to, ""))
}

fn insert(text: &str, root: &Node, group: &Node, name: &str, value: &Value) -> String {
    let (unit, outer) = (unit(text, root), indentation(text, group.start));
    let name = Value::from(name).to_string();
    let members = group.members.as_deref().unwrap_or_default();
    let Some(last) = members.last() else {
        let inner = format!("{outer}{unit}");
        let inside = &text[group.start + 1..group.end - 1];
        let value = pretty(value, &unit, &inner);
        let member = format!("\n{inner}{name}: {value}");
        return if inside.trim().is_empty() {
            splice(text, group.start + 1, group.end - 1, &format!("{member}\n{outer}"))
        } else {
            // A comment is in it: it stays behind the new member.
            splice(text, group.start + 1, group.start + 1, &member)
        };
    };
    let in_one_line = !text[group.start..last.start].contains('\n');
    if in_one_line {
        return splice(text, last.value.end, last.value.end, &format!(", {name}: {value}"));
    }
    let inner = indentation(text, last.start);
    let value = pretty(value, &unit, &inner);
    match last.comma {
        Some(comma) => splice(text, comma + 1, comma + 1, &format!("\n{inner}{name}: {value},")),
        None => splice(text, last.value.end, last.value.end, &format!(",\n{inner}{name}: {value}")),
    }
}

fn splice(text: &str, from: usize, to: usize, put: &str) -> String {
    let put = if text.contains("\r\n") { put.replace('\n', "\r\n") } else { put.to_owned() };
    [&text[..from], &put, &text[to..]].concat()
}

/// What one step of indentation is.
fn unit(text: &str, root: &Node) -> String {
    let first = root.members.as_ref().and_then(|members| members.first());
    let found = first.map(|m| indentation(text, m.start)).filter(|unit| !unit.is_empty());
    found.unwrap_or_else(|| "  ".to_owned())
}

/// The blanks that the line of a place begins with.
fn indentation(text: &str, at: usize) -> String {
    let begin = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    text[begin..].chars().take_while(|c| *c == ' ' || *c == '\t').collect()
}

/// The value over several lines, where it is a group.
fn pretty(value: &Value, unit: &str, indentation: &str) -> String {
    match value.as_object() {
        Some(members) if !members.is_empty() => {
            let inner = format!("{indentation}{unit}");
            let lines: Vec<String> = members
                .iter()
                .map(|(name, value)| {
                    format!("{inner}{}: {}", Value::from(name.as_str()), pretty(value, unit, &inner))
                })
                .collect();
            format!("{{\n{}\n{indentation}}}", lines.join(",\n"))
        }
        Some(_) | None => value.to_string(),
    }
}

/// A node's value; what only JSON with comments allows is left out of it.
fn value_of(text: &str, node: &Node) -> Value {
    let Some(members) = &node.members else {
        return serde_json::from_str(&text[node.start..node.end]).unwrap_or(Value::Null);
    };
    Value::Object(members.iter().map(|m| (m.name.clone(), value_of(text, &m.value))).collect())
}
