//! What a conversation must look like: parts, roles, tool steps, signatures (`upstream-api` §6.2, §6.3, §10.0).

use super::{
    prompt::{Content, Part, Prompt, Speaker},
    signature,
};
use crate::{
    catalogue::{Model, Vendor},
    refusal::Refusal,
};

/// Checks the conversation against the model's rules.
pub(crate) fn check(prompt: &Prompt, model: &Model) -> Result<(), Refusal> {
    if prompt.contents.is_empty() {
        return Err(Refusal::MissingField { at: "request.contents".to_owned() });
    }
    for (i, content) in prompt.contents.iter().enumerate() {
        check_parts(content, &format!("request.contents[{i}]"))?;
    }
    if let Some(system) = &prompt.system_instruction {
        check_parts(system, "request.system_instruction")?;
    }
    check_roles(&prompt.contents)?;
    match model.vendor {
        Vendor::Anthropic => claude_steps(&prompt.contents)?,
        Vendor::Google | Vendor::OpenAi => steps(&prompt.contents)?,
    }
    let ends_with_model = prompt.contents.last().and_then(Content::speaker) == Some(Speaker::Model);
    if ends_with_model && model.refuses_prefill() {
        return Err(Refusal::Prefill { claude: model.vendor == Vendor::Anthropic });
    }
    match model.vendor {
        Vendor::Anthropic => claude_signatures(&prompt.contents),
        Vendor::Google => gemini_signatures(&prompt.contents, model),
        Vendor::OpenAi => Ok(()),
    }
}

fn check_parts(content: &Content, at: &str) -> Result<(), Refusal> {
    if content.parts.is_empty() {
        return Err(Refusal::EmptyPart { at: at.to_owned() });
    }
    for (i, part) in content.parts.iter().enumerate() {
        let at = format!("{at}.parts[{i}]");
        // Empty text is right only as the carrier of a signature.
        let empty = part.text.as_deref() == Some("") && part.thought_signature.is_none();
        match part.data() {
            1 if !empty => {}
            0 | 1 => return Err(Refusal::EmptyPart { at }),
            _ => return Err(Refusal::PartWithTwoData { at }),
        }
        let untyped = |blob: &serde_json::Map<_, _>| !blob.contains_key("mime_type");
        if part.inline_data.as_ref().is_some_and(untyped) {
            return Err(Refusal::MissingField { at: format!("{at}.inline_data.mime_type") });
        }
    }
    Ok(())
}

fn check_roles(contents: &[Content]) -> Result<(), Refusal> {
    let mut wanted = Speaker::User;
    for (content, turn) in contents.iter().enumerate() {
        let speaker = turn.speaker().ok_or(Refusal::Role { content })?;
        if speaker != wanted {
            return Err(Refusal::RolesNotAlternating { content });
        }
        wanted = if speaker == Speaker::User { Speaker::Model } else { Speaker::User };
    }
    Ok(())
}

/// Results stand directly after their calls, as many, in their order.
fn steps(contents: &[Content]) -> Result<(), Refusal> {
    let mut before: Option<&Content> = None;
    for (content, turn) in contents.iter().enumerate() {
        let mut calls = before.into_iter().flat_map(Content::calls);
        let mut results = turn.results();
        loop {
            match (calls.next(), results.next()) {
                (None, None) => break,
                (Some(call), Some(result)) => {
                    let ids_differ = call.id.is_some() && result.id.is_some() && call.id != result.id;
                    if call.name != result.name || ids_differ {
                        return Err(Refusal::ResultsDoNotMatchCalls { content });
                    }
                }
                (Some(_), None) | (None, Some(_)) => return Err(Refusal::ResultsDoNotMatchCalls { content }),
            }
        }
        before = Some(turn);
    }
    // Calls at the very end have no results either.
    match contents.last().map(|last| last.calls().count()) {
        None | Some(0) => Ok(()),
        Some(_) => Err(Refusal::ResultsDoNotMatchCalls { content: contents.len() - 1 }),
    }
}

