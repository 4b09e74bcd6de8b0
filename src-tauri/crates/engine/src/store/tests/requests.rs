use super::*;
use crate::proxy::log::{Outcome, RequestRecord, Tokens};
use crate::secrets::Sealed;
use domain::policy::words::Said;
use jiff::SignedDuration;

fn record(minutes: i64) -> RequestRecord {
    RequestRecord {
        at: noon() + SignedDuration::from_mins(minutes),
        key_id: "k1".into(),
        key_name: "laptop".into(),
        endpoint: "/v1/messages".into(),
        model_asked: "claude-sonnet-4-6".into(),
        model_used: Some("claude-sonnet-4-6".into()),
        credential: Some(CredentialId::new("ada")),
        provider: Some(Provider::Antigravity),
        tokens: Tokens { input: Some(100), output: Some(10), cached: Some(50), reasoning: None },
        duration_ms: 900,
        first_byte_ms: Some(300),
        status: 200,
        outcome: Outcome::Ok,
        retries: 0,
        decision: Said::new("ada has 80 % left.", "ada 剩余 80%。"),
    }
}

fn refused(minutes: i64) -> RequestRecord {
    RequestRecord {
        key_id: "k2".into(),
        key_name: "server".into(),
        model_asked: "gpt-9".into(),
        model_used: None,
        credential: None,
        provider: None,
        tokens: Tokens::default(),
        first_byte_ms: None,
        status: 404,
        outcome: Outcome::Refused,
        ..record(minutes)
    }
}

/// Records of which it is not kept what was said.
fn plain(records: Vec<RequestRecord>) -> Vec<(RequestRecord, Option<Sealed>)> {
    records.into_iter().map(|record| (record, None)).collect()
}

fn query() -> RequestQuery {
    RequestQuery { since: noon(), limit: 100, ..RequestQuery::default() }
}

