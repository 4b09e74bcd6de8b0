//! Counts of tokens in OpenAI's two forms.

use crate::answer::Usage;
use serde::Serialize;

/// As chat completions have it.
#[derive(Serialize)]
pub(super) struct ChatUsage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
    prompt_tokens_details: Cached,
    completion_tokens_details: Reasoning,
}

/// As responses have it.
#[derive(Serialize)]
pub(super) struct ResponseUsage {
    input_tokens: u64,
    input_tokens_details: Cached,
    output_tokens: u64,
    output_tokens_details: Reasoning,
    total_tokens: u64,
}

#[derive(Serialize)]
struct Cached {
    cached_tokens: u64,
}

#[derive(Serialize)]
struct Reasoning {
    reasoning_tokens: u64,
}

impl From<Usage> for ChatUsage {
    fn from(usage: Usage) -> Self {
        Self {
            prompt_tokens: usage.input(),
            completion_tokens: usage.output(),
            total_tokens: usage.input().saturating_add(usage.output()),
            prompt_tokens_details: Cached { cached_tokens: usage.cached },
            completion_tokens_details: Reasoning { reasoning_tokens: usage.thoughts },
        }
    }
}

impl From<Usage> for ResponseUsage {
    fn from(usage: Usage) -> Self {
        Self {
            input_tokens: usage.input(),
            input_tokens_details: Cached { cached_tokens: usage.cached },
            output_tokens: usage.output(),
            output_tokens_details: Reasoning { reasoning_tokens: usage.thoughts },
            total_tokens: usage.input().saturating_add(usage.output()),
        }
    }
}
