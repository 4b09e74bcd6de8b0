//! A client of OpenAI's responses. It sends back every item of the output as it came.

use super::{Client, How, PNG, functions};
use crate::streaming::events;
use serde_json::{Value, json};
use wire::dialect::Endpoint;

pub fn client() -> Box<dyn Client> {
    Box::new(Responses { input: vec![] })
}

struct Responses {
    input: Vec<Value>,
}

impl Client for Responses {
    fn endpoint(&self, _: bool) -> Endpoint<'static> {
        Endpoint::Responses
    }

    fn say(&mut self, words: &str, image: bool) {
        let mut parts = vec![json!({"type": "input_text", "text": words})];
        if image {
            let url = format!("data:image/png;base64,{PNG}");
            parts.push(json!({"type": "input_image", "image_url": url}));
        }
        self.input.push(json!({"type": "message", "role": "user", "content": parts}));
    }

    fn body(&self, how: &How) -> Value {
        let mut body = json!({"model": "m", "instructions": "Be short.", "input": self.input, "stream": how.streams,
            "store": false, "include": ["reasoning.encrypted_content"]});
        if how.thinks {
            body["reasoning"] = json!({"effort": "medium", "summary": "auto"});
        }
        if how.tools {
            body["tools"] = functions()
                .map(|(name, schema)| json!({"type": "function", "name": name, "parameters": schema}))
                .to_vec()
                .into();
        }
        body
    }

    fn hear(&mut self, out: &[u8], streams: bool) -> Vec<(String, String)> {
        let response: Value = if streams {
            let (_, last) = events(out).pop().unwrap();
            serde_json::from_str::<Value>(&last).unwrap()["response"].clone()
        } else {
            serde_json::from_slice(out).unwrap()
        };
        let items = response["output"].as_array().unwrap().clone();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let calls = items.iter().filter(|item| item["type"] == "function_call");
        let calls = calls.map(|item| (text(&item["call_id"]), text(&item["name"]))).collect();
        self.input.extend(items);
        calls
    }

    fn report(&mut self, calls: &[(String, String)]) {
        self.input.extend(calls.iter().map(
            |(id, name)| json!({"type": "function_call_output", "call_id": id, "output": format!("{name} is done")}),
        ));
    }
}
