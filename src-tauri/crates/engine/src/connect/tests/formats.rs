//! Values go in and out; everything else stays to the byte.

use crate::connect::format::{Format, Unfit};
use crate::connect::{Entry, KEY_PLACEHOLDER};
use proptest::prelude::*;
use serde_json::{Value, json};

fn entries() -> Vec<Entry> {
    vec![Entry::new(&["env", "URL"], "http://127.0.0.1:8045"), Entry::key(&["env", "KEY"], KEY_PLACEHOLDER)]
}

fn places(entries: &[Entry]) -> Vec<Vec<String>> {
    entries.iter().map(|entry| entry.at.clone()).collect()
}

#[track_caller]
fn check(format: Format, before: &str, entries: &[Entry], after: &str) {
    assert_eq!(format.apply(before, entries).as_deref(), Ok(after), "{before:?}");
    assert_eq!(format.apply(after, entries).as_deref(), Ok(after), "a second time changes nothing");
    let back = format.revert(after, before, &places(entries)).unwrap();
    assert_eq!(format.apply(&back, entries).as_deref(), Ok(after), "taken back and put in again");
}

#[test]
fn json_keeps_order_comments_and_indentation() {
    let ours = "\"URL\": \"http://127.0.0.1:8045\"";
    let key = format!("\"KEY\": \"{KEY_PLACEHOLDER}\"");
    let json = Format::Json;
    let fresh = format!("{{\n  \"env\": {{\n    {ours},\n    {key}\n  }}\n}}\n");
    for nothing in ["", "\n", "{}", "{}\n", "{ }", "{\n}\n"] {
        let written = json.apply(nothing, &entries()).unwrap();
        assert_eq!(written.trim_end(), fresh.trim_end(), "{nothing:?}");
    }
    check(
        json,
        "{\n\t\"z\": 1, // last letter\n\t\"env\": {\n\t\t\"A\": \"b\"\n\t},\n\t\"a\": [1, 2,],\n}\n",
        &entries(),
        &format!(
            "{{\n\t\"z\": 1, // last letter\n\t\"env\": {{\n\t\t\"A\": \"b\",\n\t\t{ours},\n\t\t{key}\n\t}},\n\t\"a\": [1, 2,],\n}}\n"
        ),
    );
    check(
        json,
        "{\"env\": {\"URL\": \"https://elsewhere\"}}",
        &entries(),
        &format!("{{\"env\": {{{ours}, {key}}}}}"),
    );
    check(
        json,
        "{\r\n  \"a\": true\r\n}\r\n",
        &entries(),
        &format!("{{\r\n  \"a\": true,\r\n  \"env\": {{\r\n    {ours},\r\n    {key}\r\n  }}\r\n}}\r\n"),
    );
}

#[test]
fn json_that_is_taken_back_is_as_it_was() {
    for before in [
        "{\n  \"a\": 1\n}\n",
        "{\n  \"env\": {\n    \"A\": \"b\"\n  }\n}\n",
        "{\"env\": {\"URL\": \"x\", \"KEY\": \"y\"}, \"z\": null}",
        "{\n  // mine\n  \"a\": 1\n}\n",
        "{\"a\": 1}",
    ] {
        let written = Format::Json.apply(before, &entries()).unwrap();
        let back = Format::Json.revert(&written, before, &places(&entries())).unwrap();
        assert_eq!(back, before);
    }
}

#[test]
fn broken_json_is_refused_with_the_line() {
    for (text, line) in [
        ("{", "line 1"),
        ("{\n \"a\": 1\n \"b\": 2\n}", "line 3"),
        ("{\n \"a\": }", "line 2"),
        ("{\"a\": 1} x", "line 1"),
        ("{\"a\": 'x'}", "line 1"),
        ("{\n\n /* no end", "line 3"),
        ("{\"a\": \"x\ny\"}", "line 1"),
        ("[1, 2", "line 1"),
    ] {
        let error = Format::Json.apply(text, &entries()).unwrap_err();
        assert!(matches!(&error, Unfit::Broken { why, .. } if why.starts_with(line)), "{text:?}: {error}");
    }
    for text in ["[]", "1", "{\"env\": 5}", "{\"env\": []}"] {
        let error = Format::Json.apply(text, &entries()).unwrap_err();
        assert!(matches!(error, Unfit::NoGroup(_)), "{text:?}: {error}");
    }
    let deep = "[".repeat(100_000);
    assert!(Format::Json.apply(&deep, &entries()).is_err());
}

