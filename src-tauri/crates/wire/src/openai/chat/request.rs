//! `POST /v1/chat/completions`: a request becomes a draft.

use crate::bad_request::{self, BadRequest, Problem, Thing};
use crate::convert::{
    Call, Choice, Data, Draft, Format, Function, Part, Said, Sampling, Text, Thinking, Who, Whole,
};
use crate::openai::completion::{self, StreamOptions};
use crate::openai::content::{self, ContentPart};
use crate::openai::wishes::{self, WordOr, choice_of_word};
use serde::Deserialize;
use serde_json::Number;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    model: Option<Text<'a>>,
    #[serde(borrow)]
    messages: Option<Vec<Message<'a>>>,
    stream: Option<bool>,
    stream_options: Option<StreamOptions>,
    temperature: Option<Number>,
    top_p: Option<Number>,
    top_k: Option<Number>,
    seed: Option<Number>,
    presence_penalty: Option<Number>,
    frequency_penalty: Option<Number>,
    n: Option<Whole>,
    max_tokens: Option<Whole>,
    max_completion_tokens: Option<Whole>,
    #[serde(borrow)]
    stop: Option<Said<'a, Text<'a>>>,
    #[serde(borrow)]
    tools: Option<Vec<Tool<'a>>>,
    #[serde(borrow)]
    functions: Option<Vec<Declared<'a>>>,
    #[serde(borrow)]
    tool_choice: Option<WordOr<'a, Chosen<'a>>>,
    /// What `tool_choice` was before there were tools.
    #[serde(borrow)]
    function_call: Option<WordOr<'a, Named<'a>>>,
    #[serde(borrow)]
    response_format: Option<ResponseFormat<'a>>,
    #[serde(borrow)]
    reasoning_effort: Option<Text<'a>>,
    #[serde(borrow)]
    web_search_options: Option<&'a RawValue>,
    #[serde(borrow)]
    prompt_cache_key: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    role: Option<Text<'a>>,
    #[serde(borrow)]
    content: Option<Said<'a, ContentPart<'a>>>,
    #[serde(borrow)]
    tool_calls: Option<Vec<ToolCall<'a>>>,
    #[serde(borrow)]
    function_call: Option<Called<'a>>,
    #[serde(borrow)]
    tool_call_id: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct ToolCall<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    function: Option<Called<'a>>,
    #[serde(borrow)]
    custom: Option<CustomCalled<'a>>,
}

#[derive(Deserialize)]
struct Called<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    arguments: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct CustomCalled<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    input: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Tool<'a> {
    #[serde(borrow)]
    function: Option<Declared<'a>>,
    #[serde(borrow)]
    custom: Option<Declared<'a>>,
}

#[derive(Deserialize)]
struct Declared<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    description: Option<Text<'a>>,
    #[serde(borrow)]
    parameters: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Chosen<'a> {
    #[serde(borrow)]
    function: Option<Named<'a>>,
    #[serde(borrow)]
    custom: Option<Named<'a>>,
    #[serde(borrow)]
    allowed_tools: Option<Allowed<'a>>,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    name: Text<'a>,
}

#[derive(Deserialize)]
struct Allowed<'a> {
    #[serde(borrow)]
    mode: Option<Text<'a>>,
    #[serde(borrow)]
    tools: Vec<Chosen<'a>>,
}

#[derive(Deserialize)]
struct ResponseFormat<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    json_schema: Option<JsonSchema<'a>>,
}

#[derive(Deserialize)]
struct JsonSchema<'a> {
    #[serde(borrow)]
    schema: Option<&'a RawValue>,
}

/// What a request wants its answer to look like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    /// A stream ends with the counts of tokens.
    pub counts: bool,
    /// The functions came as `functions`, so a call goes back as `function_call`: one, and without an id.
    pub before_tools: bool,
}

