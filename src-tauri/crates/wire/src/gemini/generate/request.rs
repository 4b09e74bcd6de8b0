//! A request in the upstream's own form becomes a draft, with the names of the older spelling too.

use crate::bad_request::{self, BadRequest, Problem, Thing};
use crate::convert::{
    Blob, Call, Choice, Data, Draft, Effort, Format, Function, ImageWish, MOST_ANSWERS, Native, Outcome,
    Part, Response, Said, Sampling, Several, Text, Thinking, Who, Whole, is_media_type, object,
};
use serde::Deserialize;
use serde_json::Number;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// `GenerateContentRequest`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request<'a> {
    #[serde(borrow)]
    contents: Option<Several<Content<'a>>>,
    #[serde(borrow, alias = "system_instruction")]
    system_instruction: Option<System<'a>>,
    #[serde(borrow)]
    tools: Option<Several<Tool<'a>>>,
    #[serde(borrow, alias = "tool_config")]
    tool_config: Option<ToolConfig<'a>>,
    #[serde(borrow, alias = "generation_config")]
    generation_config: Option<Config<'a>>,
    #[serde(borrow, alias = "safety_settings")]
    safety_settings: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow)]
    role: Option<Text<'a>>,
    #[serde(borrow)]
    parts: Option<Several<RawPart<'a>>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum System<'a> {
    #[serde(borrow)]
    Plain(Text<'a>),
    #[serde(borrow)]
    Content(SystemContent<'a>),
}

#[derive(Deserialize)]
struct SystemContent<'a> {
    #[serde(borrow)]
    parts: Option<Several<TextPart<'a>>>,
}

#[derive(Deserialize)]
struct TextPart<'a> {
    #[serde(borrow)]
    text: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPart<'a> {
    #[serde(borrow)]
    text: Option<Text<'a>>,
    thought: Option<bool>,
    #[serde(borrow, alias = "thought_signature")]
    thought_signature: Option<Text<'a>>,
    #[serde(borrow, alias = "inline_data")]
    inline_data: Option<RawBlob<'a>>,
    #[serde(borrow, alias = "file_data")]
    file_data: Option<&'a RawValue>,
    #[serde(borrow, alias = "function_call")]
    function_call: Option<RawCall<'a>>,
    #[serde(borrow, alias = "function_response")]
    function_response: Option<RawOutcome<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawBlob<'a> {
    #[serde(borrow, alias = "mime_type")]
    mime_type: Option<Text<'a>>,
    #[serde(borrow)]
    data: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct RawCall<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    args: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawOutcome<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    response: Option<&'a RawValue>,
    #[serde(borrow)]
    parts: Option<Several<RawPart<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tool<'a> {
    #[serde(borrow, alias = "function_declarations")]
    function_declarations: Option<Several<Declaration<'a>>>,
    #[serde(
        borrow,
        alias = "google_search",
        alias = "googleSearchRetrieval",
        alias = "google_search_retrieval"
    )]
    google_search: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Declaration<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    description: Option<Text<'a>>,
    #[serde(borrow)]
    parameters: Option<&'a RawValue>,
    #[serde(borrow, alias = "parameters_json_schema")]
    parameters_json_schema: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolConfig<'a> {
    #[serde(borrow, alias = "function_calling_config")]
    function_calling_config: Option<Calling<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Calling<'a> {
    #[serde(borrow)]
    mode: Option<Text<'a>>,
    #[serde(borrow, alias = "allowed_function_names")]
    allowed_function_names: Option<Vec<Text<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config<'a> {
    temperature: Option<Number>,
    #[serde(alias = "top_p")]
    top_p: Option<Number>,
    #[serde(alias = "top_k")]
    top_k: Option<Number>,
    #[serde(alias = "candidate_count")]
    candidate_count: Option<Whole>,
    #[serde(alias = "max_output_tokens")]
    max_output_tokens: Option<Whole>,
    #[serde(borrow, alias = "stop_sequences")]
    stop_sequences: Option<Vec<Text<'a>>>,
    seed: Option<Number>,
    #[serde(alias = "presence_penalty")]
    presence_penalty: Option<Number>,
    #[serde(alias = "frequency_penalty")]
    frequency_penalty: Option<Number>,
    #[serde(borrow, alias = "response_mime_type")]
    response_mime_type: Option<Text<'a>>,
    #[serde(
        borrow,
        alias = "response_schema",
        alias = "responseJsonSchema",
        alias = "response_json_schema",
        alias = "_responseJsonSchema"
    )]
    response_schema: Option<&'a RawValue>,
    #[serde(borrow, alias = "response_modalities")]
    response_modalities: Option<Vec<Text<'a>>>,
    #[serde(borrow, alias = "thinking_config")]
    thinking_config: Option<ThinkingConfig<'a>>,
    #[serde(borrow, alias = "image_config")]
    image_config: Option<Image<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThinkingConfig<'a> {
    #[serde(alias = "include_thoughts")]
    include_thoughts: Option<bool>,
    #[serde(alias = "thinking_budget")]
    thinking_budget: Option<Whole>,
    #[serde(borrow, alias = "thinking_level")]
    thinking_level: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Image<'a> {
    #[serde(borrow, alias = "aspect_ratio")]
    aspect_ratio: Option<Text<'a>>,
    #[serde(borrow, alias = "image_size")]
    image_size: Option<Text<'a>>,
}

