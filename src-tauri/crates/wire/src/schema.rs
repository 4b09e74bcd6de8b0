//! JSON Schema as clients write it becomes the subset the upstream takes.
//!
//! The subset is `type`, `description`, `enum`, `items`, `properties`, `required` and `nullable`. What it cannot
//! express is inlined, flattened or told to the model in the description. The result is bounded in depth and number
//! of nodes whatever comes in, and cleaning it again changes nothing. Parsing bytes and naming tools are others'.

mod choice;
mod hint;
mod node;
mod placeholder;

pub use placeholder::Placeholder;

use node::{Node, Reader, Spot};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The deepest schema that is sent; what lies deeper is cut to its type. Tools seen in the field stay below 10.
const DEEPEST: usize = 32;
/// The most keywords and properties of one schema, those of a reference counted each time it is followed; what
/// comes after is cut to its type. Tools seen in the field stay below 1,000.
const MOST_NODES: usize = 20_000;

/// A schema the upstream takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Schema {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<Kind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    nullable: bool,
    #[serde(rename = "enum", skip_serializing_if = "Vec::is_empty")]
    words: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Box<Schema>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<BTreeMap<String, Schema>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    required: Vec<String>,
}

/// The types the upstream knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Kind {
    String,
    Number,
    Integer,
    Boolean,
    Array,
    Object,
}

impl Kind {
    fn from_word(word: &str) -> Option<Self> {
        [Self::String, Self::Number, Self::Integer, Self::Boolean, Self::Array, Self::Object]
            .into_iter()
            .find(|kind| kind.word().eq_ignore_ascii_case(word))
    }

    /// As clients write it.
    fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// Where a schema stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The parameters of a tool: always an object, with a list of properties even if empty.
    Parameters,
    /// The top of a schema for answers.
    Answer,
    /// Anywhere below.
    Inside,
}

/// The parameters of a tool; none are an object without properties, and so is what is no object.
#[must_use]
pub fn parameters(source: Option<&Value>) -> Schema {
    match source {
        Some(source) => Reader::new(source).clean(Spot::top(source), Place::Parameters, 0),
        None => Schema { properties: Some(BTreeMap::new()), ..Schema::of(Kind::Object) },
    }
}

/// The schema an answer has to follow.
#[must_use]
pub fn answer(source: &Value) -> Schema {
    Reader::new(source).clean(Spot::top(source), Place::Answer, 0)
}

impl Schema {
    fn of(kind: Kind) -> Self {
        Self {
            kind: Some(kind),
            description: None,
            nullable: false,
            words: vec![],
            items: (kind == Kind::Array).then(|| Box::new(Self::of(Kind::String))),
            properties: None,
            required: vec![],
        }
    }

    /// Leaves a keyword out everywhere, for an upstream that says it does not know it.
    pub fn without(&mut self, keyword: &str) {
        match keyword {
            "type" => self.kind = None,
            "description" => self.description = None,
            "nullable" => self.nullable = false,
            "enum" => self.words.clear(),
            "items" => self.items = None,
            "properties" => self.properties = None,
            "required" => self.required.clear(),
            _ => {}
        }
        let inside = self.items.iter_mut().map(|items| items.as_mut());
        for schema in inside.chain(self.properties.iter_mut().flat_map(|all| all.values_mut())) {
            schema.without(keyword);
        }
    }
}

impl<'a> Reader<'a> {
    /// Cleans what stands at one spot; `depth` counts from the top.
    fn clean(&mut self, spot: Spot<'a>, place: Place, depth: usize) -> Schema {
        let node = self.node(spot, depth);
        let listed = node.kinds();
        let kind = match (place, listed.first) {
            (Place::Parameters, _) => Kind::Object,
            (Place::Answer, None) if node.guess().is_none() => Kind::Object,
            (Place::Answer | Place::Inside, Some(kind)) => kind,
            (Place::Answer | Place::Inside, None) => node.guess().unwrap_or(Kind::String),
        };
        let mut schema = Schema::of(kind);
        let words = node.words();
        schema.nullable = node.nullable || listed.null || words.null;
        let mut hints = node.notes.clone();
        hints.extend(hint::accepts(&listed.all));
        match kind {
            Kind::String => schema.words = words.texts(),
            Kind::Number | Kind::Integer | Kind::Boolean | Kind::Array | Kind::Object => {
                hints.extend(words.hint())
            }
        }
        hints.extend(hint::constraints(&node));
        schema.description = hint::description(&node.description, &hints);
        let bare = node.bare || depth >= DEEPEST;
        match kind {
            Kind::Array if !bare => self.clean_items(&mut schema, &node, depth),
            Kind::Object if !bare => self.clean_properties(&mut schema, node, depth),
            Kind::String | Kind::Number | Kind::Integer | Kind::Boolean | Kind::Array | Kind::Object => {}
        }
        if place == Place::Parameters || (place == Place::Answer && kind == Kind::Object) {
            schema.properties.get_or_insert_default();
        }
        schema
    }

    fn clean_items(&mut self, schema: &mut Schema, node: &Node<'a>, depth: usize) {
        if let Some(items) = node.items() {
            schema.items = Some(Box::new(self.clean(items, Place::Inside, depth + 1)));
        }
    }

    fn clean_properties(&mut self, schema: &mut Schema, node: Node<'a>, depth: usize) {
        let mut required = node.required;
        let mut properties = BTreeMap::new();
        for (name, spot) in node.properties {
            // Draft 3 says in the property that it is required.
            if spot.value.get("required") == Some(&Value::Bool(true)) {
                required.push(name);
            }
            properties.insert(name.to_owned(), self.clean(spot, Place::Inside, depth + 1));
        }
        let mut seen = BTreeSet::new();
        required.retain(|name| properties.contains_key(*name) && seen.insert(*name));
        schema.required = required.into_iter().map(str::to_owned).collect();
        schema.properties = (!properties.is_empty()).then_some(properties);
    }
}

#[cfg(test)]
mod tests;
