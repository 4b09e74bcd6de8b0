//! What the upstream demands of a generation request, as the contract tells it: a second opinion on what goes out.

use crate::signatures;
use serde_json::{Map, Value};
use std::collections::HashSet;
use wire::convert::Family;

/// What a request was made for.
pub struct For<'a> {
    pub family: Family,
    /// Signatures on calls are demanded.
    pub gemini_3: bool,
    pub antigravity: bool,
    pub most_output: Option<i64>,
    pub model: &'a str,
}

/// The first rule a request breaks.
pub fn broken(request: &Value, on: &For<'_>) -> Result<(), String> {
    let known = [
        "contents",
        "systemInstruction",
        "tools",
        "toolConfig",
        "generationConfig",
        "safetySettings",
        "sessionId",
        "session_id",
    ];
    only(request, &known, "request")?;
    let contents = request["contents"].as_array().ok_or("no contents")?;
    turns(contents)?;
    for (i, content) in contents.iter().enumerate() {
        only(content, &["role", "parts"], "content")?;
        for part in parts(content) {
            check_part(part, content["role"] == "model").map_err(|rule| format!("contents[{i}]: {rule}"))?;
        }
    }
    if let Some(system) = request.get("systemInstruction") {
        need(
            !parts(system).is_empty()
                && parts(system).iter().all(|p| p["text"].as_str().is_some_and(|t| !t.is_empty())),
            "system text",
        )?;
    }
    steps(contents, on)?;
    let config = request.get("generationConfig").cloned().unwrap_or_default();
    limits(&config, on)?;
    match on.family {
        Family::Claude => claude(contents, &config, request)?,
        Family::Gemini => gemini(contents, on)?,
        Family::Gpt => need(
            all_parts(contents).all(|p| p.get("thoughtSignature").is_none() && p.get("thought").is_none()),
            "no thoughts for gpt",
        )?,
    }
    tools(request, on)
}

fn need(holds: bool, rule: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(rule.to_owned()) }
}

fn only(value: &Value, known: &[&str], what: &str) -> Result<(), String> {
    let fields = value.as_object().ok_or_else(|| format!("{what} is no object"))?;
    match fields.keys().find(|key| !known.contains(&key.as_str())) {
        Some(unknown) => Err(format!("unknown field {unknown} in {what}")),
        None => Ok(()),
    }
}

fn parts(content: &Value) -> &[Value] {
    content["parts"].as_array().map_or(&[], Vec::as_slice)
}

fn all_parts(contents: &[Value]) -> impl Iterator<Item = &Value> {
    contents.iter().flat_map(parts)
}

/// User and model take turns; the user has the first and the last.
fn turns(contents: &[Value]) -> Result<(), String> {
    need(contents.len() % 2 == 1, "user first and last")?;
    for (i, content) in contents.iter().enumerate() {
        need(content["role"] == if i % 2 == 0 { "user" } else { "model" }, "roles alternate")?;
        need(!parts(content).is_empty(), "no empty content")?;
    }
    Ok(())
}

fn check_part(part: &Value, of_model: bool) -> Result<(), String> {
    only(
        part,
        &["text", "thought", "thoughtSignature", "inlineData", "functionCall", "functionResponse"],
        "part",
    )?;
    let data = ["text", "inlineData", "functionCall", "functionResponse"];
    need(data.iter().filter(|key| part.get(**key).is_some()).count() == 1, "exactly one kind of data")?;
    let signed = part["thoughtSignature"].as_str().is_some_and(|s| !s.is_empty());
    need(part.get("thoughtSignature").is_none() || (signed && of_model), "signatures are the model's")?;
    if let Some(text) = part.get("text") {
        need(text.as_str().is_some_and(|text| !text.is_empty() || signed), "no empty text")?;
    }
    if let Some(blob) = part.get("inlineData") {
        only(blob, &["mimeType", "data"], "inlineData")?;
        need(blob["mimeType"].as_str().is_some_and(|mime| mime.contains('/')), "a media type")?;
    }
    if let Some(call) = part.get("functionCall") {
        only(call, &["id", "name", "args"], "functionCall")?;
        need(call["args"].is_object() && of_model, "args are an object, of the model")?;
    }
    if let Some(outcome) = part.get("functionResponse") {
        only(outcome, &["id", "name", "response", "parts"], "functionResponse")?;
        need(outcome["response"].is_object() && !of_model, "a response is an object, of the user")?;
    }
    Ok(())
}

