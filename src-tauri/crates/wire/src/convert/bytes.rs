//! JSON that is passed on as it came: without line breaks, not too deep, with whole characters.

use crate::json::{DEEPEST, depth};
use memchr::memchr;
use memchr::memmem;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// What stands for half a character.
const REPLACEMENT: &[u8] = b"\\ufffd";

/// Replaces halves of characters (lone surrogates), which some clients send where they cut a text in the middle of an
/// emoji: no parser on the way takes them. Call it on a body before it is read.
#[must_use]
pub fn mend(body: &[u8]) -> Cow<'_, [u8]> {
    let suspect = [b"\\ud", b"\\uD"].iter().any(|start| memmem::find(body, *start).is_some());
    if suspect { mend_escapes(body) } else { Cow::Borrowed(body) }
}

fn mend_escapes(body: &[u8]) -> Cow<'_, [u8]> {
    let mut mended: Vec<u8> = Vec::new();
    let (mut kept, mut at) = (0, 0);
    while let Some(found) = memchr(b'\\', &body[at..]) {
        at += found;
        let Some(unit) = unit_at(body, at) else {
            // Any other escape is two bytes.
            at = (at + 2).min(body.len());
            continue;
        };
        let low = unit_at(body, at + 6).is_some_and(|next| (0xdc00..0xe000).contains(&next));
        match unit {
            0xd800..0xdc00 if low => at += 12,
            0xd800..0xe000 => {
                mended.extend_from_slice(&body[kept..at]);
                mended.extend_from_slice(REPLACEMENT);
                at += 6;
                kept = at;
            }
            _ => at += 6,
        }
    }
    if kept == 0 {
        return Cow::Borrowed(body);
    }
    mended.extend_from_slice(&body[kept..]);
    Cow::Owned(mended)
}

/// The `\uXXXX` that begins here.
fn unit_at(body: &[u8], at: usize) -> Option<u32> {
    let digits = body.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok().filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

/// Takes a text as a JSON object to pass on; gives it back where it is none, or nested too deep.
pub(crate) fn object(text: Cow<'_, str>) -> Result<Cow<'_, RawValue>, Cow<'_, str>> {
    if !text.trim_start().starts_with('{') || depth(text.as_bytes()) > DEEPEST {
        return Err(text);
    }
    let mended = match mend(text.as_bytes()) {
        Cow::Borrowed(_) => None,
        Cow::Owned(bytes) => String::from_utf8(bytes).ok(),
    };
    match (mended, text) {
        (Some(mended), text) => RawValue::from_string(mended).map(Cow::Owned).map_err(|_| text),
        (None, Cow::Borrowed(text)) => {
            serde_json::from_str(text).map(Cow::Borrowed).map_err(|_| Cow::Borrowed(text))
        }
        (None, Cow::Owned(text)) => match serde_json::from_str::<&RawValue>(&text) {
            Ok(raw) => Ok(Cow::Owned(raw.to_owned())),
            Err(_) => Err(Cow::Owned(text)),
        },
    }
}

/// A JSON value without whitespace between its tokens.
pub(crate) fn compact(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    let Some(first) = next_space(bytes, 0) else { return Cow::Borrowed(json) };
    let mut out = String::with_capacity(json.len());
    let (mut kept, mut space) = (0, first);
    loop {
        out.push_str(&json[kept..space]);
        kept = space + 1;
        match next_space(bytes, kept) {
            Some(next) => space = next,
            None => break,
        }
    }
    out.push_str(&json[kept..]);
    Cow::Owned(out)
}

/// The next whitespace outside of texts. `from` is outside of one.
fn next_space(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        match bytes.get(at)? {
            b' ' | b'\n' | b'\r' | b'\t' => return Some(at),
            b'"' => at = end_of_text(bytes, at + 1)?,
            _ => {}
        }
        at += 1;
    }
}

/// The closing quote of a text.
fn end_of_text(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_of_characters_are_replaced() {
        for (body, expected) in [
            (r#""a\ud83d""#, r#""a\ufffd""#),
            (r#""\ud83d\ud83d\ude00b""#, r#""\ufffd\ud83d\ude00b""#),
            (r#""\uDE00\uD83D\uDE00""#, r#""\ufffd\uD83D\uDE00""#),
            (r#""\\ud83d \ude00""#, r#""\\ud83d \ufffd""#),
            (r#""\ud83"#, r#""\ud83"#),
            (r#""\ud83d\"#, r#""\ufffd\"#),
            ("plain", "plain"),
        ] {
            assert_eq!(mend(body.as_bytes()), expected.as_bytes(), "{body}");
        }
    }

    #[test]
    fn only_an_object_that_is_not_too_deep_is_passed_on() {
        let deep = format!("{}1{}", r#"{"a":"#.repeat(DEEPEST + 1), "}".repeat(DEEPEST + 1));
        for text in ["", "[]", "7", "{", "{}}", "{'a':1}", "null", deep.as_str()] {
            assert_eq!(object(Cow::Borrowed(text)).map(|raw| raw.get().to_owned()), Err(Cow::Borrowed(text)));
        }
        for (text, expected) in
            [("{}", "{}"), (" {\"a\": 1}\n", "{\"a\": 1}"), (r#"{"a":"\ud800"}"#, r#"{"a":"\ufffd"}"#)]
        {
            assert_eq!(object(Cow::Borrowed(text)).unwrap().get(), expected);
            assert_eq!(object(Cow::Owned(text.to_owned())).unwrap().get(), expected);
        }
    }

    #[test]
    fn only_space_between_tokens_goes() {
        assert_eq!(compact("{\n  \"a b\": [ 1, \"c\\\" d\" ]\n}"), r#"{"a b":[1,"c\" d"]}"#);
        assert!(matches!(compact(r#"{"a b":1}"#), Cow::Borrowed(_)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn any_escapes_come_out_readable(units in proptest::collection::vec(any::<u16>(), 0..20)) {
            let text: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let body = format!("\"{text}\"");
            let mended = mend(body.as_bytes());
            prop_assert_eq!(serde_json::from_slice::<String>(&mended).unwrap(), String::from_utf16_lossy(&units));
        }

        #[test]
        fn any_text_survives(text in "(?s).{0,40}") {
            let _ = (compact(&text), mend(text.as_bytes()), object(Cow::Borrowed(&text)));
            let json = serde_json::json!({"a": [text, {"b": null}]});
            let pretty = serde_json::to_string_pretty(&json).unwrap();
            prop_assert_eq!(compact(&pretty), json.to_string());
        }
    }
}