/// Reads a request for a model named in its path.
pub(crate) fn read<'a>(body: &'a [u8], model: &'a str, streams: bool) -> Result<Draft<'a>, BadRequest> {
    let draft = draft_of(bad_request::read(body)?, model)?;
    Ok(Draft { stream: streams, ..draft })
}

/// Makes a draft of a request that has been read.
pub(crate) fn draft_of<'a>(request: Request<'a>, model: &'a str) -> Result<Draft<'a>, BadRequest> {
    let mut draft = Draft {
        model: Cow::Borrowed(model),
        safety: request.safety_settings.filter(|settings| settings.get().starts_with('[')),
        native: true,
        ..Draft::default()
    };
    if let Some(config) = request.generation_config {
        config.add_to(&mut draft)?;
    }
    match request.system_instruction {
        Some(System::Plain(text)) => draft.instruct(text.0),
        Some(System::Content(content)) => {
            for text in content.parts.into_iter().flatten().filter_map(|part| part.text) {
                draft.instruct(text.0);
            }
        }
        None => {}
    }
    let contents = request.contents.ok_or_else(|| BadRequest::missing("contents"))?;
    if contents.0.is_empty() {
        return Err(BadRequest::invalid("contents", Problem::NoneOf(Thing::Content)));
    }
    for (i, content) in contents.into_iter().enumerate() {
        content.add_to(&mut draft, &format!("contents[{i}]"))?;
    }
    for (i, tool) in request.tools.into_iter().flatten().enumerate() {
        draft.search |= tool.google_search.is_some();
        for (j, function) in tool.function_declarations.into_iter().flatten().enumerate() {
            let param = format!("tools[{i}].functionDeclarations[{j}]");
            let parameters = function.parameters_json_schema.or(function.parameters);
            draft.functions.push(Function::read(function.name, function.description, parameters, &param)?);
        }
    }
    if let Some(calling) = request.tool_config.and_then(|config| config.function_calling_config) {
        draft.choice = choice(calling)?;
    }
    Ok(draft)
}

impl<'a> Content<'a> {
    fn add_to(self, draft: &mut Draft<'a>, param: &str) -> Result<(), BadRequest> {
        let who = match self.role.as_deref() {
            None | Some("" | "user" | "function") => Some(Who::User),
            Some("model" | "assistant") => Some(Who::Model),
            Some("system") => None,
            Some(_) => {
                return Err(BadRequest::invalid(
                    format!("{param}.role"),
                    Problem::NoneOfWords("user or model"),
                ));
            }
        };
        for (i, part) in self.parts.into_iter().flatten().enumerate() {
            let param = format!("{param}.parts[{i}]");
            match who {
                Some(who) => {
                    let Some(part) = part.read(&param)? else { continue };
                    // Results are the user's whatever role they carry.
                    let who = if matches!(part.data, Data::Outcome(_)) { Who::User } else { who };
                    draft.say(who, part);
                }
                None => draft.instruct(part.text.unwrap_or_default().0),
            }
        }
        Ok(())
    }
}

impl<'a> RawPart<'a> {
    fn read(self, param: &str) -> Result<Option<Part<'a>>, BadRequest> {
        let signature = self.thought_signature.map(|signature| signature.0);
        if self.file_data.is_some() {
            return Err(BadRequest::Address { param: format!("{param}.fileData") });
        }
        let data = if let Some(call) = self.function_call {
            Data::Call(call.read(&format!("{param}.functionCall"))?)
        } else if let Some(outcome) = self.function_response {
            Data::Outcome(outcome.read(&format!("{param}.functionResponse"))?)
        } else if let Some(blob) = self.inline_data {
            Data::Blob(blob.read(&format!("{param}.inlineData"))?)
        } else if let Some(text) = self.text {
            if self.thought == Some(true) { Data::Thought(text.0) } else { Data::Text(text.0) }
        } else {
            // Code the service ran by itself, and what is not known.
            return Ok(None);
        };
        Ok(Some(Part { data, signature }))
    }
}

