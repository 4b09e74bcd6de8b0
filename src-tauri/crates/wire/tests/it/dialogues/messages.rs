//! A client of Anthropic's messages. It sends back every block, thinking with its signature.

use super::{Client, How, PNG, functions};
use crate::streaming::events;
use serde_json::{Value, json};
use wire::dialect::Endpoint;

pub fn client() -> Box<dyn Client> {
    Box::new(Messages { messages: vec![] })
}

struct Messages {
    messages: Vec<Value>,
}

impl Client for Messages {
    fn endpoint(&self, _: bool) -> Endpoint<'static> {
        Endpoint::Messages
    }

    fn say(&mut self, words: &str, image: bool) {
        let mut blocks = vec![json!({"type": "text", "text": words})];
        if image {
            let source = json!({"type": "base64", "media_type": "image/png", "data": PNG});
            blocks.push(json!({"type": "image", "source": source}));
        }
        self.messages.push(json!({"role": "user", "content": blocks}));
    }

    fn body(&self, how: &How) -> Value {
        let mut body = json!({"model": "m", "max_tokens": 8_000, "system": "Be short.", "messages": self.messages,
            "stream": how.streams});
        if how.thinks {
            body["thinking"] = json!({"type": "enabled", "budget_tokens": 2_000});
        }
        if how.tools {
            body["tools"] = functions()
                .map(|(name, schema)| json!({"name": name, "input_schema": schema}))
                .to_vec()
                .into();
        }
        body
    }

    fn hear(&mut self, out: &[u8], streams: bool) -> Vec<(String, String)> {
        let content = if streams {
            put_together(out)
        } else {
            serde_json::from_slice::<Value>(out).unwrap()["content"].as_array().unwrap().clone()
        };
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let calls = content.iter().filter(|block| block["type"] == "tool_use");
        let calls = calls.map(|block| (text(&block["id"]), text(&block["name"]))).collect();
        self.messages.push(json!({"role": "assistant", "content": content}));
        calls
    }

    fn report(&mut self, calls: &[(String, String)]) {
        let results: Vec<_> = calls
            .iter()
            .map(|(id, name)| json!({"type": "tool_result", "tool_use_id": id, "content": format!("{name} is done")}))
            .collect();
        self.messages.push(json!({"role": "user", "content": results}));
    }
}

/// The blocks of a streamed message.
fn put_together(out: &[u8]) -> Vec<Value> {
    let (mut blocks, mut input): (Vec<Value>, String) = (vec![], String::new());
    for (kind, data) in events(out) {
        let event: Value = serde_json::from_str(&data).unwrap();
        let delta = &event["delta"];
        match kind.as_deref() {
            Some("content_block_start") => blocks.push(event["content_block"].clone()),
            Some("content_block_delta") => {
                let block = blocks.last_mut().unwrap();
                for field in ["text", "thinking", "signature"] {
                    if let Some(more) = delta[field].as_str() {
                        block[field] = format!("{}{more}", block[field].as_str().unwrap()).into();
                    }
                }
                input += delta["partial_json"].as_str().unwrap_or_default();
            }
            Some("content_block_stop") if !input.is_empty() => {
                blocks.last_mut().unwrap()["input"] =
                    serde_json::from_str(&std::mem::take(&mut input)).unwrap();
            }
            _ => {}
        }
    }
    blocks
}
