//! Why the simulator refused a request of its own accord, and the body each reason is sent with.
//!
//! A reason is richer than the body: several end in the same text upstream, but a test that reads the call log
//! sees which rule was broken.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{errors, reply::Reply, scenario::Flag};

/// The rule a request broke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Refusal {
    /// The body is not JSON.
    NotJson,
    /// A field the service does not know.
    UnknownField {
        /// The field.
        name: String,
        /// Where it stands.
        at: String,
    },
    /// A value of the wrong type.
    InvalidValue {
        /// Where it stands.
        at: String,
        /// What it should be, in the service's words.
        wanted: String,
        /// What it is, as JSON.
        value: String,
    },
    /// A field the service cannot do without.
    MissingField {
        /// Which.
        at: String,
    },
    /// A part without data, or with empty text.
    EmptyPart {
        /// Where it stands.
        at: String,
    },
    /// A part with more than one kind of data.
    PartWithTwoData {
        /// Where it stands.
        at: String,
    },
    /// A role other than user and model.
    Role {
        /// Index of the content.
        content: usize,
    },
    /// Two neighbours of one role, or a first content that is not the user's.
    RolesNotAlternating {
        /// Index of the content.
        content: usize,
    },
    /// The conversation ends with a model turn, and the model refuses that.
    Prefill {
        /// Whether a Claude model refused it.
        claude: bool,
    },
    /// A Gemini 3 tool call of the running turn without its signature.
    SignatureMissing {
        /// The function called.
        function: String,
        /// Position of the content, from 1.
        position: usize,
    },
    /// A signature that is not Gemini's.
    SignatureCorrupted,
    /// A signature on a thinking block that is not Claude's, or not this block's.
    ClaudeSignature {
        /// Index of the content.
        content: usize,
        /// Index of the part.
        part: usize,
    },
    /// A Claude call or result without id.
    ClaudeToolId {
        /// Index of the content.
        content: usize,
        /// Index of the part.
        part: usize,
    },
    /// A Claude result whose call does not stand directly before it.
    ClaudeResultWithoutCall {
        /// Index of the content.
        content: usize,
        /// Index of the part.
        part: usize,
        /// The id it names.
        id: String,
    },
    /// A Claude call without a result directly after it.
    ClaudeCallWithoutResult {
        /// Index of the content.
        content: usize,
        /// The call's id.
        id: String,
    },
    /// The results after a step are not the results of its calls, in their order.
    ResultsDoNotMatchCalls {
        /// Index of the content with the calls or the stray results.
        content: usize,
    },
    /// Claude's thinking budget is not below the answer's limit.
    ClaudeBudget,
    /// Claude's thinking budget is below 1024.
    ClaudeBudgetTooSmall,
    /// Claude with thinking and a forced tool.
    ClaudeForcedTool,
    /// Claude with thinking, and the running tool step has no thinking block.
    ClaudeThinkingBlockMissing {
        /// Index of the content.
        content: usize,
    },
    /// Claude with thinking and a temperature other than 1, or `topK`.
    ClaudeSampling,
    /// Both `thinkingLevel` and `thinkingBudget`.
    ThinkingLevelAndBudget,
    /// More tokens than the model reads.
    PromptTooLong {
        /// Estimated tokens of the prompt.
        tokens: u64,
        /// The model's limit.
        limit: u64,
    },
    /// A limit of the answer that the model does not have.
    OutputLimit {
        /// What was asked for, in tokens.
        asked: i64,
        /// The model's limit.
        limit: u64,
    },
    /// A function name outside the allowed characters.
    FunctionName {
        /// The name.
        name: String,
    },
    /// Two functions of one name.
    DuplicateFunction {
        /// The name.
        name: String,
    },
    /// `googleSearch` next to functions.
    SearchWithFunctions,
    /// An array schema without `items`, a `required` name that no property has, or (Claude) an empty object.
    Schema {
        /// Where it stands.
        at: String,
    },
    /// No `project` where one is needed.
    ProjectMissing,
    /// A project that is not this account's.
    ProjectOfSomebodyElse,
    /// The header `x-goog-user-project` was sent.
    UserProjectHeader,
    /// No credentials at all.
    NoCredentials,
    /// An access token nobody issued, or one that was withdrawn.
    UnknownToken,
    /// An access token past its lifetime.
    ExpiredToken,
    /// The account's standing forbids it.
    Standing {
        /// What decided.
        flag: Flag,
    },
    /// A model this account does not have.
    UnknownModel,
    /// Too many requests a second.
    RateLimited,
    /// A window of the model is empty.
    QuotaExhausted,
}

