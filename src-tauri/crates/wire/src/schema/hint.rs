//! What the subset cannot say, told to the model in the description.

use super::Kind;
use super::node::Node;
use serde_json::Value;

/// The longest hint, in bytes: a default may be a whole document.
pub(super) const LONGEST: usize = 200;

/// The constraints that become hints, in the order they are told in.
const CONSTRAINTS: [&str; 16] = [
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "format",
    "default",
    "examples",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minProperties",
    "maxProperties",
];

/// Several types where only one can be sent.
pub(super) fn accepts(kinds: &[Kind]) -> Option<String> {
    let words: Vec<_> = kinds.iter().map(|kind| kind.word()).collect();
    (words.len() > 1).then(|| bounded("accepts", &words.join(" | ")))
}

/// The constraints of a node.
pub(super) fn constraints(node: &Node<'_>) -> Vec<String> {
    let told = |name: &&str| Some(bounded(name, &plain(node.field(name).filter(|value| !value.is_null())?)));
    CONSTRAINTS.iter().filter_map(told).collect()
}

/// The description with its hints.
pub(super) fn description(text: &str, hints: &[String]) -> Option<String> {
    let mut whole = text.to_owned();
    for hint in hints {
        if !whole.is_empty() {
            whole.push(' ');
        }
        whole.push_str(hint);
    }
    (!whole.is_empty()).then_some(whole)
}

/// `(name: value)`, cut where it is too long.
pub(super) fn bounded(name: &str, value: &str) -> String {
    let kept = &value[..value.floor_char_boundary(LONGEST)];
    let more = if kept.len() < value.len() { "…" } else { "" };
    format!("({name}: {kept}{more})")
}

/// A text as it is, anything else as JSON.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}
