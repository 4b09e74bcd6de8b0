//! Chat clients from before there were tools: `functions`, `function_call`, and the role `function`.

use crate::fixture::bytes;
use crate::streaming::{answer_to, run};
use serde_json::{Value, json};
use wire::convert::{Envelope, Repair, Target, generate};
use wire::dialect::{Asked, Endpoint};

const MODEL: &str = "gemini-3.6-flash-medium";

fn request(stream: bool) -> Value {
    json!({"model": MODEL, "stream": stream, "messages": [{"role": "user", "content": "Weather?"}],
        "functions": [{"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}]})
}

#[test]
fn a_call_goes_back_as_the_one_function_call() {
    let stream = bytes("streams/gemini.tool.sse");
    let whole = run(answer_to(Endpoint::ChatCompletions, &request(false), MODEL), [stream.as_slice()]).0;
    let whole: Value = serde_json::from_slice(&whole).unwrap();
    let choice = &whole["choices"][0];
    assert_eq!(choice["finish_reason"], "function_call", "{whole}");
    assert!(choice["message"]["tool_calls"].is_null() && choice["message"]["content"].is_null(), "{whole}");
    let call = &choice["message"]["function_call"];
    assert_eq!(call["name"], "get_weather", "{whole}");
    assert!(serde_json::from_str::<Value>(call["arguments"].as_str().unwrap()).unwrap().is_object());

    let (out, ended) = run(answer_to(Endpoint::ChatCompletions, &request(true), MODEL), [stream.as_slice()]);
    assert!(ended.is_ok());
    let events: Vec<Value> = std::str::from_utf8(&out)
        .unwrap()
        .lines()
        .filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok())
        .collect();
    let deltas = |key: &str| events.iter().filter(|e| !e["choices"][0]["delta"][key].is_null()).count();
    assert_eq!((deltas("function_call"), deltas("tool_calls")), (1, 0), "{events:?}");
    let streamed = events.iter().find_map(|e| e["choices"][0]["delta"].get("function_call")).unwrap();
    assert_eq!(streamed, call);
    let reasons: Vec<_> = events.iter().filter_map(|e| e["choices"][0]["finish_reason"].as_str()).collect();
    assert_eq!(reasons, ["function_call"]);
}

#[test]
fn who_declares_tools_gets_tool_calls() {
    let mut both = request(false);
    both["tools"] = json!([{"type": "function", "function": {"name": "other"}}]);
    let stream = bytes("streams/gemini.tool.sse");
    let (out, _) = run(answer_to(Endpoint::ChatCompletions, &both, MODEL), [stream.as_slice()]);
    let whole: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(whole["choices"][0]["finish_reason"], "tool_calls", "{whole}");
}

#[test]
fn which_function_is_called_can_be_said() {
    let mode = |choice: Value| {
        let mut body = request(false);
        body["function_call"] = choice;
        let text = body.to_string();
        let asked = Asked::read(Endpoint::ChatCompletions, text.as_bytes()).map_err(|bad| bad.to_string())?;
        let target =
            Target { provider: domain::credential::Provider::Antigravity, model: MODEL, catalogue: None };
        let envelope = Envelope { project: Some("p"), request_id: "r", session_id: None };
        let memory = wire::signature::Memory::new(1, 1);
        let sent = generate(asked.draft(), &target, &envelope, &memory, &Repair::none()).unwrap();
        let sent: Value = serde_json::from_slice(&sent.body).unwrap();
        Ok::<_, String>(sent["request"]["toolConfig"]["functionCallingConfig"].clone())
    };
    assert_eq!(mode(json!("auto")).unwrap(), json!({"mode": "VALIDATED"}));
    assert_eq!(mode(json!("none")).unwrap(), json!({"mode": "NONE"}));
    let named = json!({"mode": "ANY", "allowedFunctionNames": ["get_weather"]});
    assert_eq!(mode(json!({"name": "get_weather"})).unwrap(), named);
    assert!(mode(json!({"name": "nothing"})).unwrap_err().contains("function_call"));
}