impl Refusal {
    /// The body this reason is sent with.
    pub(crate) fn reply(self, now: Timestamp) -> Reply {
        let reply = match &self {
            Refusal::NotJson => invalid("Invalid JSON payload received. Unexpected end of string.", None),
            Refusal::UnknownField { name, at } => {
                let place = if at.is_empty() { String::new() } else { format!(" at '{at}'") };
                let text = format!(
                    "Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field."
                );
                invalid(&text, Some(violation(at, &text)))
            }
            Refusal::InvalidValue { at, wanted, value } => {
                let text = format!("Invalid value at '{at}' ({wanted}), {value}");
                invalid(&text, Some(violation(at, &format!("Invalid value ({wanted}), {value}"))))
            }
            Refusal::EmptyPart { .. } => errors::reply("400.empty_part", now),
            Refusal::Prefill { claude: true } => errors::reply("400.claude.no_prefill", now),
            Refusal::SignatureMissing { function, position } => invalid(
                &format!(
                    "Function call is missing a thought_signature in functionCall parts. This is required for tools \
                     to work correctly, and missing thought_signature may lead to degraded model performance. \
                     Additional data, function call `default_api:{function}` , position {position}. Please refer to \
                     https://ai.google.dev/gemini-api/docs/thought-signatures for more details."
                ),
                None,
            ),
            Refusal::SignatureCorrupted => errors::reply("400.corrupted_thought_signature", now),
            Refusal::ClaudeSignature { content, part } => claude(
                4,
                &format!("messages.{content}.content.{part}: Invalid `signature` in `thinking` block"),
            ),
            Refusal::ClaudeToolId { content, part } => {
                claude(5, &format!("messages.{content}.content.{part}.tool_use.id: Field required"))
            }
            Refusal::ClaudeResultWithoutCall { content, part, id } => claude(
                2,
                &format!(
                    "messages.{content}.content.{part}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. \
                     Each `tool_result` block must have a corresponding `tool_use` block in the previous message."
                ),
            ),
            Refusal::ClaudeCallWithoutResult { content, id } => claude(
                6,
                &format!(
                    "messages.{content}: `tool_use` ids were found without `tool_result` blocks immediately after: \
                     {id}. Each `tool_use` block must have a corresponding `tool_result` block in the next message."
                ),
            ),
            Refusal::ClaudeBudget => errors::reply("400.claude.max_tokens_le_budget", now),
            Refusal::ClaudeBudgetTooSmall => {
                claude(7, "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024")
            }
            Refusal::ClaudeForcedTool => {
                claude(8, "Thinking may not be enabled when tool_choice forces tool use.")
            }
            Refusal::ClaudeThinkingBlockMissing { content } => claude(
                9,
                &format!(
                    "messages.{content}.content.0.type: Expected `thinking` or `redacted_thinking`, but found \
                     `tool_use`. When `thinking` is enabled, a final `assistant` message must start with a thinking \
                     block."
                ),
            ),
            Refusal::ClaudeSampling => claude(
                10,
                "`temperature` may only be set to 1 and `top_k` must be unset when thinking is enabled.",
            ),
            Refusal::ThinkingLevelAndBudget => errors::reply("400.thinking_level_and_budget", now),
            Refusal::PromptTooLong { tokens, limit } => invalid(
                &format!(
                    "The input token count ({tokens}) exceeds the maximum number of tokens allowed ({limit})."
                ),
                None,
            ),
            Refusal::OutputLimit { asked, limit } => invalid(
                &format!(
                    "Unable to submit request because it has a maxOutputTokens value of {asked} but the supported \
                     range is from 1 (inclusive) to {} (exclusive). Update the value and try again.",
                    limit + 1
                ),
                None,
            ),
            Refusal::MissingField { .. }
            | Refusal::PartWithTwoData { .. }
            | Refusal::Role { .. }
            | Refusal::RolesNotAlternating { .. }
            | Refusal::Prefill { claude: false }
            | Refusal::ResultsDoNotMatchCalls { .. }
            | Refusal::FunctionName { .. }
            | Refusal::DuplicateFunction { .. }
            | Refusal::SearchWithFunctions
            | Refusal::Schema { .. }
            | Refusal::ProjectMissing => errors::reply("400.generic", now),
            Refusal::ProjectOfSomebodyElse => errors::reply("403.permission_denied", now),
            Refusal::UserProjectHeader => errors::reply("403.service_disabled", now),
            Refusal::NoCredentials => errors::reply("401.missing_credentials", now),
            Refusal::UnknownToken | Refusal::ExpiredToken => errors::reply("401", now),
            Refusal::Standing { flag } => errors::reply(standing_error(*flag), now),
            Refusal::UnknownModel => errors::reply("404", now),
            Refusal::RateLimited | Refusal::QuotaExhausted => errors::reply("429.unstructured", now),
        };
        reply.because(self)
    }
}

/// What generation answers for an account in this standing.
fn standing_error(flag: Flag) -> &'static str {
    match flag {
        Flag::Suspended => "403.tos_disabled",
        Flag::ValidationRequired => "403.validation_required",
        Flag::UnsupportedLocation => "400.location",
        Flag::ServiceDisabled => "403.service_disabled",
        Flag::IamDenied => "403.iam_permission_denied",
        Flag::ScopeInsufficient => "403.scope_insufficient",
        Flag::PolicyDenied => "403.vpc_sc",
        Flag::Retired | Flag::RestrictedAge | Flag::Step20 => "403.permission_denied",
    }
}

fn invalid(message: &str, details: Option<Value>) -> Reply {
    errors::refusal(400, "INVALID_ARGUMENT", message, details)
}

fn violation(field: &str, description: &str) -> Value {
    json!([{"@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": field, "description": description}]}])
}

/// Claude's own error, as text inside Google's (`upstream-api` §7.1).
fn claude(number: u32, message: &str) -> Reply {
    // Written by hand: the key order is the captured one, and the text is compared byte by byte in tests.
    let message = Value::String(message.to_owned());
    let text = format!(
        "{{\"type\":\"error\",\"error\":{{\"type\":\"invalid_request_error\",\"message\":{message}}},\
         \"request_id\":\"req_vrtx_FAKE{number:04}\"}}"
    );
    invalid(&text, None)
}
