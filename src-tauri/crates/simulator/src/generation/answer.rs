//! Decides what a model says: thoughts, text, tool calls, an image, and how it ends.
//!
//! Pure: the same request and the same serial number get the same answer. How it is cut into events is `events`'.

use serde_json::{Value, json};

use super::{arguments, prompt::Prompt, signature, wish::Wish};
use crate::{
    catalogue::{Model, Vendor},
    scenario::StreamOptions,
};

/// Tokens a simulated thought takes.
const THOUGHT_TOKENS: u64 = 9;
/// Tokens of an image (`generate/gemini.image.json`).
const IMAGE_TOKENS: u64 = 1290;
/// A red dot.
const IMAGE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
/// Characters of a stream event where a scenario gives their number only; what peers are measured with.
const EVENT_CHARACTERS: usize = 16;
/// Longest answer without streaming, in characters.
const LONGEST_WHOLE: u64 = 8 * 1024 * 1024;

/// What is said after the thoughts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Saying {
    Text(Text),
    Calls(Vec<Value>),
    Image,
    Nothing,
}

/// Text, said in pieces.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Text {
    Pieces(Vec<String>),
    /// So many events of so many characters, made when they are sent.
    Made {
        events: u64,
        characters: usize,
    },
}

impl Text {
    /// The pieces one by one.
    pub(crate) fn into_pieces(self) -> Box<dyn Iterator<Item = String> + Send> {
        match self {
            Text::Pieces(pieces) => Box::new(pieces.into_iter()),
            Text::Made { events, characters } => {
                Box::new((0..events).map(move |event| filler(event, characters)))
            }
        }
    }

    /// All of it, up to a limit.
    pub(crate) fn whole(&self) -> String {
        match self {
            Text::Pieces(pieces) => pieces.concat(),
            Text::Made { events, characters } => {
                let fitting = (*events).min(LONGEST_WHOLE / (*characters).max(1) as u64);
                (0..fitting).map(|event| filler(event, *characters)).collect()
            }
        }
    }

    fn characters(&self) -> u64 {
        match self {
            Text::Pieces(pieces) => pieces.iter().map(|piece| piece.chars().count() as u64).sum(),
            Text::Made { events, characters } => events.saturating_mul(*characters as u64),
        }
    }
}

fn filler(event: u64, characters: usize) -> String {
    const WORDS: &str = "the quick brown fox jumps over a lazy dog and ";
    let start = (event % WORDS.len() as u64) as usize;
    WORDS.chars().cycle().skip(start).take(characters).collect()
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// Thoughts that are shown.
    pub thoughts: Option<String>,
    /// Goes with the thoughts (Claude), with the first call or the last text (Gemini).
    pub signature: Option<String>,
    pub saying: Saying,
    /// None where the stream breaks off.
    pub finish: Option<String>,
    pub usage: Usage,
}

/// Tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Usage {
    pub prompt: u64,
    pub candidates: u64,
    /// Counted apart by Gemini; inside `candidates` for Claude.
    pub thoughts: u64,
}

impl Usage {
    pub(crate) fn total(self) -> u64 {
        self.prompt + self.candidates + self.thoughts
    }
}

/// What is known when an answer is made up.
pub(crate) struct Situation<'a> {
    pub prompt: &'a Prompt,
    pub model: &'a Model,
    pub wish: Option<&'a Wish>,
    pub stream: &'a StreamOptions,
    pub serial: u64,
}

/// Makes an answer up.
pub(crate) fn make(on: &Situation<'_>) -> Answer {
    let thinks = thinks(on.prompt, on.model);
    let thought_tokens = if thinks { THOUGHT_TOKENS } else { 0 };
    let room = on.prompt.generation_config.max_output_tokens.map_or(u64::MAX, |max| max.unsigned_abs());
    let prompt_tokens = on.prompt.tokens();

    let claude = on.model.vendor == Vendor::Anthropic;
    if thinks && !claude && room <= thought_tokens {
        // Thinking alone used the limit up (`upstream-api` §10.8).
        let usage = Usage { prompt: prompt_tokens, candidates: 0, thoughts: room };
        let finish = Some("MAX_TOKENS".to_owned());
        return Answer { thoughts: None, signature: None, saying: Saying::Nothing, finish, usage };
    }

    let mut saying = say(on);
    let mut finish = match on.wish {
        Some(Wish::Finish(reason)) => Some(reason.clone()),
        Some(Wish::Truncate) => None,
        Some(_) | None => Some("STOP".to_owned()),
    };
    if let Saying::Text(text) = &mut saying {
        let fitting = room.saturating_sub(thought_tokens).max(1).saturating_mul(4);
        if text.characters() > fitting {
            *text = shortened(text, fitting);
            finish = finish.map(|_| "MAX_TOKENS".to_owned());
        }
    }
    let said = match &saying {
        Saying::Text(text) => text.characters().div_ceil(4),
        Saying::Calls(calls) => 18 * calls.len() as u64,
        Saying::Image => IMAGE_TOKENS,
        Saying::Nothing => 0,
    };
    let usage = if claude {
        Usage { prompt: prompt_tokens, candidates: said + thought_tokens, thoughts: 0 }
    } else {
        Usage { prompt: prompt_tokens, candidates: said, thoughts: thought_tokens }
    };
    let shown =
        thinks && on.prompt.generation_config.thinking_config.as_ref().is_some_and(|t| t.include_thoughts);
    let thoughts = shown.then(|| thought(on));
    let signature = signature(on, &saying, thinks, thoughts.as_deref());
    Answer { thoughts, signature, saying, finish, usage }
}