/// Reads a request.
pub(crate) fn read(body: &[u8]) -> Result<(Draft<'_>, Manner), BadRequest> {
    let request: Request<'_> = bad_request::read(body)?;
    let streams = request.stream.unwrap_or(false);
    let mut draft = Draft {
        model: request.model.ok_or_else(|| BadRequest::missing("model"))?.0,
        stream: streams,
        search: request.web_search_options.is_some(),
        session: request.prompt_cache_key,
        thinking: request.reasoning_effort.map_or(Thinking::NotAsked, |word| Thinking::from_word(&word)),
        sampling: Sampling {
            temperature: request.temperature,
            top_p: request.top_p,
            top_k: request.top_k,
            seed: request.seed,
            presence: request.presence_penalty,
            frequency: request.frequency_penalty,
            candidates: Sampling::count(request.n, streams)?,
            max_tokens: match request.max_completion_tokens {
                Some(limit) => Sampling::limit(Some(limit), "max_completion_tokens")?,
                None => Sampling::limit(request.max_tokens, "max_tokens")?,
            },
            stop: Sampling::stops(request.stop),
        },
        format: format(request.response_format)?,
        ..Draft::default()
    };
    let messages = request.messages.ok_or_else(|| BadRequest::missing("messages"))?;
    if messages.is_empty() {
        return Err(BadRequest::invalid("messages", Problem::NoneOf(Thing::Message)));
    }
    for (i, message) in messages.into_iter().enumerate() {
        message.add_to(&mut draft, &format!("messages[{i}]"))?;
    }
    for (i, tool) in request.tools.into_iter().flatten().enumerate() {
        let param = format!("tools[{i}]");
        if let Some(custom) = tool.custom {
            draft.functions.push(Function::custom(custom.name, custom.description));
        } else if let Some(function) = tool.function {
            draft.functions.push(function.read(&format!("{param}.function"))?);
        }
    }
    let before_tools = draft.functions.is_empty();
    for (i, function) in request.functions.into_iter().flatten().enumerate() {
        draft.functions.push(function.read(&format!("functions[{i}]"))?);
    }
    match (request.tool_choice, request.function_call) {
        (Some(chosen), _) => {
            draft.choice = choice(chosen)?;
            draft.check_choice("tool_choice")?;
        }
        (None, Some(chosen)) => {
            draft.choice = match chosen {
                WordOr::Word(word) => choice_of_word(&word, "function_call")?,
                WordOr::Object(named) => Choice::Only(vec![named.name.0]),
            };
            draft.check_choice("function_call")?;
        }
        (None, None) => {}
    }
    let counts = completion::counts(request.stream_options);
    let before_tools = before_tools && !draft.functions.is_empty();
    Ok((draft, Manner { counts, before_tools }))
}

impl<'a> Message<'a> {
    fn add_to(self, draft: &mut Draft<'a>, param: &str) -> Result<(), BadRequest> {
        let content_param = format!("{param}.content");
        match self.role.as_deref() {
            None => Err(BadRequest::missing(format!("{param}.role"))),
            Some("system" | "developer") => content::instruct(draft, self.content, &content_param),
            Some("user") => content::say(draft, Who::User, self.content, &content_param),
            Some("assistant") => {
                content::say(draft, Who::Model, self.content, &content_param)?;
                let called = self.function_call.map(|function| ToolCall {
                    id: None,
                    function: Some(function),
                    custom: None,
                });
                for call in self.tool_calls.into_iter().flatten().chain(called) {
                    if let Some(call) = call.read() {
                        draft.say(Who::Model, Part::of(Data::Call(call)));
                    }
                }
                Ok(())
            }
            Some("tool" | "function") => {
                let part = content::outcome(self.tool_call_id, self.name, self.content, &content_param)?;
                draft.say(Who::User, part);
                Ok(())
            }
            Some(_) => Err(BadRequest::invalid(
                format!("{param}.role"),
                Problem::NoneOfWords("system, developer, user, assistant, tool or function"),
            )),
        }
    }
}

impl<'a> ToolCall<'a> {
    fn read(self) -> Option<Call<'a>> {
        let id = self.id.map(|id| id.0).filter(|id| !id.is_empty());
        if let Some(custom) = self.custom {
            let args = content::one_field("input", &custom.input.unwrap_or_default());
            return Some(Call { id, name: custom.name.0, args });
        }
        let function = self.function?;
        Some(Call { id, name: function.name.0, args: content::arguments(function.arguments) })
    }
}

impl<'a> Declared<'a> {
    fn read(self, param: &str) -> Result<Function<'a>, BadRequest> {
        Function::read(self.name, self.description, self.parameters, param)
    }
}

impl<'a> Chosen<'a> {
    fn name(self) -> Option<std::borrow::Cow<'a, str>> {
        self.function.or(self.custom).map(|named| named.name.0)
    }
}

fn choice<'a>(choice: WordOr<'a, Chosen<'a>>) -> Result<Choice<'a>, BadRequest> {
    match choice {
        WordOr::Word(word) => choice_of_word(&word, "tool_choice"),
        WordOr::Object(chosen) => match chosen.allowed_tools {
            Some(allowed) if allowed.mode.as_deref() == Some("required") => {
                Ok(Choice::Only(allowed.tools.into_iter().filter_map(Chosen::name).collect()))
            }
            Some(_) => Ok(Choice::Auto),
            None => match chosen.name() {
                Some(name) => Ok(Choice::Only(vec![name])),
                None => Err(BadRequest::missing("tool_choice.function.name")),
            },
        },
    }
}

fn format(format: Option<ResponseFormat<'_>>) -> Result<Format<'_>, BadRequest> {
    let Some(format) = format else { return Ok(Format::default()) };
    let schema = format.json_schema.and_then(|json_schema| json_schema.schema);
    wishes::format(&format.kind, schema, "response_format", "response_format.json_schema.schema")
}