impl<'a> RawBlob<'a> {
    fn read(self, param: &str) -> Result<Blob<'a>, BadRequest> {
        let at = |field: &str| format!("{param}.{field}");
        let mime = self.mime_type.ok_or_else(|| BadRequest::missing(at("mimeType")))?.0;
        if !is_media_type(&mime) {
            return Err(BadRequest::invalid(at("mimeType"), Problem::NoMediaType));
        }
        Ok(Blob { mime, data: self.data.ok_or_else(|| BadRequest::missing(at("data")))?.0 })
    }
}

impl<'a> RawCall<'a> {
    fn read(self, param: &str) -> Result<Call<'a>, BadRequest> {
        let name = self.name.ok_or_else(|| BadRequest::missing(format!("{param}.name")))?.0;
        let args = fields(self.args, &format!("{param}.args"))?;
        Ok(Call { id: self.id.map(|id| id.0).filter(|id| !id.is_empty()), name, args })
    }
}

impl<'a> RawOutcome<'a> {
    fn read(self, param: &str) -> Result<Outcome<'a>, BadRequest> {
        let response = Response::Object(fields(self.response, &format!("{param}.response"))?);
        let mut blobs = Vec::new();
        for (i, part) in self.parts.into_iter().flatten().enumerate() {
            if let Some(Part { data: Data::Blob(blob), .. }) = part.read(&format!("{param}.parts[{i}]"))? {
                blobs.push(blob);
            }
        }
        let id = self.id.map(|id| id.0).filter(|id| !id.is_empty());
        Ok(Outcome { id, name: self.name.map(|name| name.0), response, blobs })
    }
}

/// An object; none is an empty one.
fn fields<'a>(raw: Option<&'a RawValue>, param: &str) -> Result<Cow<'a, RawValue>, BadRequest> {
    let text = raw.map_or("{}", RawValue::get);
    object(Cow::Borrowed(if text == "null" { "{}" } else { text }))
        .map_err(|_| BadRequest::invalid(param, Problem::NoObject))
}

impl<'a> Config<'a> {
    fn add_to(self, draft: &mut Draft<'a>) -> Result<(), BadRequest> {
        let param = |field: &str| format!("generationConfig.{field}");
        let candidates = self.candidate_count.map(|Whole(count)| count);
        if candidates.is_some_and(|count| !(1..=MOST_ANSWERS).contains(&count)) {
            return Err(BadRequest::invalid(param("candidateCount"), Problem::NotUpTo(MOST_ANSWERS)));
        }
        draft.sampling = Sampling {
            temperature: self.temperature,
            top_p: self.top_p,
            top_k: self.top_k,
            seed: self.seed,
            presence: self.presence_penalty,
            frequency: self.frequency_penalty,
            candidates,
            max_tokens: Sampling::limit(self.max_output_tokens, &param("maxOutputTokens"))?,
            stop: Sampling::stops(self.stop_sequences.map(Said::Parts)),
        };
        let mime = self.response_mime_type.map(|mime| mime.0);
        draft.format = match self.response_schema.filter(|schema| schema.get() != "null") {
            Some(schema) => {
                let format = Format::schema(schema, &param("responseSchema"))?;
                Format { mime: mime.or(format.mime), ..format }
            }
            None => Format { mime, schema: None },
        };
        draft.modalities = self.response_modalities.unwrap_or_default();
        draft.thinking = self.thinking_config.map_or(Thinking::NotAsked, |config| {
            Thinking::Native(Native {
                include: config.include_thoughts,
                budget: config.thinking_budget.map(|Whole(budget)| budget),
                level: config.thinking_level.and_then(|level| Effort::from_word(&level)),
            })
        });
        draft.image = self.image_config.map(|image| ImageWish {
            aspect_ratio: image.aspect_ratio.map(|text| text.0),
            image_size: image.image_size.map(|text| text.0),
        });
        Ok(())
    }
}

fn choice(calling: Calling<'_>) -> Result<Choice<'_>, BadRequest> {
    let mode = calling.mode.as_deref().map(str::to_ascii_uppercase);
    match (mode.as_deref(), calling.allowed_function_names) {
        (None | Some("" | "MODE_UNSPECIFIED" | "AUTO" | "VALIDATED"), _) => Ok(Choice::Auto),
        (Some("NONE"), _) => Ok(Choice::None),
        (Some("ANY"), Some(names)) if !names.is_empty() => {
            Ok(Choice::Only(names.into_iter().map(|name| name.0).collect()))
        }
        (Some("ANY"), _) => Ok(Choice::Any),
        _ => Err(BadRequest::invalid(
            "toolConfig.functionCallingConfig.mode",
            Problem::NoneOfWords("AUTO, ANY, VALIDATED or NONE"),
        )),
    }
}