/// Results stand first in the content after their calls, as many, in order, with the same names and ids.
fn steps(contents: &[Value], on: &For<'_>) -> Result<(), String> {
    let mut seen = HashSet::new();
    for pair in contents.windows(2) {
        let calls: Vec<_> = parts(&pair[0]).iter().filter_map(|p| p.get("functionCall")).collect();
        let next = parts(&pair[1]);
        let outcomes: Vec<_> = next.iter().filter_map(|p| p.get("functionResponse")).collect();
        need(calls.len() == outcomes.len(), "as many results as calls")?;
        need(
            next.iter().take(outcomes.len()).all(|p| p.get("functionResponse").is_some()),
            "results come first",
        )?;
        for (call, outcome) in calls.iter().zip(&outcomes) {
            need(
                call["name"] == outcome["name"] && call.get("id") == outcome.get("id"),
                "results match calls",
            )?;
            if on.family == Family::Claude {
                let id = call["id"].as_str().unwrap_or_default();
                let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
                need(
                    !id.is_empty() && id.chars().all(plain) && seen.insert(id.to_owned()),
                    "ids for Claude",
                )?;
            }
        }
    }
    let first = contents.first().map_or(&[][..], parts);
    need(first.iter().all(|p| p.get("functionResponse").is_none()), "no result without a call")
}

fn limits(config: &Value, on: &For<'_>) -> Result<(), String> {
    let common = ["temperature", "topP", "topK", "maxOutputTokens", "stopSequences", "thinkingConfig"];
    let more = [
        "candidateCount",
        "seed",
        "presencePenalty",
        "frequencyPenalty",
        "responseMimeType",
        "responseSchema",
        "responseModalities",
        "imageConfig",
    ];
    let known = if on.family == Family::Gemini { [&common[..], &more].concat() } else { common.to_vec() };
    if config.is_object() {
        only(config, &known, "generationConfig")?;
        need(config.as_object().is_some_and(|c| !c.is_empty()), "no empty generationConfig")?;
    }
    if let Some(limit) = config["maxOutputTokens"].as_i64() {
        need(limit >= 1 && on.most_output.is_none_or(|most| limit <= most), "limit within the model's")?;
    }
    need(
        config["stopSequences"].as_array().is_none_or(|stops| stops.len() <= 5),
        "at most 5 stop sequences",
    )?;
    let thinking = &config["thinkingConfig"];
    if thinking.is_object() {
        only(thinking, &["includeThoughts", "thinkingBudget", "thinkingLevel"], "thinkingConfig")?;
        need(
            thinking.get("thinkingBudget").is_none() || thinking.get("thinkingLevel").is_none(),
            "budget or level",
        )?;
        need(thinking.get("thinkingLevel").is_none() || !on.antigravity, "no level on Antigravity")?;
    }
    if let Some(schema) = config.get("responseSchema") {
        check_schema(schema, on)?;
    }
    Ok(())
}

fn is_claudes(signature: &str) -> bool {
    signature.starts_with('R')
}

fn running_turn(contents: &[Value]) -> usize {
    let own = |content: &Value| {
        content["role"] == "user" && parts(content).iter().all(|p| p.get("functionResponse").is_none())
    };
    contents.iter().rposition(own).map_or(0, |last| last + 1)
}

