//! What the service says of quota and of errors, and what files say.

use crate::fixture::t0;
use domain::credential::Provider;
use domain::fault::{FURTHEST, decide};
use domain::quota::Remaining;
use jiff::SignedDuration;
use wire::fault::Answer;
use wire::upstream::{Seen, buckets, discovery, keys, models, summary, token, userinfo};

/// A share is in range or unknown.
pub fn quota(bytes: &[u8]) {
    let seen = Seen { answered_at: t0(), observed_at: t0(), skew: SignedDuration::ZERO };
    let in_range = |share: Option<Remaining>| share.is_none_or(|s| (0.0..=1.0).contains(&s.fraction()));
    if let Ok(read) = summary::parse(bytes, seen) {
        assert!(read.groups.iter().flat_map(|g| &g.windows).all(|w| in_range(w.remaining)));
        assert!(read.models.iter().all(|m| in_range(m.own)));
    }
    if let Ok(read) = models::parse(bytes, seen) {
        assert!(read.models.iter().all(|m| in_range(m.own)));
        assert_eq!(read.models.len(), read.catalogue.len());
    }
    if let Ok(read) = buckets::parse(bytes, seen) {
        assert!(read.models.iter().all(|m| in_range(m.own)));
    }
    if let Ok(read) = keys::parse_models(bytes, seen) {
        assert!(read.models.iter().all(|m| m.own.is_none()));
    }
    let _ = (
        discovery::parse_load(bytes),
        discovery::parse_load_refusal(bytes),
        discovery::parse_operation(bytes),
    );
    let _ = (token::parse(bytes), token::refusal(400, bytes), userinfo::parse(bytes));
}

/// Every error has a decision, a delay within eight days, printable words, and no link but the service's own.
pub fn errors(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // The longest line stands for a header too.
    let retry_after = text.lines().next();
    for status in [0, 200, 400, 401, 403, 404, 429, 500, 503, 529, 999] {
        for provider in Provider::ALL {
            let fault = wire::fault::read(Answer { status, retry_after, body: bytes, now: t0() }, provider);
            assert!(fault.delay.is_none_or(|delay| (SignedDuration::ZERO..=FURTHEST).contains(&delay)));
            assert!(
                fault.reset_at.is_none_or(|reset| reset >= t0() && t0().duration_until(reset) <= FURTHEST)
            );
            assert!(!fault.message.is_empty() && fault.message.len() <= 512);
            assert!(!fault.message.chars().any(char::is_control));
            for link in fault.link.iter().chain(&fault.learn_more) {
                assert_eq!(wire::link::checked(link), Some(link.clone()));
            }
            for attempt in [0, 1, 5] {
                let decision = decide(&fault, provider, attempt, t0());
                assert!(decision.same.is_none_or(|after| after.delay <= SignedDuration::from_secs(10)));
            }
        }
    }
    let positive = |delay: Option<SignedDuration>| delay.is_none_or(|delay| !delay.is_negative());
    assert!(
        positive(wire::duration::parse_duration(&text))
            && positive(wire::duration::duration_in_message(&text))
    );
    let _ = wire::date::http_date(&text);
}

/// Files of credentials are read or refused, and nothing that is printed of them holds more than a few of their words.
pub fn credential_file(bytes: &[u8]) {
    for name in ["oauth_creds.json", "antigravity-a@example.com.json", "x"] {
        match wire::credential_file::read(name, bytes) {
            Ok(entries) => {
                for entry in entries {
                    assert!(!format!("{entry:?}").contains("1//"), "a refresh token shows");
                }
            }
            Err(rejected) => assert!(rejected.to_string().len() <= 1_024, "{}", rejected.to_string().len()),
        }
    }
}

/// Settings that can be read are the same after they were written.
pub fn settings(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    assert_ne!(engine::testkit::settings_survive(text), Some(false), "{text}");
}
