use super::*;
use proptest::prelude::*;
use serde_json::json;

#[test]
fn alternatives_of_words_keep_all_words() {
    check(
        json!({"anyOf": [{"const": "a"}, {"const": "b"}, {"type": "null"}, {"enum": ["b", "c"]}]}),
        json!({"type": "STRING", "nullable": true, "enum": ["a", "b", "c"]}),
    );
}

#[test]
fn one_free_alternative_frees_them_all() {
    check(
        json!({"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "string"}]}),
        json!({"type": "STRING"}),
    );
}

#[test]
fn alternatives_of_required_names_require_none() {
    check(
        json!({"type": "object", "properties": {"a": {}, "b": {}},
            "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}),
        json!({"type": "OBJECT", "properties": {"a": {"type": "STRING"}, "b": {"type": "STRING"}}}),
    );
}

#[test]
fn words_of_numbers_become_a_hint() {
    check(
        json!({"type": "integer", "enum": [1, 2, 3], "description": "How many."}),
        json!({"type": "INTEGER", "description": "How many. (one of: 1, 2, 3)"}),
    );
}

#[test]
fn a_list_of_types_takes_the_first_and_tells_the_rest() {
    check(
        json!({"type": ["null", "integer", "string"]}),
        json!({"type": "INTEGER", "nullable": true, "description": "(accepts: integer | string)"}),
    );
}

#[test]
fn siblings_of_a_reference_win() {
    let source = json!({"type": "object", "properties": {"p": {"$ref": "#/definitions/A%20B", "description": "mine"}},
        "definitions": {"A B": {"type": "integer", "description": "theirs", "minimum": 1}}});
    let expected = json!({"type": "OBJECT", "properties": {"p": {"type": "INTEGER", "description": "mine (minimum: 1)"}}});
    assert_eq!(serde_json::to_value(parameters(Some(&source))).unwrap(), expected);
}

#[test]
fn the_same_reference_beside_itself_is_no_cycle() {
    let source = json!({"allOf": [{"$ref": "#/$defs/Base"}], "properties": {"parent": {"$ref": "#/$defs/Base"}},
        "$defs": {"Base": {"type": "object", "properties": {"id": {"type": "string"}}}}});
    let expected = json!({"type": "OBJECT", "properties": {
        "id": {"type": "STRING"},
        "parent": {"type": "OBJECT", "properties": {"id": {"type": "STRING"}}}}});
    assert_eq!(serde_json::to_value(parameters(Some(&source))).unwrap(), expected);
}

#[test]
fn the_parameters_of_a_tool_are_an_object_whatever_comes() {
    for source in [json!({"type": "array"}), json!(true), json!(7), json!({"$ref": "#"})] {
        let cleaned = serde_json::to_value(parameters(Some(&source))).unwrap();
        assert_eq!((&cleaned["type"], &cleaned["properties"]), (&json!("OBJECT"), &json!({})), "{source}");
    }
    assert_eq!(serde_json::to_value(parameters(None)).unwrap(), json!({"type": "OBJECT", "properties": {}}));
}

#[test]
fn an_answer_may_be_a_list() {
    let cleaned =
        serde_json::to_value(answer(&json!({"type": "array", "items": {"type": "number"}}))).unwrap();
    assert_eq!(cleaned, json!({"type": "ARRAY", "items": {"type": "NUMBER"}}));
}

#[test]
fn references_that_multiply_are_cut() {
    let mut defs = serde_json::Map::new();
    for level in 0..40 {
        let next = json!({"$ref": format!("#/$defs/D{}", level + 1)});
        defs.insert(
            format!("D{level}"),
            json!({"type": "object", "properties": {"a": next, "b": next, "c": next}}),
        );
    }
    defs.insert("D40".to_owned(), json!({"type": "string"}));
    let cleaned = parameters(Some(&json!({"$ref": "#/$defs/D0", "$defs": defs})));
    assert!(nodes(&cleaned) <= 3 * MOST_NODES);
}

#[test]
fn claude_fills_what_is_empty_and_the_filling_is_taken_out() {
    let source = json!({"type": "object", "properties": {
        "env": {"type": "object"}, "list": {"type": "array", "items": {"type": "object"}}, "n": {"type": "integer"}}});
    let mut schema = parameters(Some(&source));
    let added = schema.fill_for_claude();
    let cleaned = serde_json::to_value(&schema).unwrap();
    assert_eq!(cleaned["properties"]["env"]["required"], json!(["reason"]));
    assert_eq!(cleaned["properties"]["list"]["items"]["required"], json!(["reason"]));
    assert!(schema.fill_for_claude().is_empty());
    let mut arguments =
        json!({"env": {"reason": "x", "A": "b"}, "list": [{"reason": "y"}, 7], "reason": "mine"});
    added.iter().for_each(|placeholder| placeholder.remove(&mut arguments));
    assert_eq!(arguments, json!({"env": {"A": "b"}, "list": [{}, 7], "reason": "mine"}));
}

#[test]
fn a_keyword_can_be_left_out_everywhere() {
    let source = json!({"type": "object", "properties": {"a": {"type": ["string", "null"]}}});
    let mut schema = parameters(Some(&source));
    schema.without("nullable");
    schema.without("nothing");
    let expected = json!({"type": "OBJECT", "properties": {"a": {"type": "STRING"}}});
    assert_eq!(serde_json::to_value(&schema).unwrap(), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    /// Holds T31.
    #[test]
    fn cleaning_is_bounded_and_cleaning_again_changes_nothing(source in schema()) {
        for clean in [|source: &Value| parameters(Some(source)), answer] {
            let once = clean(&source);
            let value = serde_json::to_value(&once).unwrap();
            prop_assert_eq!(&clean(&value), &once);
            prop_assert!(depth(&once) <= DEEPEST + 2 && nodes(&once) <= 3 * MOST_NODES);
            prop_assert_eq!(fault(&once), None);
            let mut filled = once;
            filled.fill_for_claude();
            prop_assert_eq!(&clean(&serde_json::to_value(&filled).unwrap()), &filled);
        }
    }
}

/// Checks what becomes of one property.
#[track_caller]
fn check(source: Value, expected: Value) {
    let tool = json!({"type": "object", "properties": {"p": source}});
    let cleaned = serde_json::to_value(parameters(Some(&tool))).unwrap();
    assert_eq!(cleaned["properties"]["p"], expected);
}

/// What the upstream would not take.
fn fault(schema: &Schema) -> Option<&'static str> {
    let Some(kind) = schema.kind else { return Some("no type") };
    if (kind == Kind::Array) != schema.items.is_some() {
        return Some("items without a list, or the other way round");
    }
    if !schema.words.is_empty() && kind != Kind::String || schema.words.iter().any(String::is_empty) {
        return Some("words");
    }
    let known = |name: &String| schema.properties.as_ref().is_some_and(|all| all.contains_key(name));
    if !schema.required.iter().all(known) || (kind != Kind::Object && schema.properties.is_some()) {
        return Some("required, or properties");
    }
    schema
        .items
        .as_deref()
        .into_iter()
        .chain(schema.properties.iter().flat_map(|all| all.values()))
        .find_map(fault)
}

fn depth(schema: &Schema) -> usize {
    let inside =
        schema.items.as_deref().into_iter().chain(schema.properties.iter().flat_map(|all| all.values()));
    1 + inside.map(depth).max().unwrap_or(0)
}

fn nodes(schema: &Schema) -> usize {
    let inside =
        schema.items.as_deref().into_iter().chain(schema.properties.iter().flat_map(|all| all.values()));
    1 + inside.map(nodes).sum::<usize>()
}

/// Any JSON, most of it made of keywords in their places.
fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        3 => prop::sample::select(vec!["string", "object", "array", "integer", "null", "weird"])
            .prop_map(|kind| json!({"type": kind})),
        1 => prop::sample::select(vec!["#", "#/properties/a", "#/$defs/a", "#/nowhere", "https://example.com/x"])
            .prop_map(|reference| json!({"$ref": reference})),
        1 => prop::sample::select(vec![json!(null), json!(true), json!(7), json!(""), json!({}), json!([])]),
        1 => Just(json!({"enum": ["a", 1, null, "", {"b": []}]})),
        1 => Just(json!({"const": 5, "minimum": 1, "default": "x", "description": " text "})),
    ];
    leaf.prop_recursive(5, 48, 5, |inner| {
        let map = proptest::collection::btree_map("[ab]|required|type|\\$ref", inner.clone(), 0..4);
        let map = map.prop_map(|map| Value::Object(map.into_iter().collect()));
        let list = proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array);
        let value = prop_oneof![
            3 => map.clone().prop_map(|map| ("properties", map)),
            1 => map.prop_map(|map| ("$defs", map)),
            1 => list.clone().prop_map(|list| ("anyOf", list)),
            1 => list.clone().prop_map(|list| ("oneOf", list)),
            1 => list.clone().prop_map(|list| ("allOf", list)),
            1 => list.prop_map(|list| ("prefixItems", list)),
            1 => inner.prop_map(|inner| ("items", inner)),
            1 => Just(("type", json!(["string", "array", "null"]))),
            1 => Just(("type", json!("object"))),
            1 => Just(("required", json!(["a", "b", "a"]))),
            1 => Just(("required", json!(true))),
            1 => Just(("nullable", json!(true))),
        ];
        proptest::collection::vec(value, 0..5)
            .prop_map(|fields| Value::Object(fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()))
    })
}
