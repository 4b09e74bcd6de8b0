//! The bytes of a request for one target.

use super::config::{self, Config};
use super::signing::Signing;
use super::tools::{self, Tool, ToolConfig};
use super::{Choice, Draft, Family, Part, Repair, Target, Thinking, Turn, Who, pairs, thinking, turns};
use crate::bad_request::{BadRequest, Problem, Unoffered};
use crate::json;
use crate::signature::Signatures;
use crate::tool_name::Names;
use domain::credential::Provider;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// What goes around a request: ids the caller makes, and the project.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// The credential's project, if it has one.
    pub project: Option<&'a str>,
    /// Any text that is sent only once.
    pub request_id: &'a str,
    /// The same for every request of one conversation: for Antigravity a signed 64-bit number in decimal.
    pub session_id: Option<&'a str>,
}

/// A request ready to be sent.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The body.
    pub body: Vec<u8>,
    /// The names of the tools, to read the answer with.
    pub names: Names,
    /// Whose rules the model follows, to read the answer with.
    pub family: Family,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Inner<'i> {
    contents: &'i [Turn<'i>],
    #[serde(skip_serializing_if = "Option::is_none")]
    system_instruction: Option<Turn<'i>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'i>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_config: Option<ToolConfig<'i>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generation_config: Option<Config<'i>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    safety_settings: Option<&'i RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'i str>,
    #[serde(rename = "session_id", skip_serializing_if = "Option::is_none")]
    cli_session_id: Option<&'i str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Antigravity<'e, R> {
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<&'e str>,
    request_id: &'e str,
    request: R,
    model: &'e str,
    user_agent: &'static str,
    request_type: &'static str,
}

#[derive(Serialize)]
struct GeminiCli<'e, R> {
    model: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<&'e str>,
    user_prompt_id: &'e str,
    request: R,
}

/// Makes the request for a target. The same arguments give the same bytes.
///
/// # Errors
/// Where the client asks for what this target cannot do.
pub fn generate(
    draft: &Draft<'_>,
    target: &Target<'_>,
    envelope: &Envelope<'_>,
    known: &dyn Signatures,
    repair: &Repair,
) -> Result<Prepared, BadRequest> {
    let family = target.family();
    if family != Family::Gemini && draft.sampling.candidates.is_some_and(|count| count > 1) {
        return Err(BadRequest::NotOffered { param: "n".to_owned(), what: Unoffered::Answers });
    }
    let signing = Signing::new(target, draft.native, repair.signatures, known);
    let mut contents: Vec<_> = draft.turns.iter().map(|turn| signing.settle(turn.lend())).collect();
    contents = turns::arrange(contents, target);
    let mut asked = draft.thinking;
    if family == Family::Claude {
        if !claude_thinks(draft, target, &contents) {
            asked = Thinking::NotAsked;
            if !thinks_unasked(target) {
                contents.iter_mut().for_each(|turn| turn.parts.retain(|part| !part.is_thought()));
                contents = turns::arrange(contents, target);
            }
        }
        pairs::name_calls(&mut contents);
    }
    let (names, schemas) = tools::prepare(draft, target, repair.keyword.as_deref());
    rename(&mut contents, &names);
    let mut system = system(draft, family);
    if target.makes_images() && !system.is_empty() {
        let said = system.drain(..).map(Part::text);
        contents[0].parts.splice(0..0, said);
    }
    let tools = tools::declared(draft, target, &names, &schemas);
    let searches = matches!(tools.first(), Some(Tool::GoogleSearch {}));
    let has_functions = matches!(tools.first(), Some(Tool::FunctionDeclarations(_)));
    let inner = Inner {
        contents: &contents,
        system_instruction: (!system.is_empty())
            .then(|| Turn { who: Who::User, parts: system.into_iter().map(Part::text).collect() }),
        tool_config: has_functions.then(|| tools::config(draft, target, &names)),
        tools,
        generation_config: config::of(draft, target, asked, schema(draft, repair)),
        safety_settings: draft.safety.filter(|_| family == Family::Gemini),
        session_id: envelope.session_id.filter(|_| target.provider == Provider::Antigravity),
        cli_session_id: envelope.session_id.filter(|_| target.provider == Provider::GeminiCli),
    };
    let request_type = match (target.makes_images(), searches) {
        (true, _) => "image_gen",
        (false, true) => "web_search",
        (false, false) => "agent",
    };
    let body = enclose(&inner, target, envelope, request_type);
    Ok(Prepared { body, names, family })
}