/// Whether the model thinks: Claude where it is given a budget, Gemini unless the budget is 0.
fn thinks(prompt: &Prompt, model: &Model) -> bool {
    let budget =
        prompt.generation_config.thinking_config.as_ref().and_then(|thinking| thinking.thinking_budget);
    match model.vendor {
        Vendor::Anthropic => budget.is_some_and(|budget| budget > 0),
        Vendor::Google | Vendor::OpenAi => model.thinks && budget != Some(0),
    }
}

fn thought(on: &Situation<'_>) -> String {
    let words = on.prompt.last_user_text();
    let short: String = words.chars().take(40).collect();
    format!("**Considering the request**\n\nThe user wrote: {short}")
}

fn signature(on: &Situation<'_>, saying: &Saying, thinks: bool, thoughts: Option<&str>) -> Option<String> {
    match on.model.vendor {
        Vendor::Anthropic => thoughts.map(signature::claude),
        Vendor::OpenAi => None,
        Vendor::Google => match saying {
            Saying::Calls(_) if on.model.wants_signatures() => Some(signature::gemini("CALL", on.serial)),
            Saying::Text(_) if thinks => Some(signature::gemini("TEXT", on.serial)),
            Saying::Text(_) | Saying::Calls(_) | Saying::Image | Saying::Nothing => None,
        },
    }
}

fn say(on: &Situation<'_>) -> Saying {
    match on.wish {
        Some(Wish::Finish(_)) => return Saying::Nothing,
        Some(Wish::Image) => return Saying::Image,
        Some(Wish::Long(characters)) => {
            let events = characters.div_ceil(EVENT_CHARACTERS as u64);
            return Saying::Text(Text::Made { events, characters: EVENT_CHARACTERS });
        }
        Some(Wish::Unicode) => return text("你好 👋🏽 Grüße — עולם ✓ ﷽ e\u{301}"),
        Some(
            Wish::Captured(_)
            | Wish::Version
            | Wish::Text
            | Wish::Parallel
            | Wish::Required
            | Wish::Truncate
            | Wish::Error(_),
        )
        | None => {}
    }
    let text_only = on.prompt.generation_config.response_modalities.iter().all(|modality| modality == "TEXT");
    let asks_for_text = text_only && !on.prompt.generation_config.response_modalities.is_empty();
    if on.model.makes_images() && !asks_for_text {
        return Saying::Image;
    }
    if let Some(calls) = calls(on) {
        return Saying::Calls(calls);
    }
    if let Some(events) = on.stream.events {
        let characters = on.stream.characters.unwrap_or(EVENT_CHARACTERS);
        return Saying::Text(Text::Made { events, characters });
    }
    text(&words(on))
}

fn words(on: &Situation<'_>) -> String {
    if on.prompt.generation_config.response_mime_type.as_deref() == Some("application/json") {
        return r#"{"answer":"simulated"}"#.to_owned();
    }
    let last = on.prompt.contents.last();
    let results: Vec<String> = last
        .into_iter()
        .flat_map(|content| content.results())
        .map(|result| format!("{} said {}", result.name, Value::Object(result.response.clone())))
        .collect();
    if !results.is_empty() {
        return format!("Here is what I found: {}.", results.join("; "));
    }
    let asked: String = on.prompt.last_user_text().chars().take(200).collect();
    format!("Hi! This is the simulator speaking. You said: “{asked}”")
}

/// Calls the first allowed function once per turn, as long as its results are not there yet.
fn calls(on: &Situation<'_>) -> Option<Vec<Value>> {
    let config = &on.prompt.tool_config.function_calling_config;
    let answered = on.prompt.contents.last().is_some_and(|content| content.results().next().is_some());
    if answered || config.mode == "NONE" || on.wish == Some(&Wish::Text) {
        return None;
    }
    let allowed = |name: &str| {
        config.allowed_function_names.is_empty()
            || config.allowed_function_names.iter().any(|known| known == name)
    };
    let function = on.prompt.functions().find(|function| allowed(&function.name))?;
    let number = if on.wish == Some(&Wish::Parallel) { 2 } else { 1 };
    let least = on.wish == Some(&Wish::Required);
    let call = |turn: usize| {
        let args = arguments::plausible(function.parameters.as_ref(), turn, least);
        let mut call = json!({"name": function.name, "args": args});
        if on.model.vendor == Vendor::Anthropic {
            call["id"] = json!(format!("toolu_vrtx_FAKE{:04}{turn}", on.serial));
        }
        call
    };
    Some((0..number).map(call).collect())
}

fn text(words: &str) -> Saying {
    let characters: Vec<char> = words.chars().collect();
    let size = characters.len().div_ceil(4).max(6);
    Saying::Text(Text::Pieces(characters.chunks(size).map(|piece| piece.iter().collect()).collect()))
}

fn shortened(text: &Text, characters: u64) -> Text {
    match text {
        Text::Made { characters: each, .. } => {
            Text::Made { events: (characters / (*each).max(1) as u64).max(1), characters: *each }
        }
        Text::Pieces(pieces) => {
            let mut left = usize::try_from(characters).unwrap_or(usize::MAX);
            let cut = |piece: &String| {
                let short: String = piece.chars().take(left).collect();
                left -= short.chars().count();
                short
            };
            Text::Pieces(pieces.iter().map(cut).filter(|piece| !piece.is_empty()).collect())
        }
    }
}

/// The image as a part.
pub(crate) fn image_part() -> Value {
    json!({"inlineData": {"mimeType": "image/png", "data": IMAGE}})
}
