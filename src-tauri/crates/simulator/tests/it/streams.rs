//! How streams are cut, and that the wire does not change them.

use simulator::{
    AccountSpec, CallKind, End, Fault, FaultKind, LineEnding, Options, Scenario, Split, StreamOptions,
    stream_names,
};

use crate::{
    bench::{Answer, Bench, saying, signed_in},
    generation::events,
};

const STREAM: &str = "streamGenerateContent?alt=sse";

async fn bench(stream: StreamOptions) -> Bench {
    let options = Options { stream, ..Options::default() };
    Bench::with(Scenario { options, ..Scenario::default().with(signed_in(AccountSpec::new("ada"))) }).await
}

async fn say(bench: &Bench, words: &str) -> Answer {
    bench.assist("ada", STREAM, &saying("ada", "gemini-3-flash", words)).await
}

/// What a stream says, without the ids that count up.
fn said(text: &str) -> Vec<(String, String)> {
    let of = |event: &serde_json::Value| {
        let candidate = &event["response"]["candidates"][0];
        (candidate["content"]["parts"][0]["text"].to_string(), candidate["finishReason"].to_string())
    };
    events(text).iter().map(of).collect()
}

#[tokio::test]
async fn no_cut_and_no_line_ending_changes_what_is_said() {
    let plain = said(&say(&bench(StreamOptions::default()).await, "sim:unicode").await.text);
    for split in [Split::Events, Split::Random, Split::Bytes] {
        for line_ending in [LineEnding::Lf, LineEnding::Crlf] {
            let bench = bench(StreamOptions { split, line_ending, ..StreamOptions::default() }).await;
            let text = say(&bench, "sim:unicode").await.text;
            assert_eq!(text.contains("\r\n\r\n"), line_ending == LineEnding::Crlf);
            assert_eq!(said(&text), plain, "{split:?} {line_ending:?}");
        }
    }
}

#[tokio::test]
async fn random_cuts_fall_inside_events() {
    let bench = bench(StreamOptions { split: Split::Random, ..StreamOptions::default() }).await;
    let mut response =
        bench.assist_request("ada", STREAM, &saying("ada", "gemini-3-flash", "hello")).send().await.unwrap();
    let first = response.chunk().await.unwrap().unwrap();
    assert!(!first.ends_with(b"\n\n"), "{first:?}");
}

#[tokio::test]
async fn a_scenario_may_fix_number_and_size_of_events() {
    let bench = bench(StreamOptions { events: Some(20), ..StreamOptions::default() }).await;
    let said = said(&say(&bench, "hello").await.text);
    assert_eq!(said.len(), 21, "20 and the end");
    assert!(said[..20].iter().all(|(text, _)| text.len() == 16 + 2), "{said:?}");
}

#[tokio::test]
async fn captured_streams_arrive_byte_for_byte() {
    let bench = bench(StreamOptions { split: Split::Random, ..StreamOptions::default() }).await;
    for name in stream_names() {
        bench.sim.script(Fault::new(FaultKind::Stream { name: name.into() }).on(CallKind::StreamGenerate));
        let path = format!("{}/src/bodies/streams/{name}.sse", env!("CARGO_MANIFEST_DIR"));
        assert_eq!(say(&bench, "hello").await.text, std::fs::read_to_string(path).unwrap(), "{name}");
    }
}

#[tokio::test]
async fn without_sse_a_stream_is_one_array() {
    let bench = bench(StreamOptions::default()).await;
    let answer =
        bench.assist("ada", "streamGenerateContent", &saying("ada", "gemini-3-flash", "hello")).await;
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with("application/json"));
    assert!(answer.json().as_array().unwrap().len() > 2);
}

#[tokio::test]
async fn a_long_stream_is_made_while_it_is_read() {
    let bench = bench(StreamOptions::default()).await;
    // A gigabyte of text; reading a little of it must not make it all.
    let body = saying("ada", "gemini-3-flash", "sim:long=1000000000");
    let mut response = bench.assist_request("ada", STREAM, &body).send().await.unwrap();
    let mut read = 0;
    while read < 200_000 {
        read += response.chunk().await.unwrap().unwrap().len() as u64;
    }
    drop(response);
    let call = bench.ended(CallKind::StreamGenerate).await;
    assert_eq!(call.end, End::Cancelled);
    assert!((1..64_000_000).contains(&call.bytes_sent), "{}", call.bytes_sent);
}

#[tokio::test]
async fn pauses_between_events_are_kept() {
    let bench = bench(StreamOptions { events: Some(3), delay_ms: 20, ..StreamOptions::default() }).await;
    say(&bench, "hello").await;
    let call = bench.ended(CallKind::StreamGenerate).await;
    assert!(call.ended.unwrap() - call.started >= 80, "four events: {call:?}");
}
