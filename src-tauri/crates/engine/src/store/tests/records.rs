use super::*;
use domain::credential::{Tier, TierClass};
use jiff::SignedDuration;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn memory() -> Store {
    Store::in_memory().unwrap()
}

#[tokio::test]
async fn every_change_of_a_field_is_kept() {
    let store = memory();
    let mut expected = credential("ada");
    store.insert_credential(&expected, sealed("x")).await.unwrap();
    expected.state = State::Retired { message: Some("over".into()), since: noon() };
    expected.label = Some("Ada".into());
    expected.email = Some("ada@example.org".into());
    expected.project = Some("p-1".into());
    expected.tier =
        Some(Tier { id: "g1-pro-tier".into(), name: "Google AI Pro".into(), class: TierClass::Pro });
    expected.discovered_at = Some(noon());
    expected.last_quota_refresh = Some(noon());
    let id = &expected.id;
    assert!(store.set_state(id, &expected.state).await.unwrap());
    assert!(store.set_label(id, expected.label.as_deref()).await.unwrap());
    assert!(store.set_email(id, "ada@example.org").await.unwrap());
    assert!(store.set_discovery(id, Some("p-1"), expected.tier.as_ref(), noon()).await.unwrap());
    assert!(store.set_last_quota_refresh(id, noon()).await.unwrap());
    assert_eq!(store.credentials().await.unwrap().credentials, [expected]);
}

/// Holds F25.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_changes_at_once_are_both_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path(), noon()).unwrap();
    let id = CredentialId::new("ada");
    store.insert_credential(&credential("ada"), sealed("old")).await.unwrap();
    for round in 0..200 {
        let (label, token) = (format!("Ada {round}"), format!("token {round}"));
        let (a, b) =
            tokio::join!(store.set_label(&id, Some(&label)), store.put_secrets("ada", sealed(&token)));
        assert_eq!((a, b), (Ok(true), Ok(())));
        let now = store.credentials().await.unwrap().credentials.remove(0);
        assert_eq!(now.label, Some(label));
        assert_eq!(store.secrets("ada").await.unwrap(), sealed(&token));
    }
}

#[tokio::test]
async fn a_taken_id_stores_nothing() {
    let store = memory();
    store.insert_credential(&credential("ada"), sealed("old")).await.unwrap();
    let again = store.insert_credential(&credential("ada"), sealed("new")).await;
    assert_eq!(again, Err(StoreError::Exists(CredentialId::new("ada"))));
    assert_eq!(store.secrets("ada").await.unwrap(), sealed("old"));
}

#[tokio::test]
async fn a_removed_credential_comes_back_whole_until_it_is_purged() {
    let store = memory();
    let (ada, bob) = (CredentialId::new("ada"), CredentialId::new("bob"));
    for id in ["ada", "bob"] {
        store.insert_credential(&credential(id), sealed(id)).await.unwrap();
        store
            .put_setting("quota_protection_threshold", &Scope::Credential(id.into()), Some("20"))
            .await
            .unwrap();
    }
    let later = noon() + SignedDuration::from_mins(10);
    assert!(store.remove_credential(&ada, noon()).await.unwrap());
    assert!(!store.remove_credential(&ada, later).await.unwrap(), "it is gone already");
    assert!(!store.set_label(&ada, Some("late")).await.unwrap(), "a late change finds nothing");
    assert_eq!(store.removed().await.unwrap(), [Removed { credential: credential("ada"), at: noon() }]);
    assert_eq!(store.purge_removed(noon()).await.unwrap(), []);
    assert!(store.restore_credential(&ada).await.unwrap());
    assert!(!store.restore_credential(&ada).await.unwrap());
    assert_eq!(store.credentials().await.unwrap().credentials.len(), 2);
    assert_eq!(store.secrets("ada").await.unwrap(), sealed("ada"));

    store.remove_credential(&ada, noon()).await.unwrap();
    assert_eq!(store.purge_removed(later).await.unwrap(), [ada]);
    assert_eq!(store.secrets("ada").await.unwrap(), []);
    assert_eq!(
        store.put_secrets("ada", sealed("late")).await,
        Err(StoreError::NoCredential(CredentialId::new("ada")))
    );
    assert!(!store.restore_credential(&CredentialId::new("ada")).await.unwrap());
    assert_eq!(store.settings_all().await.unwrap().len(), 1);
    assert_eq!(store.credentials().await.unwrap().credentials[0].id, bob);
}