#[test]
fn toml_keeps_comments_and_order() {
    let entries = [
        Entry::new(&["model_provider"], "headroom"),
        Entry::new(&["model_providers", "headroom", "name"], "Headroom"),
        Entry::key(&["model_providers", "headroom", "key"], "hr-1"),
    ];
    let table = "[model_providers.headroom]\nname = \"Headroom\"\nkey = \"hr-1\"\n";
    check(Format::Toml, "", &entries, &format!("model_provider = \"headroom\"\n\n{table}"));
    check(
        Format::Toml,
        "# mine\nmodel = \"gpt-5\" # liked\n\n[tools]\nweb = true # on\n",
        &entries,
        &format!(
            "# mine\nmodel = \"gpt-5\" # liked\nmodel_provider = \"headroom\"\n\n[tools]\nweb = true # on\n\n{table}"
        ),
    );
    let before = "model_provider = \"other\" # why\n\n[model_providers.other]\nname = \"Other\"\n";
    let written = Format::Toml.apply(before, &entries).unwrap();
    assert!(written.starts_with("model_provider = \"headroom\" # why\n"), "{written}");
    assert!(written.contains("[model_providers.other]\nname = \"Other\"\n"), "{written}");
    assert_eq!(Format::Toml.revert(&written, before, &places(&entries)).unwrap(), before);
    for broken in ["a = ", "[a\n", "a = 1\na = 2\n"] {
        assert!(Format::Toml.apply(broken, &entries).is_err(), "{broken}");
    }
    assert!(Format::Toml.apply("model_providers = 1\n", &entries).is_err());
}

#[test]
fn env_lines_keep_what_is_not_ours() {
    let entries = [Entry::new(&["URL"], "http://127.0.0.1:8045"), Entry::key(&["KEY"], "hr-1")];
    let env = Format::Env;
    check(env, "", &entries, "URL=http://127.0.0.1:8045\nKEY=hr-1\n");
    check(
        env,
        "# mine\nexport KEY=\"old\"\nOTHER=1",
        &entries,
        "# mine\nexport KEY=hr-1\nOTHER=1\nURL=http://127.0.0.1:8045\n",
    );
    check(env, "A=1\r\n", &entries, "A=1\r\nURL=http://127.0.0.1:8045\r\nKEY=hr-1\r\n");
    let place = |name: &str| [name.to_owned()];
    assert_eq!(env.get("KEY='a'\nKEY=\"b\"\n", &place("KEY")), Some("b".into()));
    assert_eq!(env.get("#KEY=a\n", &place("KEY")), None);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 30, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z\"\\\\é]{0,3}|env", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn whatever_the_file_holds_only_our_values_change(mut value in any_json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let Ok(written) = Format::Json.apply(&text, &entries()) else {
            let env_is_no_group = value.get("env").is_some_and(|env| !env.is_object());
            prop_assert!(!value.is_object() || env_is_no_group, "{}", text);
            return Ok(());
        };
        let found: Value = serde_json::from_str(&written).unwrap();
        let group = value.as_object_mut().unwrap().entry("env").or_insert_with(|| json!({}));
        for entry in entries() {
            group.as_object_mut().unwrap().insert(entry.at[1].clone(), entry.value);
        }
        prop_assert_eq!(&found, &value);
        let back = Format::Json.revert(&written, &text, &places(&entries())).unwrap();
        let (back, before): (Value, Value) = (serde_json::from_str(&back).unwrap(), serde_json::from_str(&text).unwrap());
        prop_assert_eq!(back, before);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[{}\\[\\]\",:/*\\\\ntruefals0-9é \n]{0,40}", toml in "[a-z=\\[\\]\"#.\n ]{0,30}") {
        for format in [Format::Json, Format::Env] {
            let _ = format.apply(&text, &entries());
        }
        let _ = Format::Toml.apply(&toml, &entries());
    }
}