fn claude(contents: &[Value], config: &Value, request: &Value) -> Result<(), String> {
    for part in all_parts(contents) {
        let signature = part["thoughtSignature"].as_str();
        if part["thought"] == true {
            let thought = part["text"].as_str().unwrap_or_default();
            need(signature == Some(&signatures::claude(thought)), "a thinking block as it was issued")?;
        } else {
            need(signature.is_none(), "Claude signs thoughts only")?;
        }
    }
    for content in contents {
        let rank = |p: &Value| {
            if p["thought"] == true {
                0
            } else if p.get("functionCall").is_some() {
                2
            } else {
                1
            }
        };
        need(
            content["role"] == "user" || parts(content).iter().map(rank).is_sorted(),
            "thoughts, words, calls",
        )?;
    }
    let limit = config["maxOutputTokens"].as_i64().ok_or("Claude has a limit")?;
    let Some(budget) = config["thinkingConfig"]["thinkingBudget"].as_i64() else { return Ok(()) };
    need((1_024..limit).contains(&budget), "1024 <= budget < limit")?;
    need(
        config.get("topK").is_none() && config.get("temperature").is_none_or(|t| t.as_f64() == Some(1.0)),
        "sampling while Claude thinks",
    )?;
    need(
        request["toolConfig"]["functionCallingConfig"]["mode"] != "ANY",
        "no forced call while Claude thinks",
    )?;
    let steps = contents[running_turn(contents)..].iter();
    let mut with_calls = steps.filter(|c| parts(c).iter().any(|p| p.get("functionCall").is_some()));
    need(
        with_calls.all(|c| parts(c)[0]["thought"] == true),
        "a thinking block before the calls of the running turn",
    )
}

fn gemini(contents: &[Value], on: &For<'_>) -> Result<(), String> {
    let signatures = all_parts(contents).filter_map(|part| part["thoughtSignature"].as_str());
    need(signatures.into_iter().all(|signature| !is_claudes(signature)), "no signature of Claude's")?;
    if on.gemini_3 {
        for content in contents {
            let first = parts(content).iter().find(|p| p.get("functionCall").is_some());
            need(
                first.is_none_or(|p| p["thoughtSignature"].is_string()),
                "the first call of a step is signed",
            )?;
        }
    }
    Ok(())
}

fn tools(request: &Value, on: &For<'_>) -> Result<(), String> {
    let list = request["tools"].as_array().map_or(&[][..], Vec::as_slice);
    let searches = list.iter().any(|tool| tool.get("googleSearch").is_some());
    let functions: Vec<_> =
        list.iter().filter_map(|t| t["functionDeclarations"].as_array()).flatten().collect();
    need(!searches || (functions.is_empty() && on.family == Family::Gemini), "search alone, and Gemini's")?;
    need(functions.is_empty() != request.get("toolConfig").is_some(), "a toolConfig with functions only")?;
    let mut names = HashSet::new();
    for function in &functions {
        only(function, &["name", "description", "parameters"], "function")?;
        let name = function["name"].as_str().ok_or("a name")?;
        need(names.insert(name) && name_fits(name, on.family), "names fit and differ")?;
        need(function["parameters"]["type"] == "OBJECT", "parameters are an object")?;
        check_schema(&function["parameters"], on)?;
    }
    for allowed in request["toolConfig"]["functionCallingConfig"]["allowedFunctionNames"]
        .as_array()
        .into_iter()
        .flatten()
    {
        need(names.contains(allowed.as_str().unwrap_or_default()), "allowed functions are declared")?;
    }
    Ok(())
}

fn name_fits(name: &str, family: Family) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let inside = |c: char| plain(c) || (family == Family::Gemini && (c == '.' || c == ':'));
    let begins = family == Family::Claude || name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (1..=64).contains(&name.len()) && begins && name.chars().all(inside)
}

fn check_schema(schema: &Value, on: &For<'_>) -> Result<(), String> {
    only(schema, &["type", "description", "enum", "items", "properties", "required", "nullable"], "schema")?;
    let kind = schema["type"].as_str().unwrap_or_default();
    need(["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT"].contains(&kind), "a known type")?;
    need((kind == "ARRAY") == schema.get("items").is_some(), "items of lists")?;
    need(kind == "STRING" || schema.get("enum").is_none(), "words of texts")?;
    let empty = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&empty);
    need(kind == "OBJECT" || properties.is_empty(), "properties of objects")?;
    need(
        on.family != Family::Claude || kind != "OBJECT" || !properties.is_empty(),
        "no empty object for Claude",
    )?;
    for name in schema["required"].as_array().into_iter().flatten() {
        need(properties.contains_key(name.as_str().unwrap_or_default()), "required properties exist")?;
    }
    schema.get("items").map_or(Ok(()), |items| check_schema(items, on))?;
    properties.values().try_for_each(|property| check_schema(property, on))
}