#[tokio::test]
async fn secrets_of_an_owner_change_together_and_the_others_stay() {
    let store = memory();
    let name = |name, text: &str| (name, Sealed::from_bytes(text.as_bytes().to_vec()));
    let owner = "provider:antigravity";
    assert!(!store.has_secrets().await.unwrap());
    store
        .put_secrets(owner, vec![name(SecretName::ClientId, "id"), name(SecretName::ClientSecret, "one")])
        .await
        .unwrap();
    store.put_secrets(owner, vec![name(SecretName::ClientSecret, "two")]).await.unwrap();
    let all = store.secrets(owner).await.unwrap();
    assert_eq!(all, [name(SecretName::ClientId, "id"), name(SecretName::ClientSecret, "two")]);
    store.delete_secret(owner, SecretName::ClientId).await.unwrap();
    assert_eq!(store.secrets(owner).await.unwrap().len(), 1);
    assert!(store.has_secrets().await.unwrap());
    store.delete_secrets(owner).await.unwrap();
    assert!(!store.has_secrets().await.unwrap());
}

/// Holds F37.
#[tokio::test]
async fn one_bad_record_of_a_thousand_hides_no_other() {
    for bad in [
        "provider = 'nonsense'",
        "state = 'asleep'",
        "state = 'blocked', state_since = 5",
        "added_at = 9223372036854775807",
        "email = CAST(x'ff' AS TEXT)",
        "provider = CAST(x'fe' AS TEXT)",
    ] {
        let store = memory();
        let sql = format!("UPDATE credentials SET {bad} WHERE id = 'c500'");
        for n in 0..1000 {
            store.insert_credential(&credential(&format!("c{n}")), vec![]).await.unwrap();
        }
        store.run(move |c| Ok(c.execute(&sql, [])?)).await.unwrap();
        let loaded = store.credentials().await.unwrap();
        assert_eq!(loaded.credentials.len(), 999, "{bad}");
        assert_eq!(loaded.damaged.len(), 1, "{bad}");
        assert_eq!(loaded.damaged[0].id, "c500");
    }
}

#[tokio::test]
async fn samples_come_back_and_those_of_a_credential_that_is_gone_are_left_out() {
    let store = memory();
    store.insert_credential(&credential("ada"), vec![]).await.unwrap();
    let sample = |id: &str, remaining, minutes| Sample {
        credential: CredentialId::new(id),
        subject: "gemini".into(),
        window: Some("5h".into()),
        remaining,
        at: noon() + SignedDuration::from_mins(minutes),
        source: "summary".into(),
    };
    let all = vec![sample("ada", Some(0.25), 0), sample("gone", Some(0.5), 1), sample("ada", None, 2)];
    store.add_samples(all.clone()).await.unwrap();
    let ada = CredentialId::new("ada");
    assert_eq!(store.samples(&ada, noon()).await.unwrap(), [all[0].clone(), all[2].clone()]);
    assert_eq!(store.samples(&ada, all[2].at).await.unwrap(), [all[2].clone()]);
    assert_eq!(store.samples(&CredentialId::new("gone"), noon()).await.unwrap(), []);
}

#[tokio::test]
async fn settings_are_kept_by_scope_and_forgotten_together() {
    let store = memory();
    let model = Scope::Model { credential: "ada".into(), model: "m".into() };
    let set = |scope: &Scope, value: &str| ("k".to_owned(), scope.clone(), Some(value.to_owned()));
    store
        .put_settings(vec![
            set(&Scope::Everywhere, "1"),
            set(&Scope::Credential("ada".into()), "2"),
            set(&model, "3"),
        ])
        .await
        .unwrap();
    store.put_setting("k", &Scope::Everywhere, Some("4")).await.unwrap();
    let values: Vec<_> =
        store.settings_all().await.unwrap().into_iter().map(|s| (s.scope, s.value)).collect();
    let expected = [(Scope::Everywhere, "4"), (Scope::Credential("ada".into()), "2"), (model, "3")];
    assert_eq!(values, expected.map(|(scope, value)| (scope, value.to_owned())));
    store.put_setting("k", &Scope::Everywhere, None).await.unwrap();
    assert_eq!(store.settings_all().await.unwrap().len(), 2);
    store.put_meta("fact", Some("a")).await.unwrap();
    store.put_meta("fact", Some("b")).await.unwrap();
    assert_eq!(store.meta("fact").await.unwrap().as_deref(), Some("b"));
    store.put_meta("fact", None).await.unwrap();
    assert_eq!(store.meta("fact").await.unwrap(), None);
}