/// Claude pairs by id, and wants results before any other part.
fn claude_steps(contents: &[Content]) -> Result<(), Refusal> {
    let mut open: Vec<&str> = Vec::new();
    for (content, turn) in contents.iter().enumerate() {
        let mut answered: Vec<&str> = Vec::new();
        let mut others = false;
        for (part, data) in turn.parts.iter().enumerate() {
            let Some(result) = &data.function_response else {
                others = true;
                continue;
            };
            let id = given(result.id.as_deref()).ok_or(Refusal::ClaudeToolId { content, part })?;
            if !open.contains(&id) || others {
                return Err(Refusal::ClaudeResultWithoutCall { content, part, id: id.to_owned() });
            }
            answered.push(id);
        }
        if let Some(missing) = open.iter().find(|id| !answered.contains(id)) {
            return Err(Refusal::ClaudeCallWithoutResult { content: content - 1, id: (*missing).to_owned() });
        }
        open.clear();
        for (part, data) in turn.parts.iter().enumerate() {
            let Some(call) = &data.function_call else { continue };
            open.push(given(call.id.as_deref()).ok_or(Refusal::ClaudeToolId { content, part })?);
        }
    }
    match open.first() {
        None => Ok(()),
        Some(id) => {
            Err(Refusal::ClaudeCallWithoutResult { content: contents.len() - 1, id: (*id).to_owned() })
        }
    }
}

fn given(id: Option<&str>) -> Option<&str> {
    id.filter(|id| !id.is_empty())
}

/// Where the running turn begins: after the user's last own words.
fn running_turn(contents: &[Content]) -> usize {
    let own_words = |content: &Content| {
        content.speaker() == Some(Speaker::User)
            && content.parts.iter().any(|part| part.function_response.is_none())
    };
    contents.iter().rposition(own_words).map_or(0, |index| index + 1)
}

fn gemini_signatures(contents: &[Content], model: &Model) -> Result<(), Refusal> {
    let taken = |signature: &str| signature == signature::SENTINEL || signature::is_gemini(signature);
    let signatures =
        contents.iter().flat_map(|content| &content.parts).filter_map(|p| p.thought_signature.as_deref());
    if signatures.into_iter().any(|signature| !taken(signature)) {
        return Err(Refusal::SignatureCorrupted);
    }
    if !model.wants_signatures() {
        return Ok(());
    }
    for (index, content) in contents.iter().enumerate().skip(running_turn(contents)) {
        let first_call =
            content.parts.iter().find_map(|part| part.function_call.as_ref().map(|call| (part, call)));
        if let Some((Part { thought_signature: None, .. }, call)) = first_call {
            return Err(Refusal::SignatureMissing { function: call.name.clone(), position: index + 1 });
        }
    }
    Ok(())
}

/// Every thinking block that is replayed must be signed, and be the block that was signed.
fn claude_signatures(contents: &[Content]) -> Result<(), Refusal> {
    for (content, turn) in contents.iter().enumerate() {
        let mut thinking: Option<String> = None;
        for (part, data) in turn.parts.iter().enumerate() {
            let unsigned = Refusal::ClaudeSignature { content, part: part.saturating_sub(1) };
            if !data.thought {
                if thinking.is_some() {
                    return Err(unsigned);
                }
                continue;
            }
            let mut so_far = thinking.take().unwrap_or_default();
            so_far.push_str(data.text.as_deref().unwrap_or_default());
            match &data.thought_signature {
                None => thinking = Some(so_far),
                Some(signature) if signature::is_claude(signature, &so_far) => {}
                Some(_) => return Err(Refusal::ClaudeSignature { content, part }),
            }
        }
        if thinking.is_some() {
            return Err(Refusal::ClaudeSignature { content, part: turn.parts.len() - 1 });
        }
    }
    Ok(())
}

/// The content of the running tool step that lacks its thinking block, where Claude is to go on thinking.
pub(crate) fn step_without_thinking(contents: &[Content]) -> Option<usize> {
    let begins = running_turn(contents);
    let bare = |content: &Content| {
        content.calls().next().is_some() && !content.parts.first().is_some_and(|part| part.thought)
    };
    contents.iter().enumerate().skip(begins).find(|(_, content)| bare(content)).map(|(index, _)| index)
}
