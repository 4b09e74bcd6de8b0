//! A generation request after its fields have been checked: the simulator's own types for it.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    fields,
    shape::{self, Shape},
};
use crate::refusal::Refusal;

/// The envelope of `/v1internal`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Envelope {
    pub request: Prompt,
    pub request_type: String,
    pub enabled_credit_types: Vec<String>,
}

/// `GenerateContentRequest`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Prompt {
    pub contents: Vec<Content>,
    pub system_instruction: Option<Content>,
    pub tools: Vec<Tool>,
    pub tool_config: ToolConfig,
    pub generation_config: GenerationConfig,
}

/// One turn.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Content {
    pub role: Option<String>,
    pub parts: Vec<Part>,
}

/// A part: exactly one kind of data, plus flags.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Part {
    pub text: Option<String>,
    pub thought: bool,
    pub thought_signature: Option<String>,
    pub inline_data: Option<Map<String, Value>>,
    pub file_data: Option<Map<String, Value>>,
    pub function_call: Option<FunctionCall>,
    pub function_response: Option<FunctionResponse>,
    pub executable_code: Option<Value>,
    pub code_execution_result: Option<Value>,
}

/// A call of the model.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FunctionCall {
    pub id: Option<String>,
    pub name: String,
}

/// The client's result of a call.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FunctionResponse {
    pub id: Option<String>,
    pub name: String,
    pub response: Map<String, Value>,
}

/// Tools.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Tool {
    pub function_declarations: Vec<FunctionDeclaration>,
    pub google_search: Option<Value>,
}

/// A function the model may call.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FunctionDeclaration {
    pub name: String,
    pub parameters: Option<Schema>,
    pub parameters_json_schema: Option<Value>,
}

/// The schema subset.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Schema {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(rename = "enum")]
    pub choices: Vec<String>,
    pub items: Option<Box<Schema>>,
    pub properties: std::collections::BTreeMap<String, Schema>,
    pub required: Vec<String>,
}

/// How tools may be used.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ToolConfig {
    pub function_calling_config: CallingConfig,
    pub include_server_side_tool_invocations: bool,
}

/// Whether and which functions may be called.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CallingConfig {
    pub mode: String,
    pub allowed_function_names: Vec<String>,
}

/// Settings of the answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct GenerationConfig {
    pub temperature: Option<f64>,
    pub top_k: Option<f64>,
    pub max_output_tokens: Option<i64>,
    pub response_mime_type: Option<String>,
    pub response_modalities: Vec<String>,
    pub thinking_config: Option<ThinkingConfig>,
}

/// Settings of the thinking.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ThinkingConfig {
    pub include_thoughts: bool,
    pub thinking_budget: Option<i64>,
    pub thinking_level: Option<String>,
}

/// Whose words a content is: results count as the user's whatever role they carry (`upstream-api` §6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaker {
    User,
    Model,
}

impl Content {
    /// `None` for a role nobody has.
    pub(crate) fn speaker(&self) -> Option<Speaker> {
        if self.parts.iter().any(|part| part.function_response.is_some()) {
            return Some(Speaker::User);
        }
        match self.role.as_deref() {
            Some("user") => Some(Speaker::User),
            Some("model") => Some(Speaker::Model),
            None | Some(_) => None,
        }
    }

    pub(crate) fn calls(&self) -> impl Iterator<Item = &FunctionCall> {
        self.parts.iter().filter_map(|part| part.function_call.as_ref())
    }

    pub(crate) fn results(&self) -> impl Iterator<Item = &FunctionResponse> {
        self.parts.iter().filter_map(|part| part.function_response.as_ref())
    }
}

impl Part {
    /// How many kinds of data it has; one is right.
    pub(crate) fn data(&self) -> usize {
        [
            self.text.is_some(),
            self.inline_data.is_some(),
            self.file_data.is_some(),
            self.function_call.is_some(),
            self.function_response.is_some(),
            self.executable_code.is_some(),
            self.code_execution_result.is_some(),
        ]
        .iter()
        .filter(|present| **present)
        .count()
    }
}

impl Prompt {
    /// Every declared function.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &FunctionDeclaration> {
        self.tools.iter().flat_map(|tool| &tool.function_declarations)
    }

    /// The user's last words: the texts of the last content that has some of the user's own.
    pub(crate) fn last_user_text(&self) -> String {
        let own = |content: &&Content| content.speaker() == Some(Speaker::User);
        let texts = |content: &Content| -> Vec<String> {
            content.parts.iter().filter_map(|part| part.text.clone()).collect()
        };
        self.contents
            .iter()
            .rev()
            .filter(own)
            .map(texts)
            .find(|texts| !texts.is_empty())
            .unwrap_or_default()
            .join(" ")
    }

    /// About how many tokens it is: four characters each, 258 an image (`upstream-api` §6.6).
    pub(crate) fn tokens(&self) -> u64 {
        let contents = self.contents.iter().chain(&self.system_instruction);
        let parts = contents.flat_map(|content| &content.parts).map(part_tokens).sum::<u64>();
        parts + 40 * self.functions().count() as u64
    }
}

fn part_tokens(part: &Part) -> u64 {
    let text = part.text.as_deref().map_or(0, |text| (text.chars().count() as u64).div_ceil(4));
    let media = if part.inline_data.is_some() || part.file_data.is_some() { 258 } else { 0 };
    let result = part.function_response.as_ref().map_or(0, |result| {
        let length: usize = result.response.values().map(|value| value.to_string().len()).sum();
        (length as u64).div_ceil(4) + 4
    });
    let call = if part.function_call.is_some() { 12 } else { 0 };
    text + media + result + call
}

/// Reads the envelope of `/v1internal`.
pub(crate) fn envelope(body: Option<&Value>) -> Result<Envelope, Refusal> {
    typed(body, &fields::ENVELOPE)
}

/// Reads an AI Studio request.
pub(crate) fn studio(body: Option<&Value>) -> Result<Prompt, Refusal> {
    let mut prompt: Prompt = typed(body, &fields::STUDIO)?;
    // AI Studio takes a missing role and the old name for results.
    for content in &mut prompt.contents {
        if content.role.as_deref().is_none_or(|role| role == "function") {
            content.role = Some("user".to_owned());
        }
    }
    Ok(prompt)
}

/// Reads what a token count is about.
pub(crate) fn counted(body: Option<&Value>) -> Result<Prompt, Refusal> {
    typed(body, &fields::COUNT).map(|envelope: Envelope| envelope.request)
}

/// Reads what AI Studio's token count is about: contents, or a whole request.
pub(crate) fn studio_counted(body: Option<&Value>) -> Result<Prompt, Refusal> {
    let whole =
        |body: &Value| body.get("generateContentRequest").or(body.get("generate_content_request")).cloned();
    match body.and_then(whole) {
        Some(request) => studio(Some(&request)),
        None => typed(body, &fields::STUDIO_COUNT),
    }
}

fn typed<T: serde::de::DeserializeOwned>(body: Option<&Value>, shape: &Shape) -> Result<T, Refusal> {
    let body = body.ok_or(Refusal::NotJson)?;
    let read = shape::read(body.clone(), shape, "")?;
    serde_json::from_value(read).map_err(|error| Refusal::InvalidValue {
        at: String::new(),
        wanted: "Message".to_owned(),
        value: error.to_string(),
    })
}
