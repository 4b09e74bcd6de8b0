//! One node of a client's schema with everything that is merged into it: references, `allOf`, `anyOf`, `oneOf`.
//!
//! A node borrows all it holds from the client's document, so following a reference copies nothing.

use super::choice::{Branch, choose};
use super::{DEEPEST, Kind, MOST_NODES};
use serde_json::Value;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The document, and how much of it may still be read.
pub(super) struct Reader<'a> {
    document: &'a Value,
    nodes_left: usize,
}

/// A value of the document, with the references that led to it.
#[derive(Clone)]
pub(super) struct Spot<'a> {
    pub value: &'a Value,
    chain: Chain<'a>,
}

/// The references on the way from the top.
type Chain<'a> = Option<Rc<Link<'a>>>;

struct Link<'a> {
    reference: &'a str,
    before: Chain<'a>,
}

/// What is known of a node.
#[derive(Default)]
pub(super) struct Node<'a> {
    /// Keywords that are not read apart.
    fields: BTreeMap<&'a str, Spot<'a>>,
    /// Properties by name; a name is data, even if it reads like a keyword.
    pub properties: BTreeMap<&'a str, Spot<'a>>,
    /// Whether there was a list of properties.
    has_properties: bool,
    /// The words of the alternatives it stands for.
    pub gathered: Vec<String>,
    /// Required names, in order; a name may stand more than once.
    pub required: Vec<&'a str>,
    pub description: String,
    pub nullable: bool,
    /// What has to be said in the description.
    pub notes: Vec<String>,
    /// What it is where it does not say so itself.
    fallback: Option<Kind>,
    /// Only its type is sent.
    pub bare: bool,
}

/// The types a node lists.
#[derive(Default)]
pub(super) struct Kinds {
    pub first: Option<Kind>,
    pub all: Vec<Kind>,
    /// `null` is among them.
    pub null: bool,
}

/// How two descriptions become one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Merge {
    /// The parent's wins.
    Under,
    /// Both stand.
    Beside,
}

impl<'a> Spot<'a> {
    /// The whole document.
    pub fn top(document: &'a Value) -> Self {
        Self { value: document, chain: None }
    }

    /// Another value reached on the same way.
    fn to(&self, value: &'a Value) -> Self {
        Self { value, chain: self.chain.clone() }
    }

    fn has_followed(&self, reference: &str) -> bool {
        let mut link = self.chain.as_ref();
        while let Some(at) = link {
            if at.reference == reference {
                return true;
            }
            link = at.before.as_ref();
        }
        false
    }
}

impl<'a> Reader<'a> {
    pub fn new(document: &'a Value) -> Self {
        Self { document, nodes_left: MOST_NODES }
    }

    /// Reads a node with all that is merged into it. `depth` bounds how far merging goes.
    pub fn node(&mut self, spot: Spot<'a>, depth: usize) -> Node<'a> {
        let Some(object) = spot.value.as_object() else { return Node::default() };
        let mut node = Node::default();
        for (key, value) in object {
            node.take(key, spot.to(value));
        }
        let size = 1 + object.len() + node.properties.len() + node.required.len();
        if self.nodes_left == 0 || depth >= 2 * DEEPEST {
            node.bare = true;
            return node;
        }
        self.nodes_left = self.nodes_left.saturating_sub(size);
        if let Some(Value::String(reference)) = node.fields.remove("$ref").map(|spot| spot.value) {
            self.follow(reference, &spot, &mut node, depth);
        }
        for branch in node.branches("allOf") {
            let branch = self.node(branch, depth + 1);
            node.merge(branch, Merge::Under);
        }
        for keyword in ["anyOf", "oneOf"] {
            let spots = node.branches(keyword);
            let branches = spots.into_iter().map(|spot| Branch::of(self.node(spot, depth + 1))).collect();
            if let Some(best) = choose(&mut node, branches) {
                node.merge(best, Merge::Beside);
            }
        }
        node
    }

    fn follow(&mut self, reference: &'a str, from: &Spot<'a>, node: &mut Node<'a>, depth: usize) {
        let target = resolve(self.document, reference);
        let note = || format!("(see {})", name_of(reference));
        match target {
            Some(target) if from.has_followed(reference) => {
                let seen = Node::shallow(target);
                *node = Node {
                    fallback: seen.kinds().first.or(seen.guess()).or(Some(Kind::Object)),
                    description: std::mem::take(&mut node.description),
                    notes: vec![note()],
                    bare: true,
                    ..Node::default()
                };
            }
            Some(target) => {
                let link = Link { reference, before: from.chain.clone() };
                let target = self.node(Spot { value: target, chain: Some(Rc::new(link)) }, depth + 1);
                node.merge(target, Merge::Under);
            }
            None => {
                node.fallback = Some(Kind::Object);
                node.notes.push(note());
            }
        }
    }
}

impl<'a> Node<'a> {
    /// The node by its own keywords alone.
    fn shallow(value: &'a Value) -> Self {
        let mut node = Self::default();
        for (key, value) in value.as_object().into_iter().flatten() {
            node.take(key, Spot::top(value));
        }
        node
    }

