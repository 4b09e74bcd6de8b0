//! `POST /v1/responses`: a request becomes a draft.

use crate::bad_request::{self, BadRequest, Problem, Thing, Unoffered};
use crate::convert::{
    Call, Choice, Data, Draft, Format, Function, Part, Said, Sampling, Text, Thinking, Who, Whole,
};
use crate::openai::content::{self, ContentPart};
use crate::openai::wishes::{self, WordOr, choice_of_word};
use serde::Deserialize;
use serde_json::Number;
use serde_json::value::RawValue;
use std::borrow::Cow;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    model: Option<Text<'a>>,
    #[serde(borrow)]
    instructions: Option<Text<'a>>,
    #[serde(borrow)]
    input: Option<Said<'a, Item<'a>>>,
    stream: Option<bool>,
    temperature: Option<Number>,
    top_p: Option<Number>,
    max_output_tokens: Option<Whole>,
    #[serde(borrow)]
    tools: Option<Vec<Tool<'a>>>,
    #[serde(borrow)]
    tool_choice: Option<WordOr<'a, Chosen<'a>>>,
    #[serde(borrow)]
    reasoning: Option<Reasoning<'a>>,
    #[serde(borrow)]
    text: Option<TextOptions<'a>>,
    #[serde(borrow)]
    previous_response_id: Option<Text<'a>>,
    #[serde(borrow)]
    conversation: Option<&'a RawValue>,
    background: Option<bool>,
    #[serde(borrow)]
    prompt_cache_key: Option<Text<'a>>,
}

/// An item; which fields it has depends on its type.
#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    role: Option<Text<'a>>,
    #[serde(borrow)]
    content: Option<Said<'a, ContentPart<'a>>>,
    #[serde(borrow)]
    call_id: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    arguments: Option<Text<'a>>,
    #[serde(borrow)]
    input: Option<Text<'a>>,
    #[serde(borrow)]
    output: Option<Said<'a, ContentPart<'a>>>,
    #[serde(borrow)]
    summary: Option<Vec<Summary<'a>>>,
    #[serde(borrow)]
    encrypted_content: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Summary<'a> {
    #[serde(borrow)]
    text: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Tool<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    description: Option<Text<'a>>,
    #[serde(borrow)]
    parameters: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Chosen<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    mode: Option<Text<'a>>,
    #[serde(borrow)]
    tools: Option<Vec<Named<'a>>>,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Reasoning<'a> {
    #[serde(borrow)]
    effort: Option<Text<'a>>,
    #[serde(borrow)]
    summary: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct TextOptions<'a> {
    #[serde(borrow)]
    format: Option<TextFormat<'a>>,
}

#[derive(Deserialize)]
struct TextFormat<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    schema: Option<&'a RawValue>,
}

/// Reads a request.
pub(crate) fn read(body: &[u8]) -> Result<Draft<'_>, BadRequest> {
    let request: Request<'_> = bad_request::read(body)?;
    refuse_kept(&request)?;
    let mut draft = Draft {
        model: request.model.ok_or_else(|| BadRequest::missing("model"))?.0,
        stream: request.stream.unwrap_or(false),
        session: request.prompt_cache_key,
        thinking: request.reasoning.map_or(Thinking::NotAsked, thinking),
        sampling: Sampling {
            temperature: request.temperature,
            top_p: request.top_p,
            max_tokens: Sampling::limit(request.max_output_tokens, "max_output_tokens")?,
            ..Sampling::default()
        },
        format: request.text.and_then(|text| text.format).map_or(Ok(Format::default()), format)?,
        ..Draft::default()
    };
    if let Some(instructions) = request.instructions {
        draft.instruct(instructions.0);
    }
    match request.input.ok_or_else(|| BadRequest::missing("input"))? {
        Said::Text(text) => draft.say(Who::User, Part::text(text.0)),
        Said::Parts(items) => {
            if items.is_empty() {
                return Err(BadRequest::invalid("input", Problem::NoneOf(Thing::Item)));
            }
            for (i, item) in items.into_iter().enumerate() {
                item.add_to(&mut draft, &format!("input[{i}]"))?;
            }
        }
    }
    add_tools(&mut draft, request.tools.unwrap_or_default())?;
    draft.choice = request.tool_choice.map_or(Ok(Choice::Auto), choice)?;
    draft.check_choice("tool_choice")?;
    Ok(draft)
}

/// What would need a memory of earlier answers.
fn refuse_kept(request: &Request<'_>) -> Result<(), BadRequest> {
    if request.previous_response_id.is_some() {
        return Err(BadRequest::KeptAnswer { param: "previous_response_id".to_owned() });
    }
    if request.conversation.is_some_and(|conversation| conversation.get() != "null") {
        return Err(BadRequest::KeptAnswer { param: "conversation".to_owned() });
    }
    if request.background == Some(true) {
        return Err(BadRequest::NotOffered { param: "background".to_owned(), what: Unoffered::Later });
    }
    Ok(())
}

