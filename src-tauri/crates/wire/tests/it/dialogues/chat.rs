//! A client of OpenAI's chat completions. It keeps words and calls, no thoughts.

use super::{Client, How, PNG, functions};
use crate::streaming::events;
use serde_json::{Value, json};
use wire::dialect::Endpoint;

pub fn client() -> Box<dyn Client> {
    Box::new(Chat { messages: vec![json!({"role": "system", "content": "Be short."})] })
}

struct Chat {
    messages: Vec<Value>,
}

impl Client for Chat {
    fn endpoint(&self, _: bool) -> Endpoint<'static> {
        Endpoint::ChatCompletions
    }

    fn say(&mut self, words: &str, image: bool) {
        let mut parts = vec![json!({"type": "text", "text": words})];
        if image {
            let url = format!("data:image/png;base64,{PNG}");
            parts.push(json!({"type": "image_url", "image_url": {"url": url}}));
        }
        self.messages.push(json!({"role": "user", "content": parts}));
    }

    fn body(&self, how: &How) -> Value {
        let mut body = json!({"model": "m", "messages": self.messages, "stream": how.streams});
        if how.thinks {
            body["reasoning_effort"] = json!("medium");
        }
        if how.tools {
            body["tools"] = functions()
                .map(|(name, schema)| {
                    json!({"type": "function", "function": {"name": name, "parameters": schema}})
                })
                .to_vec()
                .into();
        }
        body
    }

    fn hear(&mut self, out: &[u8], streams: bool) -> Vec<(String, String)> {
        let (mut content, mut calls) = (String::new(), vec![]);
        let mut take = |delta: &Value| {
            content += delta["content"].as_str().unwrap_or_default();
            for call in delta["tool_calls"].as_array().into_iter().flatten() {
                calls.push(
                    json!({"id": call["id"], "type": "function", "function": call["function"].clone()}),
                );
            }
        };
        if streams {
            for (_, data) in events(out).iter().filter(|(_, data)| data != "[DONE]") {
                take(&serde_json::from_str::<Value>(data).unwrap()["choices"][0]["delta"]);
            }
        } else {
            take(&serde_json::from_slice::<Value>(out).unwrap()["choices"][0]["message"]);
        }
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let named = calls.iter().map(|call| (text(&call["id"]), text(&call["function"]["name"]))).collect();
        let mut message = json!({"role": "assistant", "content": content});
        if !calls.is_empty() {
            message["tool_calls"] = calls.into();
        }
        self.messages.push(message);
        named
    }

    fn report(&mut self, calls: &[(String, String)]) {
        self.messages.extend(calls.iter().map(
            |(id, name)| json!({"role": "tool", "tool_call_id": id, "content": format!("{name} is done")}),
        ));
    }
}
