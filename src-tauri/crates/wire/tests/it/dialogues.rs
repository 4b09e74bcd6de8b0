//! Whole dialogues with the simulated upstream: clients of each dialect ask, take the answer in as it comes, run the
//! tools it calls, and send everything back the next time, also to another model. The simulator checks every signature
//! against the words it belongs to.

mod chat;
mod contents;
mod messages;
mod responses;

use crate::mapping::ENVELOPE;
use crate::upstream::{Asking, TARGETS, Upstream, target};
use domain::credential::Provider;
use proptest::prelude::*;
use serde_json::{Value, json};
use simulator::LineEnding;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use wire::answer::{Identity, Source};
use wire::convert::{Repair, Target, generate};
use wire::dialect::{Asked, Endpoint};
use wire::signature::Memory;

/// A small picture.
const PNG: &str = "iVBORw0KGgo=";

/// A client that holds a conversation in its dialect.
trait Client {
    /// Where it asks.
    fn endpoint(&self, streams: bool) -> Endpoint<'static>;
    /// The user says something.
    fn say(&mut self, words: &str, image: bool);
    /// The request for the next answer.
    fn body(&self, how: &How) -> Value;
    /// Takes an answer in; returns the ids and names of the calls in it.
    fn hear(&mut self, out: &[u8], streams: bool) -> Vec<(String, String)>;
    /// Results of calls.
    fn report(&mut self, calls: &[(String, String)]);
}

/// How an answer is asked for.
#[derive(Debug, Clone)]
struct How {
    thinks: bool,
    tools: bool,
    streams: bool,
}

/// One question of the user.
#[derive(Debug, Clone)]
struct Question {
    words: &'static str,
    image: bool,
    how: How,
    at: prop::sample::Index,
    /// The memory of signatures is lost before: a restart.
    forgets: bool,
}

/// Sees to it that a dialogue ends.
const MOST_STEPS: usize = 4;

fn question() -> impl Strategy<Value = Question> {
    let words = vec!["hello", "sim:parallel look", "sim:unicode", "sim:text plain words", "sim:image please"];
    let how = (any::<bool>(), prop::bool::weighted(0.7), any::<bool>())
        .prop_map(|(thinks, tools, streams)| How { thinks, tools, streams });
    let model = any::<prop::sample::Index>();
    (prop::sample::select(words), prop::bool::weighted(0.2), how, model, prop::bool::weighted(0.2))
        .prop_map(|(words, image, how, at, forgets)| Question { words, image, how, at, forgets })
}

/// The functions every client offers: one with fields, one without, one whose name has to be changed.
fn functions() -> [(&'static str, Value); 3] {
    let city = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    [("get_weather", city), ("now", json!({"type": "object"})), ("mcp/fs read", json!({"type": "object"}))]
}

static UPSTREAM: LazyLock<Upstream> = LazyLock::new(|| Upstream::new(LineEnding::Lf));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn a_dialogue_goes_on_as_long_as_the_user_likes(
        questions in proptest::collection::vec(question(), 1..5),
        // Most dialogues stay with one model.
        stays in prop::bool::weighted(0.7),
    ) {
        for client in [chat::client(), responses::client(), messages::client(), contents::client()] {
            hold(client, &questions, stays)?;
        }
    }
}

fn hold(mut client: Box<dyn Client>, questions: &[Question], stays: bool) -> Result<(), TestCaseError> {
    let mut memory = Memory::new(1_000, 1 << 20);
    let mut answers = 0;
    for question in questions {
        let at = if stays { questions[0].at } else { question.at };
        let (provider, model) = TARGETS[at.index(TARGETS.len())];
        if question.forgets {
            memory = Memory::new(1_000, 1 << 20);
        }
        client.say(question.words, question.image);
        for _ in 0..MOST_STEPS {
            let stem = format!("stem{answers}");
            answers += 1;
            let out = ask(&*client, &question.how, &target(provider, model), &mut memory, stem)?;
            let calls = client.hear(&out, question.how.streams);
            if calls.is_empty() {
                break;
            }
            client.report(&calls);
        }
    }
    Ok(())
}

