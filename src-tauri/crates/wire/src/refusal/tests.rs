use super::*;
use domain::credential::Provider;
use domain::fault::decide;
use domain::policy::words::Spoken;
use jiff::Timestamp;
use serde_json::Value;

const DIALECTS: [Dialect; 3] = [Dialect::OpenAi, Dialect::Anthropic, Dialect::Gemini];

#[test]
fn the_status_of_a_fault_is_the_one_of_the_table() {
    for class in Class::ALL {
        for status in [0, 408, 500, 502, 503, 504] {
            let fault = Fault::new(class, status, "x");
            for provider in Provider::ALL {
                let surface = decide(&fault, provider, 9, Timestamp::UNIX_EPOCH).surface_status;
                assert_eq!(tell(&Refusal::Fault(&fault)).status, surface, "{} {status}", class.key());
            }
        }
    }
}

#[test]
fn a_full_service_has_a_status_of_its_own_with_anthropic_only() {
    let fault = Fault::new(Class::Capacity, 503, "No capacity.");
    let statuses = DIALECTS.map(|dialect| reply(&Refusal::Fault(&fault), dialect).status);
    assert_eq!(statuses, [503, 529, 503]);
}

#[test]
fn what_comes_back_says_when() {
    let mut fault = Fault::new(Class::RateLimit, 429, "Slow down.");
    fault.delay = Some(SignedDuration::from_millis(41_001));
    for dialect in DIALECTS {
        assert_eq!(reply(&Refusal::Fault(&fault), dialect).retry_after, Some(42));
    }
    assert_eq!(seconds(SignedDuration::ZERO), 1);
}

#[test]
fn reasons_are_named() {
    let why = [
        ("ada@example.com".to_owned(), Said::new("quota empty", "额度用尽")),
        ("bob".to_owned(), Said::new("rate, 40 s", "速率限制，40 秒")),
    ];
    let none = NoneUsable { model: "m", cause: Cause::Rate, retry_after: None, why: &why };
    let told = tell(&Refusal::NoneUsable(none));
    assert_eq!(
        told.message,
        "All credentials for m rest after rate limits. ada@example.com: quota empty; bob: rate, 40 s."
    );
    let later = NoneUsable { retry_after: Some(SignedDuration::from_mins(90)), ..none };
    assert_eq!(
        Refusal::NoneUsable(later).in_chinese(),
        "m 的所有凭据都因速率限制而暂停；最早 1 小时 30 分后恢复。ada@example.com：额度用尽；bob：速率限制，40 秒。"
    );
}

#[test]
fn every_refusal_is_json_in_every_dialect() {
    let bad = BadRequest::missing("messages");
    let fault = Fault::new(Class::Forbidden, 403, "");
    let after = SignedDuration::from_secs(5);
    let all = [
        (Refusal::BadRequest(&bad), 400),
        (Refusal::BadKey, 401),
        (Refusal::TooManyGuesses { retry_after: after }, 429),
        (Refusal::ModelNotAllowed { model: "m" }, 403),
        (Refusal::KeySpent { cap: 7, retry_after: after }, 429),
        (Refusal::Foreign, 403),
        (Refusal::UnknownModel { model: "m\"" }, 404),
        (Refusal::UnknownPath, 404),
        (Refusal::WrongMethod, 405),
        (Refusal::WrongContentType, 415),
        (Refusal::TooLarge { limit: 1 << 25 }, 413),
        (Refusal::NoneActive { model: "m", why: &[] }, 503),
        (Refusal::Closed, 503),
        (Refusal::Fault(&fault), 403),
        (Refusal::Broken(&Broken::Empty), 502),
        (Refusal::Broken(&Broken::Outdated), 502),
        (Refusal::Internal, 500),
    ];
    for (refusal, status) in all {
        for dialect in DIALECTS {
            let reply = reply(&refusal, dialect);
            assert_eq!(reply.status, status, "{refusal:?}");
            let body: Value = serde_json::from_slice(&reply.body).unwrap();
            let message = body["error"]["message"].as_str().unwrap();
            assert!(!message.is_empty(), "{refusal:?}");
        }
        let said = refusal.said();
        assert!(said.chinese.chars().any(|c| c >= '\u{4e00}'), "{said:?}");
        assert!(said.english.is_ascii() && said.english.ends_with(['.', 'd']), "{said:?}");
    }
}