/// Holds F42.
#[tokio::test]
async fn a_panic_fails_its_own_job_and_rolls_it_back() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path(), noon()).unwrap();
    let job = store.run(|c| -> Result<(), StoreError> {
        let change = c.transaction()?;
        change.execute("INSERT INTO meta (key, value) VALUES ('half', 'done')", [])?;
        panic!("in the middle");
    });
    assert!(matches!(job.await, Err(StoreError::Failed(_))));
    assert_eq!(store.meta("half").await.unwrap(), None);
    store.put_meta("after", Some("well")).await.unwrap();
}

/// Holds F34.
#[tokio::test]
async fn a_full_disk_loses_nothing_and_the_store_recovers() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path(), noon()).unwrap();
    let limit = |pages: i64| store.run(move |c| Ok(c.pragma_update(None, "max_page_count", pages)?));
    limit(40).await.unwrap();
    let mut stored = BTreeSet::new();
    let failure = loop {
        let id = format!("c{}", stored.len());
        match store.insert_credential(&credential(&id), sealed(&"x".repeat(2000))).await {
            Ok(()) => stored.insert(id),
            Err(error) => break error,
        };
    };
    assert_eq!(failure, StoreError::Full);
    let there = store.credentials().await.unwrap().credentials;
    assert_eq!(there.iter().map(|c| c.id.to_string()).collect::<BTreeSet<_>>(), stored);
    limit(1_000_000).await.unwrap();
    store.insert_credential(&credential("after"), sealed(&"x".repeat(2000))).await.unwrap();
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let dir = tempfile::tempdir().unwrap();
    for store in [memory(), Store::open(dir.path(), noon()).unwrap().0] {
        store.clone().close().await;
        assert_eq!(store.meta("x").await, Err(StoreError::Closed));
    }
    assert!(!dir.path().join("headroom.db-wal").exists(), "the journal is folded in");
}

fn any_state() -> impl Strategy<Value = State> {
    use domain::credential::{Blocked, Invalid};
    let since = any_instant;
    let text = || proptest::option::of("\\PC{0,20}");
    prop_oneof![
        Just(State::Active),
        Just(State::Disabled),
        (prop_oneof![Just(Invalid::NoToken), Just(Invalid::RefreshRefused)], since())
            .prop_map(|(why, since)| State::Invalid { why, since }),
        (prop_oneof![Just(Blocked::Terms), Just(Blocked::Scope)], text(), text(), since())
            .prop_map(|(why, message, link, since)| State::Blocked { why, message, link, since }),
        (text(), since()).prop_map(|(message, since)| State::Retired { message, since }),
    ]
}

fn any_instant() -> impl Strategy<Value = Timestamp> {
    (-62_000_000_000_000_000i64..250_000_000_000_000_000)
        .prop_map(|us| Timestamp::from_microsecond(us).unwrap())
}

prop_compose! {
    fn any_credential()(
        provider in prop_oneof![Just(Provider::Antigravity), Just(Provider::GeminiCli), Just(Provider::ApiKey)],
        texts in proptest::collection::vec(proptest::option::of("\\PC{0,30}"), 3),
        tier in proptest::option::of(("[a-z-]{1,12}", "\\PC{0,20}")),
        state in any_state(),
        added_at in any_instant(),
        others in proptest::collection::vec(proptest::option::of(any_instant()), 2),
    ) -> Credential {
        Credential {
            id: CredentialId::new("x"),
            provider,
            email: texts[0].clone(),
            label: texts[1].clone(),
            project: texts[2].clone(),
            tier: tier.map(|(id, name)| Tier { class: TierClass::of(&id, &name), id, name }),
            state,
            added_at,
            discovered_at: others[0],
            last_quota_refresh: others[1],
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn what_is_stored_loads_the_same(credential in any_credential()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let loaded = runtime.block_on(async {
            let store = memory();
            store.insert_credential(&credential, vec![]).await.unwrap();
            store.credentials().await.unwrap()
        });
        prop_assert_eq!(loaded, Loaded { credentials: vec![credential], damaged: vec![] });
    }
}
