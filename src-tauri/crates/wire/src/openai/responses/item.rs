//! The items of a response's output, and its events.

use serde::Serialize;

/// An item of the output.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Item<'i> {
    Reasoning(Reasoning<'i>),
    Message(Message<'i>),
    Call(Call<'i>),
}

#[derive(Serialize)]
pub(super) struct Reasoning<'i> {
    id: &'i str,
    r#type: &'static str,
    summary: Vec<Part<'i>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encrypted_content: Option<&'i str>,
}

#[derive(Serialize)]
pub(super) struct Message<'i> {
    id: &'i str,
    r#type: &'static str,
    status: &'static str,
    role: &'static str,
    content: Vec<Part<'i>>,
}

#[derive(Serialize)]
pub(super) struct Call<'i> {
    id: &'i str,
    r#type: &'static str,
    status: &'static str,
    call_id: &'i str,
    name: &'i str,
    #[serde(skip_serializing_if = "Option::is_none")]
    arguments: Option<&'i str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<&'i str>,
}

/// A part of an item.
#[derive(Serialize)]
pub(super) struct Part<'i> {
    r#type: &'static str,
    text: &'i str,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<[(); 0]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logprobs: Option<[(); 0]>,
}

/// An event about an item: the fields it has depend on its type.
#[derive(Default, Serialize)]
pub(super) struct Event<'e> {
    pub r#type: &'static str,
    pub sequence_number: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_id: Option<&'e str>,
    pub output_index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<&'e Item<'e>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Part<'e>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<[(); 0]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<&'e str>,
}

impl<'i> Item<'i> {
    /// Thoughts; none at the beginning.
    pub fn reasoning(id: &'i str, thoughts: Option<&'i str>, encrypted_content: Option<&'i str>) -> Self {
        let summary = thoughts.map(Part::summary).into_iter().collect();
        Self::Reasoning(Reasoning { id, r#type: "reasoning", summary, encrypted_content })
    }

    /// Words; none at the beginning.
    pub fn message(id: &'i str, words: Option<&'i str>, status: &'static str) -> Self {
        let content = words.map(Part::words).into_iter().collect();
        Self::Message(Message { id, r#type: "message", status, role: "assistant", content })
    }

    /// A call; without arguments at the beginning.
    pub fn call(id: &'i str, call: crate::answer::Call<'i>, done: bool) -> Self {
        let args = if done { call.args } else { "" };
        let (r#type, arguments, input) = if call.custom {
            ("custom_tool_call", None, Some(args))
        } else {
            ("function_call", Some(args), None)
        };
        let status = if done { "completed" } else { "in_progress" };
        Self::Call(Call { id, r#type, status, call_id: call.id, name: call.name, arguments, input })
    }
}

impl<'i> Part<'i> {
    /// Of a summary of thoughts.
    pub fn summary(text: &'i str) -> Self {
        Self { r#type: "summary_text", text, annotations: None, logprobs: None }
    }

    /// Of a message.
    pub fn words(text: &'i str) -> Self {
        Self { r#type: "output_text", text, annotations: Some([]), logprobs: Some([]) }
    }
}
