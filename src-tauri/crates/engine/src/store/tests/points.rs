//! Killed at every write: while the database is open all writes go to its journal, one behind the other, so what a
//! kill leaves is the file and a beginning of the journal.

use super::*;
use std::fs;

fn database(dir: &Path) -> PathBuf {
    dir.join(DATABASE)
}

/// Bytes of the journal's head, and of a page in it with its own head.
const HEAD: usize = 32;
const PAGE: usize = 24 + 4096;

/// Holds F32, G1.
#[tokio::test]
async fn a_kill_at_any_write_leaves_what_was_acknowledged_and_nothing_half() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path(), 2).await;
    let (store, _) = Store::open(dir.path(), noon()).unwrap();
    store.run(|c| Ok(c.pragma_update(None, "wal_autocheckpoint", 0)?)).await.unwrap();
    let journal = dir.path().join(format!("{DATABASE}-wal"));
    let written = || fs::metadata(&journal).map_or(0, |meta| meta.len() as usize);
    let mut acknowledged = vec![written()];
    for step in 0..30 {
        change(&store, step).await;
        acknowledged.push(written());
    }
    let (base, whole) = (fs::read(database(dir.path())).unwrap(), fs::read(&journal).unwrap());
    let mut points = 0;
    for cut in cuts(whole.len(), acknowledged[0]) {
        let copy = tempfile::tempdir().unwrap();
        file::replace(&database(copy.path()), &base).unwrap();
        file::replace(&copy.path().join(format!("{DATABASE}-wal")), &whole[..cut]).unwrap();
        let (left, notes) = Store::open(copy.path(), noon()).unwrap();
        assert_eq!(notes, [], "cut at {cut}");
        assert_eq!(left.check().await, Ok(()), "cut at {cut}");
        let done = left.meta("step").await.unwrap().map_or(0, |n| n.parse::<usize>().unwrap() + 1);
        let promised = acknowledged.iter().filter(|length| **length <= cut).count() - 1;
        // Each step has two writes, of which the number is the second.
        assert!(done == promised || done == promised + 1, "cut at {cut}: {promised} promised, {done} there");
        whole_step(&left, done).await;
        points += 1;
    }
    println!(
        "figure F32, G1: {points} places of the journal cut, inside and between pages: 0 acknowledged changes lost, 0 half"
    );
    assert!(points > 300, "{points}");
}

/// Every page's beginning, end and inside.
fn cuts(length: usize, from: usize) -> Vec<usize> {
    let pages = (0..).map(|n| HEAD + n * PAGE).take_while(|at| *at < length);
    let mut all: Vec<_> = pages
        .flat_map(|at| [at, at + 1, at + 23, at + 24, at + 2_000, at + PAGE - 1])
        .filter(|at| *at >= from)
        .collect();
    all.push(length);
    all.retain(|at| *at <= length);
    all
}

/// A change of several rows and tables, and then its number.
async fn change(store: &Store, step: usize) {
    match step % 3 {
        0 => store
            .insert_credential(&credential(&format!("n{step}")), sealed(&step.to_string()))
            .await
            .unwrap(),
        1 => store.put_secrets("c0", sealed(&step.to_string())).await.unwrap(),
        _ => {
            let value = |key: &str| (key.to_owned(), Scope::Everywhere, Some(step.to_string()));
            store.put_settings(vec![value("a"), value("b")]).await.unwrap();
        }
    }
    store.put_meta("step", Some(&step.to_string())).await.unwrap();
}

/// Whatever belongs together is there together.
async fn whole_step(store: &Store, done: usize) {
    let credentials = store.credentials().await.unwrap();
    assert!(credentials.damaged.is_empty());
    let new = credentials.credentials.iter().filter(|c| c.id.as_str().starts_with('n'));
    for credential in new {
        assert_eq!(store.secrets(credential.id.as_str()).await.unwrap().len(), 1, "{}", credential.id);
    }
    let settings = store.settings_all().await.unwrap();
    let of = |key: &str| settings.iter().find(|s| s.key == key).map(|s| s.value.clone());
    assert_eq!(of("a"), of("b"), "after {done} steps");
}
