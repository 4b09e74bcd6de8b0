//! Reads JSON the way the upstream reads protobuf messages: known fields only, both spellings, checked types.
//!
//! The tables are in `fields`. What a well-formed request may say is checked by the modules beside this one.

use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// What a value may be.
pub(crate) enum Shape {
    Text,
    Float,
    /// A whole number, also as text.
    Int,
    Bool,
    /// Any JSON object.
    Struct,
    /// Any JSON.
    Any,
    /// One of these words, in any case; read in upper case.
    Enum(&'static [&'static str]),
    List(&'static Shape),
    Map(&'static Shape),
    Message(&'static Message),
}

/// A message: its type's name in error texts, and its fields in snake case.
pub(crate) struct Message {
    pub type_name: &'static str,
    pub fields: &'static [(&'static str, Shape)],
}

/// The value with every field name in snake case.
pub(crate) fn read(value: Value, shape: &Shape, at: &str) -> Result<Value, Refusal> {
    let refused = |wanted: &str, value: &Value| {
        Err(Refusal::InvalidValue { at: at.to_owned(), wanted: wanted.to_owned(), value: value.to_string() })
    };
    match (shape, value) {
        (Shape::Any, value) => Ok(value),
        (Shape::Text, value @ Value::String(_))
        | (Shape::Float, value @ Value::Number(_))
        | (Shape::Bool, value @ Value::Bool(_))
        | (Shape::Struct, value @ Value::Object(_)) => Ok(value),
        (Shape::Int, value) => match whole(&value) {
            Some(number) => Ok(Value::from(number)),
            None => refused("TYPE_INT64", &value),
        },
        (Shape::Enum(words), Value::String(text)) => {
            let upper = text.to_ascii_uppercase();
            if words.contains(&upper.as_str()) {
                Ok(Value::String(upper))
            } else {
                refused("TYPE_ENUM", &Value::String(text))
            }
        }
        (Shape::List(item), Value::Array(values)) => {
            let read_one = |(i, value)| read(value, item, &format!("{at}[{i}]"));
            values.into_iter().enumerate().map(read_one).collect()
        }
        (Shape::Map(item), Value::Object(entries)) => {
            let read_one = |(i, (name, value))| Ok((name, read(value, item, &format!("{at}[{i}].value"))?));
            entries.into_iter().enumerate().map(read_one).collect()
        }
        (Shape::Message(message), Value::Object(fields)) => read_message(fields, message, at),
        (Shape::Text, value) => refused("TYPE_STRING", &value),
        (Shape::Float, value) => refused("TYPE_FLOAT", &value),
        (Shape::Bool, value) => refused("TYPE_BOOL", &value),
        (Shape::Struct, value) => refused("type.googleapis.com/google.protobuf.Struct", &value),
        (Shape::Enum(_), value) => refused("TYPE_ENUM", &value),
        (Shape::List(_), value) => refused("list", &value),
        (Shape::Map(_), value) => refused("map", &value),
        (Shape::Message(message), value) => refused(message.type_name, &value),
    }
}

fn read_message(fields: Map<String, Value>, message: &Message, at: &str) -> Result<Value, Refusal> {
    let mut read_fields = Map::new();
    for (name, value) in fields {
        let snake = snake(&name);
        let Some((_, shape)) = message.fields.iter().find(|(known, _)| *known == snake) else {
            return Err(Refusal::UnknownField { name, at: at.to_owned() });
        };
        // protobuf JSON: null is the same as leaving it out.
        if value.is_null() {
            continue;
        }
        let path = if at.is_empty() { snake.clone() } else { format!("{at}.{snake}") };
        read_fields.insert(snake, read(value, shape, &path)?);
    }
    Ok(Value::Object(read_fields))
}

fn whole(value: &Value) -> Option<i64> {
    let of_float = |number: f64| (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64);
    match value {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().and_then(of_float)),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// `functionCall` → `function_call`; snake case stays.
fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    static INNER: Message = Message {
        type_name: "example.Inner",
        fields: &[("a_count", Shape::Int), ("more", Shape::Map(&MORE))],
    };
    static MORE: Shape = Shape::Message(&INNER);
    static OUTER: Message = Message {
        type_name: "example.Outer",
        fields: &[
            ("inner_list", Shape::List(&MORE)),
            ("mode", Shape::Enum(&["AUTO", "NONE"])),
            ("args", Shape::Struct),
        ],
    };

    fn outer(value: Value) -> Result<Value, Refusal> {
        read(value, &Shape::Message(&OUTER), "")
    }

    #[test]
    fn both_spellings_and_numbers_as_text_read_alike() {
        let read = outer(
            json!({"innerList": [{"aCount": "7"}, {"a_count": 7.0}], "mode": "auto", "args": {"innerList": 1}}),
        );
        let expected =
            json!({"inner_list": [{"a_count": 7}, {"a_count": 7}], "mode": "AUTO", "args": {"innerList": 1}});
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn null_is_the_same_as_absent() {
        assert_eq!(outer(json!({"mode": null})), Ok(json!({})));
    }

    #[test]
    fn an_unknown_field_is_named_with_its_place() {
        let refused = outer(json!({"innerList": [{}, {"more": {"x": {"exclusiveMinimum": 1}}}]}));
        let at = "inner_list[1].more[0].value".to_owned();
        assert_eq!(refused, Err(Refusal::UnknownField { name: "exclusiveMinimum".into(), at }));
    }

    #[test]
    fn a_wrong_type_is_named_with_its_place() {
        let refused = |value| match outer(value) {
            Err(Refusal::InvalidValue { at, wanted, value }) => (at, wanted, value),
            other => panic!("{other:?}"),
        };
        let text = |at: &str, wanted: &str, value: &str| (at.to_owned(), wanted.to_owned(), value.to_owned());
        assert_eq!(refused(json!({"innerList": ["s"]})), text("inner_list[0]", "example.Inner", "\"s\""));
        assert_eq!(refused(json!({"mode": "LOUD"})), text("mode", "TYPE_ENUM", "\"LOUD\""));
        assert_eq!(
            refused(json!({"args": "{}"})),
            text("args", "type.googleapis.com/google.protobuf.Struct", "\"{}\"")
        );
        assert_eq!(
            refused(json!({"innerList": [{"aCount": 1.5}]})),
            text("inner_list[0].a_count", "TYPE_INT64", "1.5")
        );
    }
}