impl<'a> Item<'a> {
    fn add_to(self, draft: &mut Draft<'a>, param: &str) -> Result<(), BadRequest> {
        let content_param = format!("{param}.content");
        match self.kind.as_deref() {
            None | Some("message") => match self.role.as_deref() {
                Some("system" | "developer") => content::instruct(draft, self.content, &content_param),
                Some("user") => content::say(draft, Who::User, self.content, &content_param),
                Some("assistant") => content::say(draft, Who::Model, self.content, &content_param),
                None => Err(BadRequest::missing(format!("{param}.role"))),
                Some(_) => Err(BadRequest::invalid(
                    format!("{param}.role"),
                    Problem::NoneOfWords("system, developer, user or assistant"),
                )),
            },
            Some("function_call") => {
                let args = content::arguments(self.arguments);
                draft.say(Who::Model, call(self.call_id, self.name, args, param)?);
                Ok(())
            }
            Some("custom_tool_call") => {
                let args = content::one_field("input", &self.input.unwrap_or_default());
                draft.say(Who::Model, call(self.call_id, self.name, args, param)?);
                Ok(())
            }
            Some("function_call_output" | "custom_tool_call_output") => {
                let outcome = content::outcome(self.call_id, None, self.output, &format!("{param}.output"))?;
                draft.say(Who::User, outcome);
                Ok(())
            }
            Some("reasoning") => {
                let texts: Vec<_> =
                    self.summary.into_iter().flatten().filter_map(|summary| summary.text).collect();
                let thought = match <[Text<'a>; 1]>::try_from(texts) {
                    Ok([text]) => text.0,
                    Err(texts) => {
                        let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
                        Cow::Owned(texts.join("\n\n"))
                    }
                };
                // Without a signature it still ends here: the next thought is another one.
                let signature = Some(self.encrypted_content.unwrap_or_default().0);
                draft.say(Who::Model, Part { data: Data::Thought(thought), signature });
                Ok(())
            }
            Some("item_reference") => Err(BadRequest::KeptAnswer { param: param.to_owned() }),
            // What the service's own tools did is the service's own business.
            Some(_) => Ok(()),
        }
    }
}

fn call<'a>(
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    args: Cow<'a, RawValue>,
    param: &str,
) -> Result<Part<'a>, BadRequest> {
    let name = name.ok_or_else(|| BadRequest::missing(format!("{param}.name")))?.0;
    let id = id.map(|id| id.0).filter(|id| !id.is_empty());
    Ok(Part::of(Data::Call(Call { id, name, args })))
}

fn add_tools<'a>(draft: &mut Draft<'a>, tools: Vec<Tool<'a>>) -> Result<(), BadRequest> {
    let any = !tools.is_empty();
    for (i, tool) in tools.into_iter().enumerate() {
        let name = |tool_name: Option<Text<'a>>| {
            tool_name.ok_or_else(|| BadRequest::missing(format!("tools[{i}].name")))
        };
        match &*tool.kind {
            "function" => {
                let param = format!("tools[{i}]");
                let function = Function::read(name(tool.name)?, tool.description, tool.parameters, &param)?;
                draft.functions.push(function);
            }
            "custom" => draft.functions.push(Function::custom(name(tool.name)?, tool.description)),
            kind if kind.starts_with("web_search") => draft.search = true,
            _ => {}
        }
    }
    if any && draft.functions.is_empty() && !draft.search {
        return Err(BadRequest::NotOffered { param: "tools".to_owned(), what: Unoffered::ToolOfOpenAi });
    }
    Ok(())
}

fn choice<'a>(choice: WordOr<'a, Chosen<'a>>) -> Result<Choice<'a>, BadRequest> {
    match choice {
        WordOr::Word(word) => choice_of_word(&word, "tool_choice"),
        WordOr::Object(chosen) => match (chosen.name, chosen.tools) {
            (Some(name), _) => Ok(Choice::Only(vec![name.0])),
            (None, Some(tools)) if chosen.mode.as_deref() == Some("required") => {
                Ok(Choice::Only(tools.into_iter().filter_map(|tool| Some(tool.name?.0)).collect()))
            }
            // Only some of the tools, or one of the service's own.
            (None, _) => Ok(Choice::Auto),
        },
    }
}

fn thinking(reasoning: Reasoning<'_>) -> Thinking {
    match reasoning.effort {
        Some(word) => Thinking::from_word(&word),
        // Who wants a summary wants thoughts.
        None if reasoning.summary.is_some() => Thinking::Adaptive,
        None => Thinking::NotAsked,
    }
}

fn format(format: TextFormat<'_>) -> Result<Format<'_>, BadRequest> {
    wishes::format(&format.kind, format.schema, "text.format", "text.format.schema")
}
