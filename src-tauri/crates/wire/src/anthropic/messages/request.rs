//! `POST /v1/messages`: a request becomes a draft.

use crate::bad_request::{self, BadRequest, Problem, Thing, Unoffered};
use crate::convert::{
    Blob, Call, Choice, Data, Draft, Effort, Format, Function, Outcome, Part, Response, Said, Sampling, Text,
    Thinking, Who, Whole, is_media_type, object,
};
use serde::Deserialize;
use serde_json::Number;
use serde_json::value::RawValue;
use std::borrow::Cow;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    model: Option<Text<'a>>,
    #[serde(borrow)]
    messages: Option<Vec<Message<'a>>>,
    #[serde(borrow)]
    system: Option<Said<'a, Block<'a>>>,
    max_tokens: Option<Whole>,
    stream: Option<bool>,
    temperature: Option<Number>,
    top_p: Option<Number>,
    top_k: Option<Number>,
    #[serde(borrow)]
    stop_sequences: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    tools: Option<Vec<Tool<'a>>>,
    #[serde(borrow)]
    tool_choice: Option<ToolChoice<'a>>,
    #[serde(borrow)]
    thinking: Option<ThinkingWish<'a>>,
    #[serde(borrow)]
    output_config: Option<OutputConfig<'a>>,
    #[serde(borrow)]
    output_format: Option<OutputFormat<'a>>,
    #[serde(borrow)]
    metadata: Option<Metadata<'a>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    role: Option<Text<'a>>,
    #[serde(borrow)]
    content: Option<Said<'a, Block<'a>>>,
}

/// A content block; which fields it has depends on its type.
#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
    /// An object, but the text of an address in a search result.
    #[serde(borrow)]
    source: Option<&'a RawValue>,
    #[serde(borrow)]
    thinking: Option<Text<'a>>,
    #[serde(borrow)]
    signature: Option<Text<'a>>,
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    #[serde(borrow)]
    tool_use_id: Option<Text<'a>>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    is_error: Option<bool>,
}

#[derive(Deserialize)]
struct Source<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    media_type: Option<Text<'a>>,
    #[serde(borrow)]
    data: Option<Text<'a>>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Tool<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    description: Option<Text<'a>>,
    #[serde(borrow)]
    input_schema: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ToolChoice<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct ThinkingWish<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    budget_tokens: Option<Whole>,
}

#[derive(Deserialize)]
struct OutputConfig<'a> {
    #[serde(borrow)]
    effort: Option<Text<'a>>,
    #[serde(borrow)]
    format: Option<OutputFormat<'a>>,
}

#[derive(Deserialize)]
struct OutputFormat<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    schema: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    user_id: Option<Text<'a>>,
}

/// Reads a request. To count tokens it needs no `max_tokens`.
pub(crate) fn read(body: &[u8], to_count: bool) -> Result<Draft<'_>, BadRequest> {
    let request: Request<'_> = bad_request::read(body)?;
    if request.max_tokens.is_none() && !to_count {
        return Err(BadRequest::missing("max_tokens"));
    }
    let (effort, config_format) =
        request.output_config.map_or((None, None), |config| (config.effort, config.format));
    let mut draft = Draft {
        model: request.model.ok_or_else(|| BadRequest::missing("model"))?.0,
        stream: request.stream.unwrap_or(false),
        session: request.metadata.and_then(|metadata| session(metadata.user_id?)),
        thinking: thinking(request.thinking, effort.as_deref())?,
        sampling: Sampling {
            temperature: request.temperature,
            top_p: request.top_p,
            top_k: request.top_k,
            max_tokens: Sampling::limit(request.max_tokens, "max_tokens")?,
            stop: Sampling::stops(request.stop_sequences.map(Said::Parts)),
            ..Sampling::default()
        },
        format: config_format.or(request.output_format).map_or(Ok(Format::default()), format)?,
        ..Draft::default()
    };
    match request.system {
        Some(Said::Text(text)) => draft.instruct(text.0),
        Some(Said::Parts(blocks)) => {
            for text in blocks.into_iter().filter_map(|block| block.text) {
                draft.instruct(text.0);
            }
        }
        None => {}
    }
    let messages = request.messages.ok_or_else(|| BadRequest::missing("messages"))?;
    if messages.is_empty() {
        return Err(BadRequest::invalid("messages", Problem::NoneOf(Thing::Message)));
    }
    for (i, message) in messages.into_iter().enumerate() {
        message.add_to(&mut draft, &format!("messages.{i}"))?;
    }
    let search = add_tools(&mut draft, request.tools.unwrap_or_default())?;
    draft.choice = match request.tool_choice.map_or(Ok(Choice::Auto), choice)? {
        // The search takes place anyway where it is the only tool.
        Choice::Only(names) if search.is_some_and(|search| names == [search.0]) => Choice::Auto,
        choice @ (Choice::Auto | Choice::None | Choice::Any | Choice::Only(_)) => choice,
    };
    draft.check_choice("tool_choice.name")?;
    Ok(draft)
}

