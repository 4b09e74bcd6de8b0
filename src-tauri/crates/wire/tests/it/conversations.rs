//! Generated conversations in every dialect: what goes out for them holds the upstream's rules.

mod sent;
mod written;

use crate::mapping::ENVELOPE;
use crate::rules::{For, broken};
use crate::signatures;
use domain::credential::Provider;
use proptest::prelude::*;
use serde_json::{Value, json};
use wire::convert::{Family, Repair, Target, count_tokens, generate};
use wire::dialect::{Asked, Delivery, Endpoint};
use wire::signature::{Issued, Memory, ThoughtHasher};

const PNG: &str = "iVBORw0KGgo=";
const MP3: &str = "SUQzBAA=";
const PDF: &str = "JVBERi0=";

/// A conversation that no dialect has written yet; it need not make sense.
#[derive(Debug, Clone)]
struct Conversation {
    system: Option<String>,
    messages: Vec<Message>,
    tools: Vec<(String, Value)>,
    choice: Choice,
    search: bool,
    thinking: Thinking,
    limit: Option<i64>,
    temperature: Option<f64>,
    json: bool,
    streams: bool,
}

#[derive(Debug, Clone)]
enum Message {
    System(String),
    User(Vec<Said>),
    Assistant { thought: Option<(String, Signed)>, text: String, calls: Vec<(String, String, Value)> },
    Results(Vec<(String, Outcome)>),
}

#[derive(Debug, Clone)]
enum Said {
    Text(String),
    Image,
    Audio,
    Pdf,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Signed {
    Claude,
    Gemini,
    Lost,
}

#[derive(Debug, Clone)]
enum Outcome {
    Text(String),
    Error(String),
    Object,
    Image,
}

#[derive(Debug, Clone)]
enum Choice {
    Auto,
    None,
    Any,
    First,
}

#[derive(Debug, Clone)]
enum Thinking {
    NotAsked,
    Off,
    Effort(&'static str),
    Budget(i64),
    Adaptive,
}

fn signature(thought: &str, signed: Signed) -> String {
    match signed {
        Signed::Claude => signatures::claude(thought),
        Signed::Gemini => signatures::gemini(thought),
        Signed::Lost => String::new(),
    }
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-z ]{1,12}", 1 => Just(String::new()), 1 => "(?s).{0,12}"]
}

fn id() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["call_1", "call_2", "toolu_01", "call_1", "a b/c", ""]).prop_map(str::to_owned)
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["get_weather", "mcp.fs:read", "2nd", "a/b", "a_b", "größe", "get_weather"])
        .prop_map(str::to_owned)
}

fn message() -> impl Strategy<Value = Message> {
    let media = prop::sample::select(vec![Said::Image, Said::Audio, Said::Pdf]);
    let said = prop_oneof![3 => words().prop_map(Said::Text), 1 => media];
    let signed = prop::sample::select(vec![Signed::Claude, Signed::Gemini, Signed::Lost]);
    let thought = prop::option::of((words(), signed));
    let args = prop_oneof![Just(json!({})), Just(json!({"city": "Paris", "deep": {"a": [1, {"b": null}]}}))];
    let calls = proptest::collection::vec((id(), name(), args), 0..3);
    let result = prop_oneof![
        words().prop_map(Outcome::Text),
        words().prop_map(Outcome::Error),
        Just(Outcome::Object),
        Just(Outcome::Image)
    ];
    prop_oneof![
        1 => words().prop_map(Message::System),
        4 => proptest::collection::vec(said, 0..3).prop_map(Message::User),
        4 => (thought, words(), calls)
            .prop_map(|(thought, text, calls)| Message::Assistant { thought, text, calls }),
        3 => proptest::collection::vec((id(), result), 1..3).prop_map(Message::Results),
    ]
}

