//! The generated conversations sent to the simulated upstream, and its answers taken back to the clients.

use super::{Conversation, conversation, memory};
use crate::mapping::ENVELOPE;
use crate::streaming::{identity, understand};
use crate::upstream::{Asking, TARGETS, Upstream, target};
use proptest::prelude::*;
use simulator::LineEnding;
use std::sync::LazyLock;
use wire::answer::Source;
use wire::convert::{Repair, Target, count_tokens, generate, read_count};
use wire::dialect::Asked;

static UPSTREAMS: LazyLock<[Upstream; 2]> =
    LazyLock::new(|| [LineEnding::Lf, LineEnding::Crlf].map(Upstream::new));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_simulated_upstream_refuses_none(
        conversation in conversation(),
        at in any::<prop::sample::Index>(),
        crlf in any::<bool>(),
        streams in any::<bool>(),
    ) {
        let (provider, model) = TARGETS[at.index(TARGETS.len())];
        let asking = if streams { Asking::Stream } else { Asking::Whole };
        goes_there_and_back(&UPSTREAMS[usize::from(crlf)], &conversation, &target(provider, model), asking)?;
    }
}

fn goes_there_and_back(
    upstream: &Upstream,
    conversation: &Conversation,
    target: &Target<'_>,
    asking: Asking,
) -> Result<(), TestCaseError> {
    for (endpoint, body) in conversation.in_every_dialect() {
        let body = body.to_string();
        let asked = Asked::read(endpoint, body.as_bytes()).unwrap();
        let prepared = generate(asked.draft(), target, &ENVELOPE, &memory(), &Repair::none()).unwrap();
        let reply = upstream.ask(target, asking, &prepared.body);
        let sent = String::from_utf8_lossy(&prepared.body);
        prop_assert_eq!((reply.status, reply.refusal), (200, None), "{:?}: {}", endpoint, sent);

        let source = Source { provider: target.provider, family: prepared.family, names: prepared.names };
        let mut answer = asked.answer(source, &identity(target.model));
        let mut out = Vec::new();
        let ended = match asking {
            Asking::Stream => answer.push(&reply.body, &mut out).and_then(|()| answer.finish(&mut out)),
            Asking::Whole | Asking::Count => answer.whole(&reply.body, &mut out),
        };
        prop_assert_eq!(ended, Ok(()), "{:?}: {}", endpoint, String::from_utf8_lossy(&reply.body));
        if asked.content_type() == "text/event-stream" {
            let seen = understand(endpoint, &out);
            prop_assert_eq!(seen.end.as_deref(), Some("done"));
        } else {
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&out).is_ok());
        }

        let counted = upstream.ask(target, Asking::Count, &count_tokens(asked.draft(), target));
        // The service counts for some Claude models only.
        if !target.model.starts_with("claude-opus") {
            prop_assert_eq!((counted.status, counted.refusal), (200, None), "{:?}", endpoint);
            prop_assert!(read_count(&counted.body).is_some());
        }
    }
    Ok(())
}
