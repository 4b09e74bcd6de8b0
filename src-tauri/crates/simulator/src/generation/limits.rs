//! Limits and tools of a request: thinking, length, function declarations (`upstream-api` §10.5–§10.9).

use std::collections::BTreeSet;

use super::{
    conversation,
    prompt::{FunctionDeclaration, GenerationConfig, Prompt, Schema},
};
use crate::{
    catalogue::{Model, Vendor},
    refusal::Refusal,
};

/// Claude thinks with at least this many tokens, or not at all.
const CLAUDE_SMALLEST_BUDGET: i64 = 1024;

/// Longest function name.
const LONGEST_NAME: usize = 64;

/// Checks what the request asks of the model.
pub(crate) fn check(prompt: &Prompt, model: &Model) -> Result<(), Refusal> {
    check_length(prompt, model)?;
    check_thinking(prompt, model)?;
    check_tools(prompt, model)
}

fn check_length(prompt: &Prompt, model: &Model) -> Result<(), Refusal> {
    let tokens = prompt.tokens();
    if tokens > model.context {
        return Err(Refusal::PromptTooLong { tokens, limit: model.context });
    }
    match prompt.generation_config.max_output_tokens {
        Some(asked) if asked < 1 || asked.unsigned_abs() > model.output => {
            Err(Refusal::OutputLimit { asked, limit: model.output })
        }
        Some(_) | None => Ok(()),
    }
}

/// The budget with which Claude thinks, where it is asked to.
fn claude_budget(config: &GenerationConfig) -> Option<i64> {
    config.thinking_config.as_ref()?.thinking_budget.filter(|budget| *budget != 0)
}

fn check_thinking(prompt: &Prompt, model: &Model) -> Result<(), Refusal> {
    let config = &prompt.generation_config;
    if config
        .thinking_config
        .as_ref()
        .is_some_and(|t| t.thinking_level.is_some() && t.thinking_budget.is_some())
    {
        return Err(Refusal::ThinkingLevelAndBudget);
    }
    let Some(budget) = claude_budget(config).filter(|_| model.vendor == Vendor::Anthropic) else {
        return Ok(());
    };
    if budget < CLAUDE_SMALLEST_BUDGET {
        return Err(Refusal::ClaudeBudgetTooSmall);
    }
    if config.max_output_tokens.is_some_and(|max| max <= budget) {
        return Err(Refusal::ClaudeBudget);
    }
    if config.temperature.is_some_and(|temperature| temperature != 1.0) || config.top_k.is_some() {
        return Err(Refusal::ClaudeSampling);
    }
    if prompt.tool_config.function_calling_config.mode == "ANY" {
        return Err(Refusal::ClaudeForcedTool);
    }
    match conversation::step_without_thinking(&prompt.contents) {
        Some(content) => Err(Refusal::ClaudeThinkingBlockMissing { content }),
        None => Ok(()),
    }
}

fn check_tools(prompt: &Prompt, model: &Model) -> Result<(), Refusal> {
    let searches = prompt.tools.iter().any(|tool| tool.google_search.is_some());
    if searches
        && prompt.functions().next().is_some()
        && !prompt.tool_config.include_server_side_tool_invocations
    {
        return Err(Refusal::SearchWithFunctions);
    }
    let mut names = BTreeSet::new();
    for (i, function) in prompt.functions().enumerate() {
        if !name_is_fine(&function.name, model.vendor) {
            return Err(Refusal::FunctionName { name: function.name.clone() });
        }
        if !names.insert(function.name.as_str()) {
            return Err(Refusal::DuplicateFunction { name: function.name.clone() });
        }
        check_parameters(
            function,
            model.vendor,
            &format!("request.tools.function_declarations[{i}].parameters"),
        )?;
    }
    Ok(())
}

/// `upstream-api` §10.7.
fn name_is_fine(name: &str, vendor: Vendor) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let fits = (1..=LONGEST_NAME).contains(&name.len());
    match vendor {
        Vendor::Anthropic => fits && name.chars().all(plain),
        Vendor::Google | Vendor::OpenAi => {
            let begins_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            fits && begins_well && name.chars().all(|c| plain(c) || c == '.' || c == ':')
        }
    }
}

fn check_parameters(function: &FunctionDeclaration, vendor: Vendor, at: &str) -> Result<(), Refusal> {
    let refused = || Err(Refusal::Schema { at: at.to_owned() });
    match (&function.parameters, &function.parameters_json_schema) {
        (Some(_), Some(_)) => refused(),
        (Some(schema), None) if schema.kind != "OBJECT" => refused(),
        (Some(schema), None) => check_schema(schema, vendor, at),
        (None, _) => Ok(()),
    }
}

fn check_schema(schema: &Schema, vendor: Vendor, at: &str) -> Result<(), Refusal> {
    let refused = || Err(Refusal::Schema { at: at.to_owned() });
    let unknown_required = schema.required.iter().any(|name| !schema.properties.contains_key(name));
    let words_of_no_text = !schema.choices.is_empty() && schema.kind != "STRING";
    if schema.kind.is_empty() || unknown_required || words_of_no_text {
        return refused();
    }
    match (schema.kind.as_str(), &schema.items) {
        ("ARRAY", None) => return refused(),
        ("ARRAY", Some(items)) => check_schema(items, vendor, &format!("{at}.items"))?,
        (_, Some(_)) => return refused(),
        (_, None) => {}
    }
    // Claude refuses objects of which it knows nothing.
    if schema.kind == "OBJECT" && schema.properties.is_empty() && vendor == Vendor::Anthropic {
        return refused();
    }
    for (name, property) in &schema.properties {
        check_schema(property, vendor, &format!("{at}.properties[{name}]"))?;
    }
    Ok(())
}