#[tokio::test]
async fn records_come_back_newest_first() {
    let store = Store::in_memory().unwrap();
    store.add_requests(plain(vec![record(0), refused(1), record(2)])).await.unwrap();
    let found: Vec<_> = store.requests(query()).await.unwrap().into_iter().map(|k| k.record).collect();
    assert_eq!(found, [record(2), refused(1), record(0)]);
    let newest = store.requests(RequestQuery { limit: 1, ..query() }).await.unwrap();
    assert_eq!((newest.len(), newest[0].id), (1, 3));
    let since = noon() + SignedDuration::from_mins(2);
    assert_eq!(store.requests(RequestQuery { since, ..query() }).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_record_from_before_there_was_a_chinese_of_it_is_read_as_it_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let mut old = rusqlite::Connection::open(dir.path().join(DATABASE)).unwrap();
    schema::migrate(&mut old, 0, &schema::STEPS[..3]).unwrap();
    let sql = "INSERT INTO requests (at, key_id, key_name, endpoint, model_asked, duration_ms, status, outcome, retries, decision) \
        VALUES (?1, 'k1', 'laptop', '/v1/messages', 'claude-sonnet-4-6', 900, 200, 'ok', 0, 'Ada: the only candidate')";
    old.execute(sql, [micros(noon())]).unwrap();
    old.close().unwrap();
    let (store, notes) = Store::open(dir.path(), noon()).unwrap();
    assert_eq!(notes, []);
    store.add_requests(plain(vec![record(1)])).await.unwrap();
    let found: Vec<_> =
        store.requests(query()).await.unwrap().into_iter().map(|k| k.record.decision).collect();
    let english = "Ada: the only candidate";
    assert_eq!(found, [record(1).decision, Said::new(english, english)]);
}

#[tokio::test]
async fn filters_leave_only_what_they_name() {
    let store = Store::in_memory().unwrap();
    let other = RequestRecord { credential: Some(CredentialId::new("bob")), ..record(3) };
    let alias = RequestRecord { model_asked: "gpt-9".into(), ..record(4) };
    store.add_requests(plain(vec![record(0), refused(1), other, alias])).await.unwrap();
    for (filter, expected) in [
        (RequestQuery { credential: Some(CredentialId::new("ada")), ..query() }, 2),
        (RequestQuery { key: Some("k1".into()), ..query() }, 3),
        (RequestQuery { key: Some("k1".into()), credential: Some(CredentialId::new("bob")), ..query() }, 1),
        (RequestQuery { model: Some("gpt-9".into()), ..query() }, 2),
        (RequestQuery { model: Some("claude-sonnet-4-6".into()), ..query() }, 3),
        (RequestQuery { outcome: Some(Outcome::Refused), ..query() }, 1),
        (RequestQuery { outcome: Some(Outcome::Truncated), ..query() }, 0),
    ] {
        assert_eq!(store.requests(filter.clone()).await.unwrap().len(), expected, "{filter:?}");
    }
}

#[tokio::test]
async fn sums_say_what_was_used_and_how_it_went() {
    let store = Store::in_memory().unwrap();
    let slow = RequestRecord { first_byte_ms: Some(1_000), ..record(1) };
    let broken = RequestRecord {
        outcome: Outcome::Truncated,
        first_byte_ms: Some(400),
        tokens: Tokens::default(),
        ..record(2)
    };
    let old = record(-1);
    store.add_requests(plain(vec![record(0), slow, broken, refused(3), old])).await.unwrap();
    let sums = store.request_statistics(noon()).await.unwrap();
    let claude = Usage {
        subject: "claude-sonnet-4-6".into(),
        requests: 3,
        failures: 1,
        refusals: 0,
        tokens_in: 200,
        tokens_out: 20,
        tokens_cached: 100,
        tokens_reasoning: 0,
        median_first_byte_ms: Some(400),
    };
    let gpt = Usage { subject: "gpt-9".into(), requests: 1, refusals: 1, ..Usage::default() };
    assert_eq!(sums.models, [claude.clone(), gpt.clone()]);
    assert_eq!(sums.credentials, [Usage { subject: "ada".into(), ..claude.clone() }]);
    let keys = [Usage { subject: "k1".into(), ..claude.clone() }, Usage { subject: "k2".into(), ..gpt }];
    assert_eq!(sums.keys, keys);
    assert_eq!(sums.total, Usage { subject: String::new(), requests: 4, refusals: 1, ..claude });
}

#[tokio::test]
async fn the_median_of_two_lies_between_them_and_that_of_none_is_unknown() {
    let store = Store::in_memory().unwrap();
    assert_eq!(store.request_statistics(noon()).await.unwrap(), RequestStatistics::default());
    let slow = RequestRecord { first_byte_ms: Some(500), ..record(1) };
    store.add_requests(plain(vec![record(0), slow])).await.unwrap();
    let sums = store.request_statistics(noon()).await.unwrap();
    assert_eq!(sums.total.median_first_byte_ms, Some(400));
}

#[tokio::test]
async fn a_keys_requests_of_the_day_are_counted() {
    let store = Store::in_memory().unwrap();
    store.add_requests(plain(vec![record(-10), record(0), record(1), refused(1)])).await.unwrap();
    let counts = store.requests_by_key(noon()).await.unwrap();
    assert_eq!(counts, [("k1".to_owned(), 2), ("k2".to_owned(), 1)]);
}

/// Holds F54.
#[tokio::test]
async fn records_leave_after_ninety_days() {
    let store = Store::in_memory().unwrap();
    store.add_requests(plain(vec![record(0), record(1)])).await.unwrap();
    store
        .thin_out(noon() + SignedDuration::from_hours(90 * 24) + SignedDuration::from_secs(1), None)
        .await
        .unwrap();
    assert_eq!(store.requests(query()).await.unwrap().len(), 1);
}

/// Holds F54.
#[tokio::test]
async fn every_query_finds_an_index() {
    let store = Store::in_memory().unwrap();
    for (sql, index) in [
        ("SELECT * FROM requests WHERE at >= 1 ORDER BY at DESC, id DESC LIMIT 9", "requests_by_time"),
        (
            "SELECT * FROM requests WHERE at >= 1 AND key_id = 'k' ORDER BY at DESC, id DESC",
            "requests_by_key",
        ),
        (
            "SELECT * FROM requests WHERE at >= 1 AND credential = 'c' ORDER BY at DESC, id DESC",
            "requests_by_credential",
        ),
    ] {
        let plan: String = store
            .run(move |c| Ok(c.query_row(&format!("EXPLAIN QUERY PLAN {sql}"), [], |row| row.get(3))?))
            .await
            .unwrap();
        assert!(plan.contains(index), "{sql}: {plan}");
    }
}

fn said(text: &str) -> Option<Sealed> {
    Some(Sealed::from_bytes(text.as_bytes().to_vec()))
}

#[tokio::test]
async fn what_was_said_stays_beside_its_record_until_its_time_is_over() {
    let store = Store::in_memory().unwrap();
    let records = vec![(record(0), said("one")), (record(1), None), (record(2), said("three"))];
    store.add_requests(records).await.unwrap();
    let kept: Vec<_> = store.requests(query()).await.unwrap().into_iter().map(|k| k.has_prompt).collect();
    assert_eq!(kept, [true, false, true]);
    let later = noon() + SignedDuration::from_mins(1);
    let found = store.prompts(vec![1, 2, 3, 4], noon()).await.unwrap();
    assert_eq!(
        found.iter().map(|p| (p.request, p.sealed.as_bytes())).collect::<Vec<_>>(),
        [(1, &b"one"[..]), (3, b"three")]
    );
    assert_eq!((found[0].at, found[0].key_id.as_str()), (noon(), "k1"));
    assert_eq!(store.prompts(vec![1, 3], later).await.unwrap().len(), 1, "what is over is not read");
    assert_eq!((store.count_prompts(noon()).await, store.count_prompts(later).await), (Ok(2), Ok(1)));
    assert_eq!((store.delete_prompts(later).await, store.delete_prompts(later).await), (Ok(1), Ok(0)));
    assert_eq!(store.prompts(vec![1, 3], noon()).await.unwrap().len(), 1);
    // A record takes it along.
    store.thin_out(noon() + SignedDuration::from_hours(91 * 24), None).await.unwrap();
    assert_eq!(store.count_prompts(Timestamp::UNIX_EPOCH).await, Ok(0));
}

/// Holds T10.
#[tokio::test]
async fn what_was_said_is_in_no_copy_and_off_the_disk_once_it_is_deleted() {
    const CANARY: &[u8] = b"CANARY-OF-A-CONVERSATION";
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path(), noon()).unwrap();
    let long = String::from_utf8(CANARY.repeat(2_000)).unwrap();
    store.add_requests(vec![(record(0), said(&long)), (record(1), None)]).await.unwrap();
    let holds = |path: &Path| {
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(CANARY.len()).any(|window| window == CANARY)
    };
    let copy = store.back_up(noon()).await.unwrap().unwrap();
    assert!(!holds(&copy), "a backup keeps records and nothing that was said");
    assert_eq!(super::verify(&copy), Ok(()));
    let out = dir.path().join("out");
    crate::store::file::replace(&out, &store.copy_out().await.unwrap()).unwrap();
    assert!(!holds(&out));
    let files = || std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
    assert!(files().any(|path| holds(&path)), "here it is, and only here");
    store.delete_prompts(noon() + SignedDuration::from_mins(5)).await.unwrap();
    for path in files() {
        assert!(!holds(&path), "{}", path.display());
    }
    assert_eq!(store.requests(query()).await.unwrap().len(), 2, "the records stay");
}
