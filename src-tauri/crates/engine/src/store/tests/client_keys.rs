use super::*;
use crate::proxy::keys::{ClientKeyWithHash, KeyHash, find};
use jiff::SignedDuration;

fn key(id: &str, name: &str) -> ClientKeyWithHash {
    let key = ClientKey {
        id: id.to_owned(),
        name: name.to_owned(),
        models: vec!["gemini-3".to_owned(), "claude".to_owned()],
        daily_cap: Some(100),
        created_at: noon(),
        last_used_at: None,
        revoked: false,
    };
    ClientKeyWithHash { key, hash: KeyHash::of(&format!("hr-{id}")) }
}

#[tokio::test]
async fn a_key_is_kept_as_its_hash_and_comes_back() {
    let store = Store::in_memory().unwrap();
    let (one, two) = (key("1", "laptop"), key("2", "server"));
    store.add_client_key(one.clone()).await.unwrap();
    store.add_client_key(two.clone()).await.unwrap();
    let kept = store.client_keys().await.unwrap();
    assert_eq!(kept, [one, two]);
    assert_eq!(find(&kept, "hr-2").map(|k| k.name.as_str()), Some("server"));
}

#[tokio::test]
async fn changes_touch_what_they_name() {
    let store = Store::in_memory().unwrap();
    store.add_client_key(key("1", "laptop")).await.unwrap();
    let later = noon() + SignedDuration::from_mins(5);
    store.touch_client_key("1", later).await.unwrap();
    store.touch_client_key("1", noon()).await.unwrap();
    let change = KeyChange { name: Some("desk".into()), ..KeyChange::default() };
    assert!(store.change_client_key("1", change).await.unwrap());
    let mut expected = key("1", "desk").key;
    expected.last_used_at = Some(later);
    assert_eq!(store.client_keys().await.unwrap()[0].key, expected);
    let change = KeyChange { models: Some(vec![]), daily_cap: Some(None), name: None };
    assert!(store.change_client_key("1", change).await.unwrap());
    (expected.models, expected.daily_cap) = (vec![], None);
    assert_eq!(store.client_keys().await.unwrap()[0].key, expected);
    assert!(!store.change_client_key("9", KeyChange::default()).await.unwrap());
}

#[tokio::test]
async fn a_name_is_in_use_once_and_free_after_its_key_is_revoked() {
    let store = Store::in_memory().unwrap();
    store.add_client_key(key("1", "laptop")).await.unwrap();
    store.add_client_key(key("2", "server")).await.unwrap();
    let taken = Err(StoreError::KeyExists("laptop".into()));
    assert_eq!(store.add_client_key(key("3", "laptop")).await, taken);
    let change = KeyChange { name: Some("laptop".into()), ..KeyChange::default() };
    assert_eq!(store.change_client_key("2", change.clone()).await, taken.map(|()| false));
    assert_eq!(store.change_client_key("1", change.clone()).await, Ok(true), "its own name is no conflict");
    assert!(store.revoke_client_key("1").await.unwrap());
    assert!(!store.revoke_client_key("1").await.unwrap(), "it is revoked already");
    assert!(!store.change_client_key("1", KeyChange::default()).await.unwrap(), "revoked is for good");
    store.add_client_key(key("3", "laptop")).await.unwrap();
    let kept = store.client_keys().await.unwrap();
    assert_eq!(kept.len(), 3);
    assert_eq!(find(&kept, "hr-1"), None);
    assert_eq!(find(&kept, "hr-3").map(|k| k.id.as_str()), Some("3"));
}

/// Holds F37.
#[tokio::test]
async fn a_damaged_key_opens_nothing_and_hides_no_other() {
    let store = Store::in_memory().unwrap();
    store.add_client_key(key("1", "laptop")).await.unwrap();
    store.add_client_key(key("2", "server")).await.unwrap();
    let damage = "UPDATE client_keys SET hash = x'00' WHERE id = '1'";
    store.run(move |c| Ok(c.execute(damage, [])?)).await.unwrap();
    let kept = store.client_keys().await.unwrap();
    assert_eq!(kept, [key("2", "server")]);
}