impl<'a> Message<'a> {
    fn add_to(self, draft: &mut Draft<'a>, param: &str) -> Result<(), BadRequest> {
        let who = match self.role.as_deref() {
            Some("user") => Some(Who::User),
            Some("assistant") => Some(Who::Model),
            Some("system") => None,
            None => return Err(BadRequest::missing(format!("{param}.role"))),
            Some(_) => {
                return Err(BadRequest::invalid(
                    format!("{param}.role"),
                    Problem::NoneOfWords("user or assistant"),
                ));
            }
        };
        let blocks = match self.content {
            None => return Err(BadRequest::missing(format!("{param}.content"))),
            Some(Said::Parts(blocks)) => blocks,
            Some(Said::Text(text)) => {
                match who {
                    Some(who) => draft.say(who, Part::text(text.0)),
                    None => draft.instruct(text.0),
                }
                return Ok(());
            }
        };
        for (i, block) in blocks.into_iter().enumerate() {
            let param = format!("{param}.content.{i}");
            match who {
                Some(who) => {
                    for part in block.read(&param)? {
                        draft.say(who, part);
                    }
                }
                None => draft.instruct(block.text.unwrap_or_default().0),
            }
        }
        Ok(())
    }
}

impl<'a> Block<'a> {
    fn read(self, param: &str) -> Result<Vec<Part<'a>>, BadRequest> {
        let at = |field: &str| format!("{param}.{field}");
        match self.kind.as_deref() {
            Some("text") | None => {
                let text = self.text.ok_or_else(|| BadRequest::missing(at("text")))?;
                Ok(vec![Part::text(text.0)])
            }
            Some("image" | "document") => {
                let source = self.source.ok_or_else(|| BadRequest::missing(at("source")))?;
                bad_request::read_inside::<Source<'a>>(source, &at("source"))?.read(&at("source"))
            }
            Some("thinking") => {
                // Without a signature it still ends here: the next thought is another one.
                let signature = Some(self.signature.unwrap_or_default().0);
                Ok(vec![Part { data: Data::Thought(self.thinking.unwrap_or_default().0), signature }])
            }
            Some("tool_use") => {
                let name = self.name.ok_or_else(|| BadRequest::missing(at("name")))?.0;
                let input = self.input.map_or("{}", RawValue::get);
                let args = object(Cow::Borrowed(input))
                    .map_err(|_| BadRequest::invalid(at("input"), Problem::NoObject))?;
                let id = self.id.map(|id| id.0).filter(|id| !id.is_empty());
                Ok(vec![Part::of(Data::Call(Call { id, name, args }))])
            }
            Some("tool_result") => {
                let id = self.tool_use_id.ok_or_else(|| BadRequest::missing(at("tool_use_id")))?.0;
                let id = Some(id).filter(|id| !id.is_empty());
                let (text, blobs) = result_content(self.content, &at("content"))?;
                let response =
                    if self.is_error == Some(true) { Response::Error(text) } else { Response::Result(text) };
                Ok(vec![Part::of(Data::Outcome(Outcome { id, name: None, response, blobs }))])
            }
            Some("search_result") => {
                let (text, _) = result_content(self.content, &at("content"))?;
                Ok(vec![Part::text(text)])
            }
            // What the service's own tools did, and thoughts nobody can read.
            Some(_) => Ok(vec![]),
        }
    }
}

/// The texts of a result, one under the other, and its media.
fn result_content<'a>(
    content: Option<&'a RawValue>,
    param: &str,
) -> Result<(Cow<'a, str>, Vec<Blob<'a>>), BadRequest> {
    let (mut text, mut blobs): (Option<Cow<'a, str>>, _) = (None, vec![]);
    for data in nested(content, param)? {
        match data {
            Data::Text(more) => {
                text = Some(match text {
                    Some(text) => text + "\n" + more,
                    None => more,
                });
            }
            Data::Blob(blob) => blobs.push(blob),
            Data::Thought(_) | Data::Call(_) | Data::Outcome(_) => {}
        }
    }
    Ok((text.unwrap_or_default(), blobs))
}

/// Content inside of a block: a text or blocks.
fn nested<'a>(content: Option<&'a RawValue>, param: &str) -> Result<Vec<Data<'a>>, BadRequest> {
    let Some(content) = content.filter(|content| content.get() != "null") else { return Ok(vec![]) };
    match bad_request::read_inside::<Said<'a, Block<'a>>>(content, param)? {
        Said::Text(text) => Ok(vec![Data::Text(text.0)]),
        Said::Parts(blocks) => {
            let mut all = Vec::new();
            for (i, block) in blocks.into_iter().enumerate() {
                all.extend(block.read(&format!("{param}.{i}"))?.into_iter().map(|part| part.data));
            }
            Ok(all)
        }
    }
}