/// Makes the request that counts the tokens of a draft: conversation, system text and tools, without thoughts.
#[must_use]
pub fn count_tokens(draft: &Draft<'_>, target: &Target<'_>) -> Vec<u8> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Counted<'c> {
        model: String,
        contents: &'c [Turn<'c>],
        #[serde(skip_serializing_if = "Option::is_none")]
        system_instruction: Option<Turn<'c>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        tools: Vec<Tool<'c>>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    enum Around<'c> {
        Request(Counted<'c>),
        GenerateContentRequest(Counted<'c>),
    }
    let lent = draft.turns.iter().map(|turn| {
        let mut turn = turn.lend();
        turn.parts.retain(|part| !part.is_thought());
        turn.parts.iter_mut().for_each(|part| part.signature = None);
        turn
    });
    let mut contents = turns::arrange(lent.collect(), target);
    if target.family() == Family::Claude {
        pairs::name_calls(&mut contents);
    }
    let (names, schemas) = tools::prepare(draft, target, None);
    rename(&mut contents, &names);
    let system = system(draft, target.family());
    let counted = Counted {
        model: format!("models/{}", target.model),
        contents: &contents,
        system_instruction: (!system.is_empty())
            .then(|| Turn { who: Who::User, parts: system.into_iter().map(Part::text).collect() }),
        tools: tools::declared(draft, target, &names, &schemas),
    };
    bytes(&match target.provider {
        Provider::Antigravity | Provider::GeminiCli => Around::Request(counted),
        Provider::ApiKey => Around::GenerateContentRequest(counted),
    })
}

/// Reads the answer of a count; `None` where it says no number.
#[must_use]
pub fn read_count(body: &[u8]) -> Option<u64> {
    let document = json::document(body).ok()?;
    let answer = document.get("response").unwrap_or(&document);
    let total = answer.get("totalTokens")?;
    total.as_u64().or_else(|| total.as_str()?.parse().ok())
}

/// Puts the envelope of a provider around a request.
fn enclose(
    request: &impl Serialize,
    target: &Target<'_>,
    envelope: &Envelope<'_>,
    request_type: &'static str,
) -> Vec<u8> {
    let (project, model) = (envelope.project, target.model);
    match target.provider {
        Provider::Antigravity => bytes(&Antigravity {
            project,
            request_id: envelope.request_id,
            request,
            model,
            user_agent: "antigravity",
            request_type,
        }),
        Provider::GeminiCli => {
            bytes(&GeminiCli { model, project, user_prompt_id: envelope.request_id, request })
        }
        Provider::ApiKey => bytes(request),
    }
}

fn bytes(value: &impl Serialize) -> Vec<u8> {
    // Every key is a text and nothing here refuses to be written.
    serde_json::to_vec(value).unwrap_or_default()
}

/// Whether Claude can think in this request: it was asked to, no function is forced, and the running turn has its
/// thinking blocks.
fn claude_thinks(draft: &Draft<'_>, target: &Target<'_>, contents: &[Turn<'_>]) -> bool {
    let limit = config::limit(draft.sampling.max_tokens, target);
    let forced = match &draft.choice {
        Choice::Any | Choice::Only(_) => !draft.functions.is_empty(),
        Choice::Auto | Choice::None => false,
    };
    !forced
        && thinking::config(draft.thinking, target, limit).is_some()
        && !turns::calls_without_thought(contents)
}

/// Models that think without being asked keep their thinking blocks.
fn thinks_unasked(target: &Target<'_>) -> bool {
    target.model.ends_with("-thinking")
}

fn rename(contents: &mut [Turn<'_>], names: &Names) {
    let changed = |name: &str| Some(names.upstream(name)).filter(|sent| *sent != name).map(str::to_owned);
    for part in contents.iter_mut().flat_map(|turn| &mut turn.parts) {
        match &mut part.data {
            super::Data::Call(call) => {
                if let Some(sent) = changed(&call.name) {
                    call.name = Cow::Owned(sent);
                }
            }
            super::Data::Outcome(outcome) => {
                if let Some(sent) = outcome.name.as_deref().and_then(changed) {
                    outcome.name = Some(Cow::Owned(sent));
                }
            }
            super::Data::Text(_) | super::Data::Thought(_) | super::Data::Blob(_) => {}
        }
    }
}

/// The system texts. Models that take no response schema are told the form of the answer here.
fn system<'d>(draft: &'d Draft<'_>, family: Family) -> Vec<Cow<'d, str>> {
    let mut texts: Vec<_> = draft.system.iter().map(|text| Cow::Borrowed(&**text)).collect();
    let wants_json = draft.format.mime.as_deref() == Some("application/json");
    if family != Family::Gemini && wants_json {
        texts.push(match &draft.format.schema {
            Some((source, _)) => Cow::Owned(format!(
                "Answer with one JSON value that follows this JSON Schema, and with nothing else:\n{}",
                source.get()
            )),
            None => Cow::Borrowed("Answer with one JSON object, and with nothing else."),
        });
    }
    texts
}

fn schema<'d>(draft: &'d Draft<'_>, repair: &Repair) -> Option<Cow<'d, crate::schema::Schema>> {
    let (_, schema) = draft.format.schema.as_ref()?;
    Some(match &repair.keyword {
        None => Cow::Borrowed(schema),
        Some(keyword) => {
            let mut schema = schema.clone();
            schema.without(keyword);
            Cow::Owned(schema)
        }
    })
}

/// Reads JSON that has been read before as text; what is too deep to be a value is refused.
pub(crate) fn value(raw: &RawValue, param: impl Fn() -> String) -> Result<Value, BadRequest> {
    serde_json::from_str(raw.get()).map_err(|_| BadRequest::invalid(param(), Problem::TooDeep))
}
