use super::*;
use domain::credential::{CredentialId, Provider};
use jiff::Timestamp;
use secrecy::SecretString;
use zeroize::Zeroizing;

fn found(name: &str, content: &str) -> Found {
    Found {
        name: name.to_owned(),
        content: Ok(Zeroizing::new(content.as_bytes().to_vec())),
        what: What::Login(None),
    }
}

fn known(id: &str, provider: Provider, email: Option<&str>, token: &str) -> Known {
    Known {
        id: CredentialId::new(id),
        provider,
        email: email.map(str::to_owned),
        refresh_token: SecretString::from(format!("1//{token}")),
    }
}

/// A file of CLIProxyAPI: it knows e-mail address and end.
fn cpa(email: &str, token: &str, expired: &str) -> String {
    format!(
        r#"{{"type": "antigravity", "access_token": "ya29.FAKE", "refresh_token": "1//{token}", "expired": "{expired}", "email": "{email}"}}"#
    )
}

/// Outcome, id and whether there is a login to store, of each line.
fn outcomes(planned: &[Planned]) -> Vec<(ImportOutcome, Option<&str>, bool)> {
    planned.iter().map(|p| (p.entry.outcome, p.entry.id.as_deref(), p.credential.is_some())).collect()
}

use ImportOutcome::{Added, Duplicate, Rejected, Updated};

const EARLY: &str = "2026-03-01T00:00:00Z";
const LATE: &str = "2026-03-02T00:00:00Z";

#[test]
fn the_same_token_is_the_same_credential() {
    let existing = [known("ada", Provider::Antigravity, None, "ONE")];
    let planned = plan(
        &[found("a.json", &login("ONE")), found("b.json", &login("TWO"))],
        &existing,
        None,
        Language::English,
    );
    assert_eq!(outcomes(&planned), [(Duplicate, Some("ada"), false), (Added, None, true)]);
}

#[test]
fn another_token_of_the_same_person_and_provider_is_an_update() {
    let existing = [
        known("cli", Provider::GeminiCli, Some("ada@example.com"), "CLI"),
        known("ada", Provider::Antigravity, Some("Ada@Example.com"), "OLD"),
    ];
    let files = [
        found("a.json", &cpa("ada@example.com", "NEW", LATE)),
        found("b.json", &cpa("bob@example.com", "BOB", LATE)),
    ];
    let planned = plan(&files, &existing, None, Language::English);
    assert_eq!(outcomes(&planned), [(Updated, Some("ada"), true), (Added, None, true)]);
    let as_cli = plan(&files[..1], &existing, Some(Provider::GeminiCli), Language::English);
    assert_eq!(outcomes(&as_cli), [(Updated, Some("cli"), true)]);
    assert_eq!(as_cli[0].credential.as_ref().map(|c| c.provider), Some(Provider::GeminiCli));
}

#[test]
fn of_one_login_that_comes_several_times_the_latest_counts() {
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
        let files = [
            found("early.json", &cpa("ada@example.com", "ONE", EARLY)),
            found("late.json", &cpa("ada@example.com", "TWO", LATE)),
            found("early again.json", &cpa("ADA@example.com", "ONE", EARLY)),
            found("early, other token.json", &cpa("ada@example.com", "THREE", EARLY)),
        ];
        let mut files: Vec<Option<Found>> = files.into_iter().map(Some).collect();
        let shuffled: Vec<Found> = order.iter().map(|at| files[*at].take().unwrap()).collect();
        for existing in [vec![], vec![known("ada", Provider::Antigravity, Some("ada@example.com"), "OLD")]] {
            let planned = plan(&shuffled, &existing, None, Language::English);
            let kept: Vec<_> = planned.iter().filter(|p| p.credential.is_some()).collect();
            assert_eq!(kept.len(), 1, "{order:?}");
            assert_eq!(kept[0].entry.file, "late.json");
            assert_eq!(kept[0].entry.outcome, if existing.is_empty() { Added } else { Updated });
            assert_eq!(planned.iter().filter(|p| p.entry.outcome == Duplicate).count(), 3);
        }
    }
}

