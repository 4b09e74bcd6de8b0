//! What the user asked the simulator itself for: words like `sim:safety` in the last user text.
//!
//! They let a person at a real client, and a test through the whole proxy, reach every kind of answer.

/// A wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// `sim:safety`, `sim:blocked`, `sim:grounded`, `sim:malformed`, `sim:empty`, `sim:no_parts`: a captured answer,
    /// by the name of its file.
    Captured(&'static str),
    /// `sim:version`: the text for outdated clients.
    Version,
    /// `sim:recitation`, `sim:language`, `sim:other` …: no text, and this finish reason.
    Finish(String),
    /// `sim:image`: an image.
    Image,
    /// `sim:long=N`: N characters.
    Long(u64),
    /// `sim:unicode`: text with many bytes per character.
    Unicode,
    /// `sim:text`: no tool call, although tools are there.
    Text,
    /// `sim:parallel`: two tool calls in one step.
    Parallel,
    /// `sim:required`: a tool call with the required arguments only.
    Required,
    /// `sim:truncate`: a stream that ends in the middle.
    Truncate,
    /// `sim:error=NAME`: a refusal of the catalogue; inside a stream after its first events.
    Error(String),
}

/// The first wish in a text.
pub(crate) fn find(text: &str) -> Option<Wish> {
    text.split_whitespace().filter_map(|word| word.strip_prefix("sim:")).find_map(read)
}

fn read(word: &str) -> Option<Wish> {
    let word = word.trim_end_matches([',', '.', '!', '?', '"', '\'']);
    let (name, value) = word.split_once('=').unwrap_or((word, ""));
    let wish = match name {
        "safety" => Wish::Captured("gemini.safety"),
        "blocked" => Wish::Captured("gemini.blocked_prompt"),
        "grounded" => Wish::Captured("gemini.grounded"),
        "malformed" => Wish::Captured("gemini.malformed_function_call"),
        "empty" => Wish::Captured("empty_200"),
        "no_parts" => Wish::Captured("gemini.max_tokens_no_parts"),
        "version" => Wish::Version,
        "image" => Wish::Image,
        "long" => Wish::Long(value.parse().ok()?),
        "unicode" => Wish::Unicode,
        "text" => Wish::Text,
        "parallel" => Wish::Parallel,
        "required" => Wish::Required,
        "truncate" => Wish::Truncate,
        "error" => Wish::Error(value.to_owned()),
        "recitation"
        | "language"
        | "other"
        | "blocklist"
        | "prohibited_content"
        | "spii"
        | "unexpected_tool_call"
        | "image_safety" => Wish::Finish(name.to_ascii_uppercase()),
        _ => return None,
    };
    Some(wish)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_found_between_words() {
        assert_eq!(find("please sim:safety now"), Some(Wish::Captured("gemini.safety")));
        assert_eq!(find("sim:long=5000."), Some(Wish::Long(5000)));
        assert_eq!(find("a sim:error=503.unavailable"), Some(Wish::Error("503.unavailable".into())));
        assert_eq!(find("sim:spii"), Some(Wish::Finish("SPII".into())));
        assert_eq!(
            ["hello", "sim:", "sim:unheard", "sim:long=x", "xsim:image"].map(find),
            [None, None, None, None, None]
        );
    }
}
