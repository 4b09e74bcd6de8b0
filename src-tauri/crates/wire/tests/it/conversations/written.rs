//! A conversation as a client of each dialect would send it.

use super::{Choice, Conversation, MP3, Message, Outcome, PDF, PNG, Said, Thinking, signature};
use serde_json::{Value, json};
use wire::dialect::{Delivery, Endpoint};

impl Conversation {
    fn first_tool(&self) -> Option<&str> {
        self.tools.first().map(|(name, _)| name.as_str())
    }

    fn as_chat(&self) -> Value {
        let mut messages = vec![];
        messages.extend(self.system.as_ref().map(|text| json!({"role": "system", "content": text})));
        for message in &self.messages {
            match message {
                Message::System(text) => messages.push(json!({"role": "developer", "content": text})),
                Message::User(said) => {
                    let parts: Vec<_> = said
                        .iter()
                        .map(|said| match said {
                            Said::Text(text) => json!({"type": "text", "text": text}),
                            Said::Image => json!({"type": "image_url", "image_url": {"url": format!("data:image/png;base64,{PNG}")}}),
                            Said::Audio => json!({"type": "input_audio", "input_audio": {"data": MP3, "format": "mp3"}}),
                            Said::Pdf => json!({"type": "file", "file": {"filename": "a.pdf", "file_data": format!("data:application/pdf;base64,{PDF}")}}),
                        })
                        .collect();
                    messages.push(json!({"role": "user", "content": parts}));
                }
                Message::Assistant { thought, text, calls } => {
                    let calls: Vec<_> = calls
                        .iter()
                        .map(|(id, name, args)| json!({"id": id, "type": "function", "function": {"name": name, "arguments": args.to_string()}}))
                        .collect();
                    messages.push(json!({"role": "assistant", "content": text, "tool_calls": calls,
                        "reasoning_content": thought.as_ref().map(|(words, _)| words)}));
                }
                Message::Results(results) => {
                    for (id, result) in results {
                        let content = match result {
                            Outcome::Text(text) | Outcome::Error(text) => json!(text),
                            Outcome::Object => json!("{\"temp\": 24}"),
                            Outcome::Image => {
                                json!([{"type": "image_url", "image_url": {"url": format!("data:image/png;base64,{PNG}")}}])
                            }
                        };
                        messages.push(json!({"role": "tool", "tool_call_id": id, "content": content}));
                    }
                }
            }
        }
        let tools: Vec<_> = self
            .tools
            .iter()
            .map(|(name, schema)| json!({"type": "function", "function": {"name": name, "parameters": schema}}))
            .collect();
        let mut body = json!({"model": "m", "messages": messages, "tools": tools, "stream": self.streams,
            "stream_options": {"include_usage": true},
            "max_tokens": self.limit, "temperature": self.temperature, "top_k": 40, "seed": 7,
            "stop": ["a", "b", "c", "d", "e", "f", ""]});
        match (&self.choice, self.first_tool()) {
            (Choice::None, _) => body["tool_choice"] = json!("none"),
            (Choice::Any, _) => body["tool_choice"] = json!("required"),
            (Choice::First, Some(name)) => {
                body["tool_choice"] = json!({"type": "function", "function": {"name": name}})
            }
            (Choice::Auto | Choice::First, _) => {}
        }
        match &self.thinking {
            Thinking::Off => body["reasoning_effort"] = json!("none"),
            Thinking::Effort(word) => body["reasoning_effort"] = json!(word),
            Thinking::NotAsked | Thinking::Budget(_) | Thinking::Adaptive => {}
        }
        if self.search {
            body["web_search_options"] = json!({});
        }
        if self.json {
            body["response_format"] = json!({"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object", "properties": {"a": {"format": "uri", "type": "string"}}}}});
        }
        body
    }

    fn as_messages(&self) -> Value {
        let image =
            || json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}});
        let mut messages = vec![];
        for message in &self.messages {
            match message {
                Message::System(text) => messages.push(json!({"role": "user", "content": text})),
                Message::User(said) => {
                    let parts: Vec<_> = said
                        .iter()
                        .map(|said| match said {
                            Said::Text(text) => json!({"type": "text", "text": text}),
                            Said::Image => image(),
                            // This dialect has no sounds.
                            Said::Audio | Said::Pdf => {
                                json!({"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PDF}})
                            }
                        })
                        .collect();
                    messages.push(json!({"role": "user", "content": parts}));
                }
                Message::Assistant { thought, text, calls } => {
                    let mut blocks = vec![json!({"type": "text", "text": text})];
                    blocks.extend(thought.iter().map(|(words, signed)| {
                        json!({"type": "thinking", "thinking": words, "signature": signature(words, *signed)})
                    }));
                    blocks.push(json!({"type": "redacted_thinking", "data": "x"}));
                    blocks.extend(calls.iter().map(
                        |(id, name, args)| json!({"type": "tool_use", "id": id, "name": name, "input": args}),
                    ));
                    messages.push(json!({"role": "assistant", "content": blocks}));
                }
                Message::Results(results) => {
                    let mut blocks: Vec<_> = results
                        .iter()
                        .map(|(id, result)| {
                            let (content, is_error) = match result {
                                Outcome::Text(text) => (json!(text), false),
                                Outcome::Error(text) => (json!([{"type": "text", "text": text}]), true),
                                Outcome::Object => (Value::Null, false),
                                Outcome::Image => (json!([image(), {"type": "text", "text": "an image"}]), false),
                            };
                            json!({"type": "tool_result", "tool_use_id": id, "content": content, "is_error": is_error})
                        })
                        .collect();
                    blocks.insert(0, json!({"type": "text", "text": "before"}));
                    messages.push(json!({"role": "user", "content": blocks}));
                }
            }
        }
        let mut tools: Vec<_> =
            self.tools.iter().map(|(name, schema)| json!({"name": name, "input_schema": schema})).collect();
        if self.search {
            tools.push(json!({"type": "web_search_20250305", "name": "web_search"}));
        }
        let mut body = json!({"model": "m", "messages": messages, "tools": tools, "stream": self.streams,
            "max_tokens": self.limit.unwrap_or(4_096), "temperature": self.temperature, "top_p": 0.5, "top_k": 5,
            "system": self.system});
        match (&self.choice, self.first_tool()) {
            (Choice::None, _) => body["tool_choice"] = json!({"type": "none"}),
            (Choice::Any, _) => body["tool_choice"] = json!({"type": "any"}),
            (Choice::First, Some(name)) => body["tool_choice"] = json!({"type": "tool", "name": name}),
            (Choice::Auto | Choice::First, _) => {}
        }
        match &self.thinking {
            Thinking::NotAsked => {}
            Thinking::Off => body["thinking"] = json!({"type": "disabled"}),
            Thinking::Effort(word) => body["output_config"] = json!({"effort": word}),
            Thinking::Budget(budget) => {
                body["thinking"] = json!({"type": "enabled", "budget_tokens": budget})
            }
            Thinking::Adaptive => body["thinking"] = json!({"type": "adaptive"}),
        }
        body
    }

    fn as_responses(&self) -> Value {
        let mut input = vec![];
        for message in &self.messages {
            match message {
                Message::System(text) => input.push(json!({"type": "message", "role": "developer", "content": text})),
                Message::User(said) => {
                    let parts: Vec<_> = said
                        .iter()
                        .map(|said| match said {
                            Said::Text(text) => json!({"type": "input_text", "text": text}),
                            Said::Image => json!({"type": "input_image", "image_url": format!("data:image/png;base64,{PNG}")}),
                            Said::Audio => json!({"type": "input_audio", "input_audio": {"data": MP3, "format": "wav"}}),
                            Said::Pdf => json!({"type": "input_file", "file_data": format!("data:application/pdf;base64,{PDF}")}),
                        })
                        .collect();
                    input.push(json!({"role": "user", "content": parts}));
                }
                Message::Assistant { thought, text, calls } => {
                    input.extend(thought.iter().map(|(words, signed)| {
                        json!({"type": "reasoning", "summary": [{"type": "summary_text", "text": words}],
                            "encrypted_content": signature(words, *signed)})
                    }));
                    input.push(json!({"role": "assistant", "content": [{"type": "output_text", "text": text}]}));
                    input.extend(calls.iter().map(|(id, name, args)| {
                        json!({"type": "function_call", "call_id": id, "name": name, "arguments": args.to_string()})
                    }));
                }
                Message::Results(results) => input.extend(results.iter().map(|(id, result)| {
                    let output = match result {
                        Outcome::Text(text) | Outcome::Error(text) => json!(text),
                        Outcome::Object => json!("{\"a\": 1}"),
                        Outcome::Image => json!([{"type": "input_image", "image_url": format!("data:image/png;base64,{PNG}")}]),
                    };
                    json!({"type": "function_call_output", "call_id": id, "output": output})
                })),
            }
        }
        let mut tools: Vec<_> = self
            .tools
            .iter()
            .map(|(name, schema)| json!({"type": "function", "name": name, "parameters": schema, "strict": true}))
            .collect();
        if self.search {
            tools.push(json!({"type": "web_search"}));
        }
        let mut body = json!({"model": "m", "input": input, "tools": tools, "stream": self.streams,
            "max_output_tokens": self.limit, "temperature": self.temperature, "instructions": self.system});
        match (&self.choice, self.first_tool()) {
            (Choice::None, _) => body["tool_choice"] = json!("none"),
            (Choice::Any, _) => body["tool_choice"] = json!("required"),
            (Choice::First, Some(name)) => body["tool_choice"] = json!({"type": "function", "name": name}),
            (Choice::Auto | Choice::First, _) => {}
        }
        match &self.thinking {
            Thinking::Off => body["reasoning"] = json!({"effort": "none"}),
            Thinking::Effort(word) => body["reasoning"] = json!({"effort": word}),
            Thinking::Adaptive => body["reasoning"] = json!({"summary": "auto"}),
            Thinking::NotAsked | Thinking::Budget(_) => {}
        }
        if self.json {
            body["text"] = json!({"format": {"type": "json_object"}});
        }
        body
    }

    fn as_contents(&self) -> Value {
        let image = || json!({"inline_data": {"mime_type": "image/png", "data": PNG}});
        let mut contents = vec![];
        for message in &self.messages {
            match message {
                Message::System(text) => contents.push(json!({"role": "system", "parts": [{"text": text}]})),
                Message::User(said) => {
                    let parts: Vec<_> = said
                        .iter()
                        .map(|said| match said {
                            Said::Text(text) => json!({"text": text}),
                            Said::Image => image(),
                            Said::Audio => json!({"inlineData": {"mimeType": "audio/ogg", "data": MP3}}),
                            Said::Pdf => json!({"inlineData": {"mimeType": "application/pdf", "data": PDF}}),
                        })
                        .collect();
                    contents.push(json!({"parts": parts}));
                }
                Message::Assistant { thought, text, calls } => {
                    let mut parts: Vec<_> = thought
                        .iter()
                        .map(|(words, signed)| json!({"text": words, "thought": true, "thoughtSignature": signature(words, *signed)}))
                        .collect();
                    parts.push(json!({"text": text, "thoughtSignature": crate::signatures::gemini(text)}));
                    parts.push(json!({"executableCode": {"code": "1"}}));
                    parts.extend(calls.iter().map(
                        |(id, name, args)| json!({"functionCall": {"id": id, "name": name, "args": args}}),
                    ));
                    contents.push(json!({"role": "model", "parts": parts}));
                }
                Message::Results(results) => {
                    let part = |(id, result): &(String, Outcome)| match result {
                        Outcome::Text(text) => {
                            json!({"function_response": {"id": id, "name": "get_weather", "response": {"output": text}}})
                        }
                        Outcome::Error(text) => {
                            json!({"functionResponse": {"name": "get_weather", "response": {"error": text}}})
                        }
                        Outcome::Object => json!({"functionResponse": {"id": id, "response": null}}),
                        Outcome::Image => {
                            json!({"functionResponse": {"id": id, "response": {}, "parts": [image()]}})
                        }
                    };
                    contents.push(
                        json!({"role": "function", "parts": results.iter().map(part).collect::<Vec<_>>()}),
                    );
                }
            }
        }
        let declarations: Vec<_> = self
            .tools
            .iter()
            .map(|(name, schema)| json!({"name": name, "parametersJsonSchema": schema}))
            .collect();
        let mut tools = vec![json!({"function_declarations": declarations})];
        if self.search {
            tools.push(json!({"googleSearch": {}}));
        }
        let mut body = json!({"contents": contents, "tools": tools, "systemInstruction": self.system,
            "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
            "generationConfig": {"maxOutputTokens": self.limit, "temperature": self.temperature, "speechConfig": {}},
            "cachedContent": "x", "labels": {"a": "b"}});
        match &self.thinking {
            Thinking::NotAsked => {}
            Thinking::Off => body["generationConfig"]["thinkingConfig"] = json!({"thinkingBudget": 0}),
            Thinking::Effort(word) => {
                body["generationConfig"]["thinkingConfig"] =
                    json!({"includeThoughts": true, "thinkingLevel": word, "thinkingBudget": 9});
            }
            Thinking::Budget(budget) => {
                body["generationConfig"]["thinkingConfig"] = json!({"thinking_budget": budget})
            }
            Thinking::Adaptive => {
                body["generationConfig"]["thinkingConfig"] =
                    json!({"includeThoughts": true, "thinkingBudget": -1})
            }
        }
        if matches!(self.choice, Choice::Any) {
            body["toolConfig"] = json!({"functionCallingConfig": {"mode": "ANY"}});
        }
        if self.json {
            body["generationConfig"]["responseSchema"] = json!({"type": "ARRAY"});
        }
        body
    }

    pub fn in_every_dialect(&self) -> [(Endpoint<'static>, Value); 4] {
        let native = Endpoint::Generate { model: "m", delivery: Delivery::Whole };
        [
            (Endpoint::ChatCompletions, self.as_chat()),
            (Endpoint::Messages, self.as_messages()),
            (Endpoint::Responses, self.as_responses()),
            (native, self.as_contents()),
        ]
    }
}