fn conversation() -> impl Strategy<Value = Conversation> {
    let schema = prop::sample::select(vec![
        json!({"type": "object", "properties": {"city": {"type": "string", "minLength": 1}}, "required": ["city"]}),
        json!({"type": "object"}),
        json!({"type": "object", "properties": {"env": {"type": "object", "additionalProperties": true}, "n": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}}),
        json!({"$ref": "#/$defs/A", "$defs": {"A": {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}}}}),
        json!({"type": "object", "properties": {"l": {"type": "array"}, "u": {"const": 1}}, "oneOf": [{"required": ["l"]}]}),
    ]);
    let choice = prop_oneof![3 => Just(Choice::Auto), 1 => Just(Choice::None), 1 => Just(Choice::Any), 1 => Just(Choice::First)];
    let thinking = prop_oneof![
        3 => Just(Thinking::NotAsked),
        1 => Just(Thinking::Off),
        2 => prop::sample::select(vec!["minimal", "low", "medium", "high"]).prop_map(Thinking::Effort),
        2 => prop::sample::select(vec![1_i64, 1_024, 8_000, 100_000]).prop_map(Thinking::Budget),
        1 => Just(Thinking::Adaptive),
    ];
    (
        prop::option::of(words()),
        proptest::collection::vec(message(), 1..9),
        proptest::collection::vec((name(), schema), 0..4),
        (choice, prop::bool::weighted(0.1), thinking),
        prop::option::of(prop::sample::select(vec![1_i64, 100, 1_025, 8_192, 1_000_000])),
        (
            prop::option::of(prop::sample::select(vec![0.0, 0.7, 1.0, 1.9])),
            prop::bool::weighted(0.2),
            any::<bool>(),
        ),
    )
        .prop_map(
            |(system, messages, tools, (choice, search, thinking), limit, (temperature, json, streams))| {
                Conversation {
                    system,
                    messages,
                    tools,
                    choice,
                    search,
                    thinking,
                    limit,
                    temperature,
                    json,
                    streams,
                }
            },
        )
}

fn targets() -> Vec<Target<'static>> {
    crate::upstream::TARGETS.map(|(provider, model)| crate::upstream::target(provider, model)).to_vec()
}

fn rules_of<'a>(target: &Target<'a>) -> For<'a> {
    For {
        family: target.family(),
        gemini_3: target.model.starts_with("gemini-3"),
        antigravity: target.provider == Provider::Antigravity,
        most_output: target.catalogue.and_then(|entry| entry.max_output_tokens),
        model: target.model,
    }
}

/// A memory in which some of the generated thoughts and calls are.
fn memory() -> Memory {
    let mut memory = Memory::new(1_000, 1 << 20);
    for (family, thought) in [(Family::Claude, "known"), (Family::Gemini, "known too")] {
        let mut hasher = ThoughtHasher::new(family);
        hasher.add(thought);
        let signed = if family == Family::Claude { Signed::Claude } else { Signed::Gemini };
        memory.remember(&Issued {
            family,
            signature: signature(thought, signed),
            call_id: Some(format!("call_{}", family.key().len() % 3)),
            thought: Some(hasher.finish()),
        });
    }
    memory
}

fn inner(prepared: &[u8]) -> Value {
    let sent: Value = serde_json::from_slice(prepared).unwrap();
    sent.get("request").cloned().unwrap_or(sent)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_conversation_becomes_a_request_the_upstream_takes(
        conversation in conversation(),
        at in any::<prop::sample::Index>(),
        repaired in prop::bool::weighted(0.2),
    ) {
        let targets = targets();
        let target = targets[at.index(targets.len())];
        let rules = rules_of(&target);
        let lost = domain::fault::Fault::new(domain::fault::Class::BadSignature, 400, "x");
        let repair = if repaired { Repair::of(&lost).unwrap() } else { Repair::none() };
        for (endpoint, body) in conversation.in_every_dialect() {
            let body = body.to_string();
            let asked = Asked::read(endpoint, body.as_bytes()).map_err(|bad| TestCaseError::fail(format!("{endpoint:?}: {bad}")))?;
            let prepared = generate(asked.draft(), &target, &ENVELOPE, &memory(), &repair).unwrap();
            let again = generate(asked.draft(), &target, &ENVELOPE, &memory(), &repair).unwrap();
            prop_assert_eq!(&prepared.body, &again.body);
            let request = inner(&prepared.body);
            prop_assert_eq!(broken(&request, &rules), Ok(()), "{} from {:?}: {}", rules.model, endpoint, request);
            // What goes out is a request of the upstream's own dialect; taken in as one it goes out again.
            let mut native = request.clone();
            native.as_object_mut().unwrap().retain(|key, _| !key.starts_with("session"));
            let native = native.to_string();
            let echoed = Endpoint::Generate { model: "m", delivery: Delivery::Whole };
            let echoed = Asked::read(echoed, native.as_bytes()).unwrap();
            let echoed = generate(echoed.draft(), &target, &ENVELOPE, &memory(), &Repair::none()).unwrap();
            if !repaired {
                prop_assert_eq!(inner(&echoed.body), request, "{} from {:?}", rules.model, endpoint);
            }
            let counted: Value = serde_json::from_slice(&count_tokens(asked.draft(), &target)).unwrap();
            let counted = counted.get("request").or(counted.get("generateContentRequest")).unwrap();
            prop_assert!(!counted["contents"].as_array().unwrap().is_empty());
            prop_assert!(asked.draft().estimate() > 0 || conversation.tools.is_empty());
        }
    }
}