impl<'a> Source<'a> {
    fn read(self, param: &str) -> Result<Vec<Part<'a>>, BadRequest> {
        let at = |field: &str| format!("{param}.{field}");
        match &*self.kind {
            "base64" => {
                let data = self.data.ok_or_else(|| BadRequest::missing(at("data")))?.0;
                let mime = self.media_type.ok_or_else(|| BadRequest::missing(at("media_type")))?.0;
                if !is_media_type(&mime) {
                    return Err(BadRequest::invalid(at("media_type"), Problem::NoMediaType));
                }
                Ok(vec![Part::of(Data::Blob(Blob { mime, data }))])
            }
            "text" => Ok(vec![Part::text(self.data.unwrap_or_default().0)]),
            "content" => Ok(nested(self.content, &at("content"))?.into_iter().map(Part::of).collect()),
            "url" => Err(BadRequest::Address { param: at("url") }),
            "file" => Err(BadRequest::KeptFile { param: at("file_id") }),
            _ => Err(BadRequest::invalid(at("type"), Problem::NoneOfWords("base64 or text"))),
        }
    }
}

/// Adds the functions; returns what the client calls the service's own search, if it wants that.
fn add_tools<'a>(draft: &mut Draft<'a>, tools: Vec<Tool<'a>>) -> Result<Option<Text<'a>>, BadRequest> {
    let any = !tools.is_empty();
    let mut search = None;
    for (i, tool) in tools.into_iter().enumerate() {
        let param = format!("tools.{i}");
        match tool.kind.as_deref() {
            None | Some("custom") => {
                let name = tool.name.ok_or_else(|| BadRequest::missing(format!("{param}.name")))?;
                draft.functions.push(Function::read(name, tool.description, tool.input_schema, &param)?);
            }
            Some(kind) if kind.starts_with("web_search") => {
                draft.search = true;
                search = tool.name;
            }
            Some(_) => {}
        }
    }
    if any && draft.functions.is_empty() && !draft.search {
        return Err(BadRequest::NotOffered { param: "tools".to_owned(), what: Unoffered::ToolOfAnthropic });
    }
    Ok(search)
}

fn choice(choice: ToolChoice<'_>) -> Result<Choice<'_>, BadRequest> {
    match (&*choice.kind, choice.name) {
        ("auto", _) => Ok(Choice::Auto),
        ("none", _) => Ok(Choice::None),
        ("any", _) => Ok(Choice::Any),
        ("tool", Some(name)) => Ok(Choice::Only(vec![name.0])),
        ("tool", None) => Err(BadRequest::missing("tool_choice.name")),
        _ => Err(BadRequest::invalid("tool_choice.type", Problem::NoneOfWords("auto, any, tool or none"))),
    }
}

fn thinking(wish: Option<ThinkingWish<'_>>, effort: Option<&str>) -> Result<Thinking, BadRequest> {
    let effort = effort.and_then(Effort::from_word).map(Thinking::Effort);
    let Some(wish) = wish else { return Ok(effort.unwrap_or_default()) };
    match (&*wish.kind, wish.budget_tokens) {
        ("disabled", _) => Ok(Thinking::Off),
        ("enabled", Some(Whole(budget))) => Ok(Thinking::Budget(budget)),
        ("enabled", None) => Err(BadRequest::missing("thinking.budget_tokens")),
        ("adaptive", _) => Ok(effort.unwrap_or(Thinking::Adaptive)),
        _ => Err(BadRequest::invalid("thinking.type", Problem::NoneOfWords("enabled, adaptive or disabled"))),
    }
}

fn format(format: OutputFormat<'_>) -> Result<Format<'_>, BadRequest> {
    match (&*format.kind, format.schema) {
        ("json_schema", Some(schema)) => Format::schema(schema, "output_config.format.schema"),
        ("json_schema", None) => Err(BadRequest::missing("output_config.format.schema")),
        _ => Ok(Format::default()),
    }
}

/// The conversation's own id within Claude Code's id of its user: after `_session_`, or a field of a JSON object.
fn session(user_id: Text<'_>) -> Option<Text<'_>> {
    #[derive(Deserialize)]
    struct UserId {
        session_id: Option<String>,
    }
    if let Some((_, session)) = user_id.split_once("_session_") {
        return Some(Text(Cow::Owned(session.to_owned())));
    }
    let parsed: UserId = serde_json::from_str(&user_id).ok()?;
    parsed.session_id.map(|session| Text(Cow::Owned(session)))
}
