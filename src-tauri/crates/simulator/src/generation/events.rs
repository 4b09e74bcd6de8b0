//! Puts an answer into the upstream's bodies: one envelope, or the chunks of a stream (`upstream-api` §6.4, §6.5).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::{Answer, Saying, Usage, image_part};
use crate::catalogue::Vendor;

/// What stands around the candidates.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub vendor: Vendor,
    pub model: String,
    pub now: Timestamp,
    pub serial: u64,
    /// In an envelope (`/v1internal`) or bare (AI Studio).
    pub wrapped: bool,
    /// Credits spent and left, where credits paid.
    pub credits: Option<(u64, u64)>,
}

impl Frame {
    /// One body around these candidates.
    pub(crate) fn around(&self, candidate: Option<Value>, usage: Value) -> Value {
        let response_id = match self.vendor {
            Vendor::Anthropic => format!("req_vrtx_FAKE{:04}", self.serial),
            Vendor::Google | Vendor::OpenAi => format!("fakeRespId{:04}", self.serial),
        };
        let mut response =
            json!({"usageMetadata": usage, "modelVersion": self.model, "responseId": response_id});
        if let Some(candidate) = candidate {
            response["candidates"] = json!([candidate]);
        }
        self.enclose(response)
    }

    /// The envelope around a response.
    pub(crate) fn enclose(&self, mut response: Value) -> Value {
        if !self.wrapped {
            return response;
        }
        response["createTime"] = json!(self.now.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string());
        let trace = format!("fake0trace{:07}", self.serial);
        let mut body = json!({"response": response, "traceId": trace, "metadata": {}});
        if let Some((spent, left)) = self.credits {
            let credits =
                |amount: u64| json!([{"creditType": "GOOGLE_ONE_AI", "creditAmount": amount.to_string()}]);
            body["consumedCredits"] = credits(spent);
            body["remainingCredits"] = credits(left);
        }
        body
    }
}

/// The whole answer in one body.
pub(crate) fn whole(answer: &Answer, frame: &Frame) -> Value {
    let mut parts = Vec::new();
    if let Some(thoughts) = &answer.thoughts {
        let signature = answer.signature.as_ref().filter(|_| frame.vendor == Vendor::Anthropic);
        parts.push(signed(json!({"text": thoughts, "thought": true}), signature));
    }
    let own_signature = answer.signature.as_ref().filter(|_| frame.vendor != Vendor::Anthropic);
    match &answer.saying {
        Saying::Text(text) => parts.push(signed(json!({"text": text.whole()}), own_signature)),
        Saying::Calls(calls) => parts.extend(call_parts(calls, own_signature)),
        Saying::Image => parts.push(image_part()),
        Saying::Nothing => {}
    }
    frame.around(
        Some(candidate(json!(parts), answer.finish.as_deref())),
        usage(answer.usage, frame.vendor, true),
    )
}

/// The answer as the chunks of a stream, made one by one.
pub(crate) fn chunks(answer: Answer, frame: Frame) -> impl Iterator<Item = Value> + Send {
    let Answer { thoughts, signature, saying, finish, usage: tokens } = answer;
    let claude = frame.vendor == Vendor::Anthropic;

    let thought = |text: &str| json!({"text": text, "thought": true});
    let thoughts: Vec<Value> = thoughts
        .iter()
        .flat_map(|text| {
            let signed_end = signature.as_ref().filter(|_| claude).map(|s| signed(thought(""), Some(s)));
            halves(text).map(|half| thought(&half)).into_iter().chain(signed_end)
        })
        .collect();

    let own_signature = signature.filter(|_| !claude);
    let ends_with_text = matches!(saying, Saying::Text(_));
    let said: Box<dyn Iterator<Item = Value> + Send> = match saying {
        Saying::Text(text) => Box::new(text.into_pieces().map(|piece| json!({"text": piece}))),
        Saying::Calls(calls) => Box::new(call_parts(&calls, own_signature.as_ref()).into_iter()),
        Saying::Image => Box::new(std::iter::once(image_part())),
        Saying::Nothing => Box::new(std::iter::empty()),
    };

    let vendor = frame.vendor;
    let last = finish.map(|finish| {
        let part = signed(json!({"text": ""}), own_signature.as_ref().filter(|_| ends_with_text));
        let nothing_said = thoughts.is_empty() && tokens.candidates == 0;
        let parts = if nothing_said { json!([]) } else { json!([part]) };
        frame.around(Some(candidate(parts, Some(&finish))), usage(tokens, vendor, true))
    });
    let early = usage(tokens, vendor, false);
    let chunk = move |part: Value| frame.around(Some(candidate(json!([part]), None)), early.clone());
    thoughts.into_iter().chain(said).map(chunk).chain(last)
}

fn candidate(parts: Value, finish: Option<&str>) -> Value {
    let mut candidate = json!({"content": {"role": "model", "parts": parts}});
    if let Some(finish) = finish {
        candidate["finishReason"] = json!(finish);
    }
    candidate
}

/// The signature stands on the first call of a step.
fn call_parts(calls: &[Value], signature: Option<&String>) -> Vec<Value> {
    let part =
        |(i, call): (usize, &Value)| signed(json!({"functionCall": call}), signature.filter(|_| i == 0));
    calls.iter().enumerate().map(part).collect()
}

fn signed(mut part: Value, signature: Option<&String>) -> Value {
    if let Some(signature) = signature {
        part["thoughtSignature"] = json!(signature);
    }
    part
}

fn halves(text: &str) -> [String; 2] {
    let middle = text.chars().count() / 2;
    [text.chars().take(middle).collect(), text.chars().skip(middle).collect()]
}

/// Early chunks carry the prompt only.
fn usage(tokens: Usage, vendor: Vendor, at_the_end: bool) -> Value {
    if !at_the_end {
        return json!({"promptTokenCount": tokens.prompt, "totalTokenCount": tokens.prompt});
    }
    let mut usage = json!({
        "promptTokenCount": tokens.prompt,
        "candidatesTokenCount": tokens.candidates,
        "totalTokenCount": tokens.total(),
    });
    match vendor {
        Vendor::Anthropic => usage["cachedContentTokenCount"] = json!(0),
        Vendor::Google | Vendor::OpenAi => {
            if tokens.thoughts > 0 {
                usage["thoughtsTokenCount"] = json!(tokens.thoughts);
            }
            usage["promptTokensDetails"] = json!([{"modality": "TEXT", "tokenCount": tokens.prompt}]);
        }
    }
    usage
}
