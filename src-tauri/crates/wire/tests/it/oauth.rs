//! The token endpoint and userinfo.

use crate::fixture::bytes;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use wire::upstream::token::{TokenRefusal, parse, refusal};
use wire::upstream::userinfo;

#[test]
fn every_token_answer_reads() {
    for (fixture, access, refresh, scopes) in [
        ("token.exchange", "ya29.FAKE_ACCESS_TOKEN_PRO_0001", Some("1//FAKE_REFRESH_TOKEN_PRO_0001"), 6),
        ("token.refresh", "ya29.FAKE_ACCESS_TOKEN_PRO_0002", None, 5),
        (
            "token.refresh_with_rotation",
            "ya29.FAKE_ACCESS_TOKEN_PRO_0003",
            Some("1//FAKE_REFRESH_TOKEN_PRO_0002"),
            1,
        ),
    ] {
        let read = parse(&bytes(&format!("oauth/{fixture}.json"))).unwrap();
        assert_eq!(read.access_token.expose_secret(), access, "{fixture}");
        assert_eq!(read.refresh_token.as_ref().map(SecretString::expose_secret), refresh, "{fixture}");
        assert_eq!(read.expires_in, SignedDuration::from_secs(3_599), "{fixture}");
        assert_eq!(read.scopes.len(), scopes, "{fixture}");
        assert_eq!(read.email, None, "{fixture}");
    }
}

/// Holds F57.
#[test]
fn an_unreadable_expiry_counts_as_over() {
    for (expiry, seconds) in [
        ("3599", 3_599),
        ("3599.9", 3_599),
        (r#""3599""#, 3_599),
        ("null", 0),
        (r#""soon""#, 0),
        (r#""NaN""#, 0),
        ("-5", 0),
        ("1e300", 86_400),
        ("{}", 0),
    ] {
        let body = format!(r#"{{"access_token":"ya29.FAKE","expires_in":{expiry}}}"#);
        assert_eq!(
            parse(body.as_bytes()).unwrap().expires_in,
            SignedDuration::from_secs(seconds),
            "{expiry}"
        );
    }
}

#[test]
fn the_address_comes_from_the_id_tokens_claims() {
    let claims = URL_SAFE_NO_PAD.encode(r#"{"email":"ada@example.com","sub":"1"}"#);
    for (id_token, email) in [
        (format!("FAKE.{claims}.FAKE"), Some("ada@example.com")),
        (claims.clone(), None),
        ("FAKE.!!!.FAKE".to_owned(), None),
        (format!("FAKE.{}.FAKE", URL_SAFE_NO_PAD.encode("[1]")), None),
    ] {
        let body = format!(r#"{{"access_token":"ya29.FAKE","id_token":"{id_token}"}}"#);
        assert_eq!(parse(body.as_bytes()).unwrap().email.as_deref(), email, "{id_token}");
    }
}

#[test]
fn without_an_access_token_there_is_no_answer() {
    for body in [&b"{}"[..], br#"{"access_token":7}"#, br#"{"access_token":"two words"}"#, b"<html>", b""] {
        assert!(parse(body).is_err());
    }
}

#[test]
fn every_refusal_has_its_kind() {
    let named = |name: &str| bytes(&format!("oauth/{name}.json"));
    let plain = |word: &str| format!(r#"{{"error":"{word}"}}"#).into_bytes();
    for (status, body, kind) in [
        (400, named("invalid_grant"), "refused"),
        (400, named("invalid_grant.bad_code"), "refused"),
        (400, named("invalid_grant.bad_request"), "refused"),
        (401, plain("invalid_grant"), "refused"),
        (400, named("invalid_request"), "ours"),
        (400, plain("unsupported_grant_type"), "ours"),
        (401, named("invalid_client"), "client"),
        (401, named("unauthorized_client"), "client"),
        (400, named("unauthorized_client"), "client"),
        (400, plain("invalid_scope"), "policy"),
        (403, plain("admin_policy_enforced"), "policy"),
        (403, plain("rate_limit_exceeded"), "policy"),
        (403, plain("something_new"), "policy"),
        (500, named("internal_failure"), "transient"),
        (400, named("internal_failure"), "transient"),
        (503, named("invalid_grant"), "transient"),
        (429, named("invalid_grant"), "transient"),
        (408, vec![], "transient"),
        (0, vec![], "transient"),
        (400, b"<html>".to_vec(), "transient"),
        (400, b"[]".to_vec(), "transient"),
    ] {
        let read = match refusal(status, &body) {
            TokenRefusal::RefreshRefused => "refused",
            TokenRefusal::Client(_) => "client",
            TokenRefusal::Policy(_) => "policy",
            TokenRefusal::Ours(_) => "ours",
            TokenRefusal::Transient => "transient",
        };
        assert_eq!(read, kind, "{status} {}", String::from_utf8_lossy(&body));
    }
    let told = refusal(401, &named("invalid_client"));
    assert_eq!(told, TokenRefusal::Client("invalid_client: The OAuth client was not found.".into()));
}

#[test]
fn a_user_has_an_address_and_perhaps_a_company() {
    let private = userinfo::parse(&bytes("oauth/userinfo.json")).unwrap();
    assert_eq!((private.email.as_deref(), private.hosted_domain), (Some("ada.pro@example.com"), None));
    let company = userinfo::parse(&bytes("oauth/userinfo.workspace.json")).unwrap();
    assert_eq!(company.hosted_domain.as_deref(), Some("company.example"));
    assert!(userinfo::parse(&bytes("oauth/userinfo.401.json")).is_err());
}
