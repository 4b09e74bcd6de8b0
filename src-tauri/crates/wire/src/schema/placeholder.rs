//! Claude takes no object without properties: it gets one to fill, which is taken out of the arguments again.

use super::{Kind, Schema};
use serde_json::Value;
use std::collections::BTreeMap;

const NAME: &str = "reason";
const MEANING: &str = "Why this tool is called";

/// Where a property was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Property(String),
    Items,
}

impl Placeholder {
    /// Takes the added property out of a call's arguments.
    pub fn remove(&self, arguments: &mut Value) {
        remove(&self.0, arguments);
    }
}

fn remove(way: &[Step], value: &mut Value) {
    match way {
        [] => {
            if let Value::Object(fields) = value {
                fields.remove(NAME);
            }
        }
        [Step::Property(name), rest @ ..] => {
            if let Some(inner) = value.get_mut(name) {
                remove(rest, inner);
            }
        }
        [Step::Items, rest @ ..] => {
            for entry in value.as_array_mut().into_iter().flatten() {
                remove(rest, entry);
            }
        }
    }
}

impl Schema {
    /// Gives every object without properties one, and says where.
    pub fn fill_for_claude(&mut self) -> Vec<Placeholder> {
        let mut added = Vec::new();
        self.fill(&mut Vec::new(), &mut added);
        added
    }

    fn fill(&mut self, way: &mut Vec<Step>, added: &mut Vec<Placeholder>) {
        if self.kind == Some(Kind::Object) && self.properties.as_ref().is_none_or(BTreeMap::is_empty) {
            let filler = Self { description: Some(MEANING.to_owned()), ..Self::of(Kind::String) };
            self.properties = Some(BTreeMap::from([(NAME.to_owned(), filler)]));
            self.required = vec![NAME.to_owned()];
            added.push(Placeholder(way.clone()));
            return;
        }
        if let Some(items) = &mut self.items {
            way.push(Step::Items);
            items.fill(way, added);
            way.pop();
        }
        for (name, property) in self.properties.iter_mut().flatten() {
            way.push(Step::Property(name.clone()));
            property.fill(way, added);
            way.pop();
        }
    }
}