#[test]
fn an_update_survives_a_later_file_that_knows_no_address() {
    let existing = [known("ada", Provider::Antigravity, Some("ada@example.com"), "OLD")];
    let later = r#"{"access_token": "ya29.FAKE", "refresh_token": "1//NEW", "type": "antigravity", "expired": "2026-04-01T00:00:00Z"}"#;
    let planned = plan(
        &[found("a.json", &cpa("ada@example.com", "NEW", EARLY)), found("b.json", later)],
        &existing,
        None,
        Language::English,
    );
    assert_eq!(outcomes(&planned), [(Duplicate, None, false), (Updated, Some("ada"), true)]);
}

#[test]
fn one_bad_entry_of_a_list_loses_no_other() {
    let list = r#"[{"email": "a@example.com", "refresh_token": "1//A"}, {"email": "b@example.com"}, {"email": "c@example.com", "refresh_token": "1//C"}]"#;
    let planned = plan(
        &[
            found("export.json", list),
            Found { name: "gone".into(), content: Err(Problem::TooLarge), what: What::Login(None) },
        ],
        &[],
        None,
        Language::English,
    );
    assert_eq!(
        outcomes(&planned).iter().map(|o| o.0).collect::<Vec<_>>(),
        [Added, Rejected, Added, Rejected]
    );
    assert!(planned[1].entry.reason.as_deref().unwrap().starts_with("Entry 2:"));
    assert_eq!(
        planned[3].entry.reason.as_deref(),
        Some("It is larger than 4 MiB, which no credential file is.")
    );
}

#[test]
fn a_name_inside_an_archive_still_tells_the_provider() {
    let plain =
        r#"{"token": "ya29.FAKE", "refresh_token": "1//X", "token_uri": "https://evil.example/token"}"#;
    for (name, provider) in [
        ("all.zip!creds/ag_project-1700000000.json", Provider::Antigravity),
        ("all.zip!creds/project-1700000000.json", Provider::GeminiCli),
        ("C:\\files\\ag_project-1.json", Provider::Antigravity),
    ] {
        let planned = plan(&[found(name, plain)], &[], None, Language::English);
        assert_eq!(planned[0].credential.as_ref().map(|c| c.provider), Some(provider), "{name}");
        assert_eq!(planned[0].entry.provider.as_deref(), Some(provider.key()));
    }
}

#[test]
fn a_login_is_no_api_key() {
    let planned = plan(&[found("a.json", &login("X"))], &[], Some(Provider::ApiKey), Language::English);
    assert_eq!(outcomes(&planned), [(Rejected, None, false)]);
}

#[test]
fn ten_thousand_logins_are_planned_at_once() {
    let entries: Vec<String> = (0..10_000)
        .map(|n| format!(r#"{{"email": "p{n}@example.com", "refresh_token": "1//T{n}"}}"#))
        .collect();
    let existing: Vec<Known> = (0..10_000)
        .map(|n| {
            known(
                &format!("c{n}"),
                Provider::Antigravity,
                Some(&format!("p{n}@example.com")),
                &format!("T{}", n + n % 2),
            )
        })
        .collect();
    let planned = plan(
        &[found("export.json", &format!("[{}]", entries.join(",")))],
        &existing,
        None,
        Language::English,
    );
    let count = |outcome| planned.iter().filter(|p| p.entry.outcome == outcome).count();
    assert_eq!((count(Duplicate), count(Updated), count(Rejected)), (5_000, 5_000, 0));
}

#[test]
fn entries_print_no_secret() {
    let planned =
        plan(&[found("a.json", &cpa("ada@example.com", "CANARY", LATE))], &[], None, Language::English);
    assert!(!format!("{:?} {:?}", planned[0].entry, planned[0].credential).contains("CANARY"));
    assert_eq!(
        planned[0].credential.as_ref().and_then(|c| c.expires_at),
        Some(LATE.parse::<Timestamp>().unwrap())
    );
}
