//! Which branch of an `anyOf` or `oneOf` stands for all: the upstream has no alternatives.

use super::Kind;
use super::hint;
use super::node::Node;
use serde_json::Value;
use std::collections::BTreeSet;

/// One alternative.
pub(super) struct Branch<'a> {
    node: Node<'a>,
    kinds: Vec<Kind>,
    null: bool,
}

/// How much a branch says, the most first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Object,
    Array,
    Scalar,
    Untyped,
}

/// The most words of one list that are read.
const MOST_WORDS: usize = 1_000;

/// The words a node may say: of `enum` or `const`, else those of the alternatives it stands for.
#[derive(Default)]
pub(super) struct Words<'a> {
    values: Vec<&'a Value>,
    gathered: Vec<String>,
    /// `null` is among them.
    pub null: bool,
}

impl<'a> Branch<'a> {
    pub fn of(node: Node<'a>) -> Self {
        let listed = node.kinds();
        let words = node.words();
        let kinds = match listed.first.or_else(|| node.guess()).or_else(|| words.kind()) {
            Some(first) if listed.all.is_empty() => vec![first],
            _ => listed.all,
        };
        let null = kinds.is_empty() && (listed.null || (words.null && words.is_empty()));
        Self { node, kinds, null }
    }

    fn rank(&self) -> Rank {
        match self.kinds.first() {
            Some(Kind::Object) => Rank::Object,
            Some(Kind::Array) => Rank::Array,
            Some(Kind::String | Kind::Number | Kind::Integer | Kind::Boolean) => Rank::Scalar,
            None => Rank::Untyped,
        }
    }
}

/// Picks the branch that says the most, the first of equals. What the others allow goes into the parent: that it may
/// be null, which types there are, and where all that matter are lists of words, the other words.
pub(super) fn choose<'a>(parent: &mut Node<'a>, branches: Vec<Branch<'a>>) -> Option<Node<'a>> {
    let (nulls, rest): (Vec<_>, Vec<_>) = branches.into_iter().partition(|branch| branch.null);
    parent.nullable |= !nulls.is_empty();
    let mut kinds: Vec<Kind> = Vec::new();
    for kind in rest.iter().flat_map(|branch| &branch.kinds) {
        if !kinds.contains(kind) {
            kinds.push(*kind);
        }
    }
    parent.notes.extend(hint::accepts(&kinds));
    let best = rest.iter().enumerate().min_by_key(|(_, branch)| branch.rank()).map(|(index, _)| index)?;
    let alike = |branch: &Branch<'_>| branch.kinds.first() == rest[best].kinds.first();
    let others: Vec<_> =
        rest.iter().filter(|branch| alike(branch)).map(|branch| branch.node.words()).collect();
    // One branch of one word among others must not forbid what the others allow.
    let narrowed = others.len() > 1 && rest[best].rank() == Rank::Scalar;
    let free = others.iter().any(|words| words.is_empty() && !words.null);
    let all = distinct(others.iter().flat_map(Words::texts));
    let untyped = rest[best].rank() == Rank::Untyped;
    let mut chosen = rest.into_iter().nth(best)?.node;
    if narrowed {
        chosen.forget("enum");
        chosen.forget("const");
        chosen.gathered = if free { vec![] } else { all };
    }
    if untyped {
        // `anyOf: [{required: [a]}, {required: [b]}]`: neither is required.
        chosen.required.clear();
    }
    Some(chosen)
}

impl<'a> Node<'a> {
    /// The words it may say.
    pub fn words(&self) -> Words<'a> {
        let mut words = Words::default();
        let listed = match (self.field("enum"), self.field("const")) {
            (Some(Value::Array(values)), _) => values.as_slice(),
            (_, Some(value)) => std::slice::from_ref(value),
            _ => &[],
        };
        for value in listed.iter().take(MOST_WORDS) {
            if value.is_null() {
                words.null = true;
            } else {
                words.values.push(value);
            }
        }
        if listed.is_empty() {
            words.gathered = self.gathered.clone();
        }
        words
    }
}

impl Words<'_> {
    fn kind(&self) -> Option<Kind> {
        match self.values.first()? {
            Value::String(_) => Some(Kind::String),
            Value::Number(number) if number.is_f64() => Some(Kind::Number),
            Value::Number(_) => Some(Kind::Integer),
            Value::Bool(_) => Some(Kind::Boolean),
            Value::Array(_) => Some(Kind::Array),
            Value::Object(_) => Some(Kind::Object),
            Value::Null => None,
        }
    }

    fn is_empty(&self) -> bool {
        self.values.is_empty() && self.gathered.is_empty()
    }

    fn all(&self) -> impl Iterator<Item = String> {
        self.values.iter().map(|value| hint::plain(value)).chain(self.gathered.iter().cloned())
    }

    /// As texts, without the empty one, which the upstream refuses.
    pub fn texts(&self) -> Vec<String> {
        distinct(self.all().filter(|text| !text.is_empty()))
    }

    /// Told in the description, where the type has no words.
    pub fn hint(&self) -> Option<String> {
        (!self.is_empty()).then(|| hint::bounded("one of", &distinct(self.all()).join(", ")))
    }
}

/// Each text once, in order.
fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    texts.filter(|text| seen.insert(text.clone())).take(MOST_WORDS).collect()
}