    fn take(&mut self, key: &'a str, spot: Spot<'a>) {
        match (key, spot.value) {
            ("properties", Value::Object(properties)) => {
                self.has_properties = true;
                self.properties =
                    properties.iter().map(|(name, value)| (name.as_str(), spot.to(value))).collect();
            }
            ("required", Value::Array(names)) => {
                self.required = names.iter().filter_map(Value::as_str).collect();
            }
            ("description", Value::String(text)) => self.description = text.trim().to_owned(),
            ("nullable", Value::Bool(nullable)) => self.nullable = *nullable,
            ("properties" | "required" | "description" | "nullable", _) => {}
            _ => {
                self.fields.insert(key, spot);
            }
        }
    }

    /// Takes over what this node does not say itself.
    fn merge(&mut self, other: Self, how: Merge) {
        for (key, spot) in other.fields {
            self.fields.entry(key).or_insert(spot);
        }
        for (name, spot) in other.properties {
            self.properties.entry(name).or_insert(spot);
        }
        self.required.extend(other.required);
        if self.gathered.is_empty() {
            self.gathered = other.gathered;
        }
        if self.description.is_empty() {
            self.description = other.description;
        } else if how == Merge::Beside && !other.description.is_empty() {
            self.description = format!("{} {}", self.description, other.description);
        }
        self.notes.extend(other.notes);
        self.has_properties |= other.has_properties;
        self.nullable |= other.nullable;
        self.fallback = self.fallback.or(other.fallback);
        self.bare |= other.bare;
    }

    fn branches(&mut self, keyword: &str) -> Vec<Spot<'a>> {
        let Some(spot) = self.fields.remove(keyword) else { return vec![] };
        spot.value.as_array().into_iter().flatten().map(|branch| spot.to(branch)).collect()
    }

    /// A keyword that is not read apart.
    pub fn field(&self, key: &str) -> Option<&'a Value> {
        self.fields.get(key).map(|spot| spot.value)
    }

    /// Forgets a keyword.
    pub fn forget(&mut self, key: &str) {
        self.fields.remove(key);
    }

    /// The types it lists, unknown words aside.
    pub fn kinds(&self) -> Kinds {
        let mut kinds = Kinds::default();
        let words = match self.field("type") {
            Some(Value::Array(words)) => words.as_slice(),
            Some(word) => std::slice::from_ref(word),
            None => &[],
        };
        for word in words.iter().filter_map(Value::as_str) {
            match Kind::from_word(word) {
                Some(kind) if !kinds.all.contains(&kind) => kinds.all.push(kind),
                Some(_) => {}
                None => kinds.null |= word.eq_ignore_ascii_case("null"),
            }
        }
        kinds.first = kinds.all.first().copied();
        kinds
    }

    /// What it must be, by its other keywords.
    pub fn guess(&self) -> Option<Kind> {
        if self.has_properties {
            Some(Kind::Object)
        } else if self.fields.contains_key("items") || self.fields.contains_key("prefixItems") {
            Some(Kind::Array)
        } else {
            self.fallback
        }
    }

    /// What the entries of a list are; of a tuple, the first.
    pub fn items(&self) -> Option<Spot<'a>> {
        let spot = self.fields.get("prefixItems").or_else(|| self.fields.get("items"))?;
        match spot.value {
            Value::Array(tuple) => Some(spot.to(tuple.first()?)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                Some(spot.clone())
            }
        }
    }
}

/// What a reference within the document points to.
fn resolve<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = reference.strip_prefix('#')?;
    if !pointer.contains('%') {
        return document.pointer(pointer);
    }
    // As a form's only name it is decoded once, and nothing else in it has a meaning.
    let form = pointer.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    let (decoded, _) = url::form_urlencoded::parse(form.as_bytes()).next()?;
    document.pointer(&decoded)
}

/// What people call it: the last step of a reference.
fn name_of(reference: &str) -> &str {
    let name = reference.rsplit(['/', '#']).find(|step| !step.is_empty()).unwrap_or("the top");
    &name[..name.floor_char_boundary(super::hint::LONGEST)]
}