/// One answer, as the client gets it.
fn ask(
    client: &dyn Client,
    how: &How,
    target: &Target<'_>,
    memory: &mut Memory,
    stem: String,
) -> Result<Vec<u8>, TestCaseError> {
    let (endpoint, body) = (client.endpoint(how.streams), client.body(how).to_string());
    let asked = Asked::read(endpoint, body.as_bytes()).unwrap_or_else(|bad| panic!("{bad}: {body}"));
    let prepared = generate(asked.draft(), target, &ENVELOPE, memory, &Repair::none()).unwrap();
    let asking = if how.streams { Asking::Stream } else { Asking::Whole };
    let reply = UPSTREAM.ask(target, asking, &prepared.body);
    let sent = String::from_utf8_lossy(&prepared.body);
    prop_assert_eq!((reply.status, reply.refusal), (200, None), "{:?} {}: {}", endpoint, target.model, sent);
    let source = Source { provider: target.provider, family: prepared.family, names: prepared.names };
    let identity = Identity { stem, created: crate::fixture::t0(), model: target.model.to_owned() };
    let mut answer = asked.answer(source, &identity);
    let mut out = Vec::new();
    let ended = match asking {
        Asking::Stream => answer.push(&reply.body, &mut out).and_then(|()| answer.finish(&mut out)),
        Asking::Whole | Asking::Count => answer.whole(&reply.body, &mut out),
    };
    prop_assert_eq!(ended, Ok(()));
    answer.take_issued().iter().for_each(|issued| memory.remember(issued));
    Ok(out)
}

#[test]
fn signatures_reach_the_upstream_again_in_every_dialect() {
    // What goes wrong if they do not: Gemini gets the stand-in, Claude stops thinking.
    let how = How { thinks: true, tools: true, streams: true };
    let mut seen = BTreeMap::new();
    for model in ["gemini-3.6-flash-medium", "claude-sonnet-4-6"] {
        let target = target(Provider::Antigravity, model);
        for mut client in [chat::client(), responses::client(), messages::client(), contents::client()] {
            let mut memory = Memory::new(1_000, 1 << 20);
            client.say("hello", false);
            let out = ask(&*client, &how, &target, &mut memory, "stem".to_owned()).unwrap();
            let calls = client.hear(&out, true);
            client.report(&calls);
            let (endpoint, body) = (client.endpoint(true), client.body(&how).to_string());
            let asked = Asked::read(endpoint, body.as_bytes()).unwrap();
            for (kept, memory) in [("kept", memory), ("lost", Memory::new(1, 1))] {
                let prepared = generate(asked.draft(), &target, &ENVELOPE, &memory, &Repair::none()).unwrap();
                let sent: Value = serde_json::from_slice(&prepared.body).unwrap();
                let parts = sent["request"]["contents"][1]["parts"].as_array().unwrap().clone();
                let signatures: Vec<_> =
                    parts.iter().filter_map(|p| p["thoughtSignature"].as_str()).collect();
                let issued = |s: &&str| *s != wire::signature::SENTINEL;
                seen.insert(
                    format!("{model} {endpoint:?} {kept}"),
                    !signatures.is_empty() && signatures.iter().all(issued),
                );
            }
        }
    }
    let lost: Vec<_> = seen.iter().filter(|(_, back)| !**back).map(|(case, _)| case.as_str()).collect();
    // A chat has no place for them: there the memory is all there is, and only for calls.
    assert_eq!(
        lost,
        [
            "claude-sonnet-4-6 ChatCompletions kept",
            "claude-sonnet-4-6 ChatCompletions lost",
            "gemini-3.6-flash-medium ChatCompletions lost",
        ]
    );
}
