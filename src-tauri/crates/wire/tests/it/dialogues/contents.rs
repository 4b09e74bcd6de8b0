//! A client of Gemini's own API. It sends back every part as it came.

use super::{Client, How, PNG, functions};
use crate::streaming::events;
use serde_json::{Value, json};
use wire::dialect::{Delivery, Endpoint};

pub fn client() -> Box<dyn Client> {
    Box::new(Contents { contents: vec![] })
}

struct Contents {
    contents: Vec<Value>,
}

impl Client for Contents {
    fn endpoint(&self, streams: bool) -> Endpoint<'static> {
        Endpoint::Generate { model: "m", delivery: if streams { Delivery::Sse } else { Delivery::Whole } }
    }

    fn say(&mut self, words: &str, image: bool) {
        let mut parts = vec![json!({"text": words})];
        if image {
            parts.push(json!({"inlineData": {"mimeType": "image/png", "data": PNG}}));
        }
        self.contents.push(json!({"role": "user", "parts": parts}));
    }

    fn body(&self, how: &How) -> Value {
        let mut body =
            json!({"contents": self.contents, "systemInstruction": {"parts": [{"text": "Be short."}]}});
        if how.thinks {
            body["generationConfig"] =
                json!({"thinkingConfig": {"includeThoughts": true, "thinkingBudget": 2_000}});
        }
        if how.tools {
            let declarations =
                functions().map(|(name, schema)| json!({"name": name, "parametersJsonSchema": schema}));
            body["tools"] = json!([{"functionDeclarations": declarations}]);
        }
        body
    }

    fn hear(&mut self, out: &[u8], streams: bool) -> Vec<(String, String)> {
        let bodies: Vec<Value> = if streams {
            events(out).iter().map(|(_, data)| serde_json::from_str(data).unwrap()).collect()
        } else {
            vec![serde_json::from_slice(out).unwrap()]
        };
        let parts = bodies.iter().filter_map(|body| body["candidates"][0]["content"]["parts"].as_array());
        let parts: Vec<Value> = parts.flatten().cloned().collect();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let calls = parts.iter().filter_map(|part| part.get("functionCall"));
        let calls = calls.map(|call| (text(&call["id"]), text(&call["name"]))).collect();
        self.contents.push(json!({"role": "model", "parts": parts}));
        calls
    }

    fn report(&mut self, calls: &[(String, String)]) {
        let part = |(id, name): &(String, String)| {
            let mut result = json!({"name": name, "response": {"result": format!("{name} is done")}});
            if !id.is_empty() {
                result["id"] = json!(id);
            }
            json!({"functionResponse": result})
        };
        self.contents.push(json!({"role": "user", "parts": calls.iter().map(part).collect::<Vec<_>>()}));
    }
}
