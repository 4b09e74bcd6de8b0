//! Plausible arguments for a tool call, made from the tool's schema.

use serde_json::{Map, Value, json};

use super::prompt::Schema;

/// Arguments for a call; `turn` varies them, so that two calls of one step differ. `least` leaves out
/// what is not required.
pub(crate) fn plausible(schema: Option<&Schema>, turn: usize, least: bool) -> Value {
    schema.map_or_else(|| json!({}), |schema| value(schema, "", turn, least))
}

fn value(schema: &Schema, name: &str, turn: usize, least: bool) -> Value {
    match schema.kind.as_str() {
        "OBJECT" => {
            let fields: Map<String, Value> = schema
                .properties
                .iter()
                .filter(|(name, _)| !least || schema.required.contains(name))
                .map(|(name, property)| (name.clone(), value(property, name, turn, least)))
                .collect();
            Value::Object(fields)
        }
        "ARRAY" => schema
            .items
            .as_deref()
            .map_or_else(|| json!([]), |items| json!([value(items, name, turn, least)])),
        "INTEGER" => json!(turn + 1),
        "NUMBER" => json!(turn as f64 + 0.5),
        "BOOLEAN" => json!(true),
        "NULL" => Value::Null,
        _ => json!(schema.choices.first().cloned().unwrap_or_else(|| text(name, turn))),
    }
}

fn text(name: &str, turn: usize) -> String {
    let name = name.to_ascii_lowercase();
    let of = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if of(&["city", "location", "place"]) {
        return ["Paris", "Rome"][turn % 2].to_owned();
    }
    if of(&["path", "file"]) {
        return ["README.md", "Cargo.toml"][turn % 2].to_owned();
    }
    if of(&["url", "uri"]) {
        return "https://example.com/".to_owned();
    }
    if of(&["command", "cmd"]) {
        return "ls".to_owned();
    }
    "example".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_fit_their_schema() {
        let schema: Schema = serde_json::from_value(json!({"type": "OBJECT", "required": ["city"], "properties": {
            "city": {"type": "STRING"}, "unit": {"type": "STRING", "enum": ["celsius", "kelvin"]}, "days": {"type": "INTEGER"},
            "exact": {"type": "BOOLEAN"}, "tags": {"type": "ARRAY", "items": {"type": "STRING"}}}}))
        .unwrap();
        let expected = |city, days| json!({"city": city, "unit": "celsius", "days": days, "exact": true, "tags": ["example"]});
        assert_eq!(plausible(Some(&schema), 0, false), expected("Paris", 1));
        assert_eq!(plausible(Some(&schema), 1, false), expected("Rome", 2));
        assert_eq!(plausible(Some(&schema), 0, true), json!({"city": "Paris"}));
        assert_eq!(plausible(None, 0, false), json!({}));
    }
}
