use super::*;
use jiff::SignedDuration;
use proptest::prelude::*;
use std::fs;

fn database(dir: &Path) -> PathBuf {
    dir.join(DATABASE)
}

fn kept_files(dir: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path());
    all.filter(|p| p.to_string_lossy().contains(".corrupt-")).collect()
}

type Harm = fn(&mut Vec<u8>);

const HARMS: [(&str, Harm); 7] = [
    ("emptied", |b| b.clear()),
    ("cut in the first page", |b| b.truncate(1000)),
    ("cut in the middle", |b| b.truncate(b.len() / 2)),
    ("another file's content", |b| *b = b"{\"settings\": {}}}".to_vec()),
    ("a stranger's header", |b| b[68..72].fill(0)),
    ("pages wiped", |b| b[4096..].fill(0)),
    ("its version changed", |b| b[63] = 9),
];

/// Holds F36, G15.
#[tokio::test]
async fn a_damaged_database_is_kept_and_the_newest_backup_takes_its_place() {
    for (name, harm) in HARMS {
        let dir = tempfile::tempdir().unwrap();
        fill(dir.path(), 3).await;
        let (store, _) = Store::open(dir.path(), noon()).unwrap();
        store.back_up(noon()).await.unwrap();
        store.insert_credential(&credential("later"), vec![]).await.unwrap();
        store.close().await;
        let mut bytes = fs::read(database(dir.path())).unwrap();
        harm(&mut bytes);
        file::replace(&database(dir.path()), &bytes).unwrap();

        let (store, notes) = Store::open(dir.path(), noon()).unwrap();
        let kept = kept_files(dir.path());
        assert_eq!(kept.len(), 1, "{name}");
        assert_eq!(fs::read(&kept[0]).unwrap(), bytes, "{name}");
        assert_eq!(notes, [StoreNote::Restored { from: noon(), kept: Some(kept[0].clone()) }], "{name}");
        assert_eq!(store.credentials().await.unwrap().credentials.len(), 3, "{name}");
        assert_eq!(store.check().await, Ok(()), "{name}");
    }
}

/// Holds F36.
#[tokio::test]
async fn without_a_backup_it_begins_anew_and_says_so() {
    for (name, harm) in HARMS {
        let dir = tempfile::tempdir().unwrap();
        fill(dir.path(), 3).await;
        let mut bytes = fs::read(database(dir.path())).unwrap();
        harm(&mut bytes);
        file::replace(&database(dir.path()), &bytes).unwrap();
        let (store, notes) = Store::open(dir.path(), noon()).unwrap();
        assert!(
            matches!(&notes[..], [StoreNote::Lost { kept }] if fs::read(kept).unwrap() == bytes),
            "{name}: {notes:?}"
        );
        store.insert_credential(&credential("anew"), vec![]).await.unwrap();
    }
}

/// Holds F36.
#[tokio::test]
async fn an_interrupted_recovery_still_tells_of_the_loss() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path(), 1).await;
    fs::rename(database(dir.path()), dir.path().join("headroom.db.corrupt-20260301T000000Z")).unwrap();
    let (_store, notes) = Store::open(dir.path(), noon()).unwrap();
    assert!(matches!(&notes[..], [StoreNote::Lost { .. }]), "{notes:?}");
}

#[tokio::test]
async fn a_missing_database_comes_back_from_a_backup() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path(), 2).await;
    let (store, _) = Store::open(dir.path(), noon()).unwrap();
    store.back_up(noon()).await.unwrap();
    store.close().await;
    fs::remove_file(database(dir.path())).unwrap();
    let (store, notes) = Store::open(dir.path(), noon()).unwrap();
    assert_eq!(notes, [StoreNote::Restored { from: noon(), kept: None }]);
    assert_eq!(store.credentials().await.unwrap().credentials.len(), 2);
}

/// Holds F36.
#[tokio::test]
async fn a_damaged_backup_is_passed_over_for_an_older_one() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path(), 2).await;
    let (store, _) = Store::open(dir.path(), noon()).unwrap();
    let later = noon() + SignedDuration::from_hours(24);
    store.back_up(noon()).await.unwrap();
    let newest = store.back_up(later).await.unwrap().unwrap();
    store.close().await;
    file::replace(&newest, &fs::read(&newest).unwrap()[..5000]).unwrap();
    file::replace(&database(dir.path()), b"gone").unwrap();
    let (_store, notes) = Store::open(dir.path(), later).unwrap();
    assert!(matches!(&notes[..], [StoreNote::Restored { from, .. }] if *from == noon()), "{notes:?}");
}

/// Holds F38.
#[tokio::test]
async fn a_newer_form_is_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path(), 1).await;
    let (store, _) = Store::open(dir.path(), noon()).unwrap();
    store.put_meta("schema", Some("7")).await.unwrap();
    store.run(|c| Ok(c.pragma_update(None, "user_version", 7)?)).await.unwrap();
    store.close().await;
    let before = fs::read(database(dir.path())).unwrap();
    let error = Store::open(dir.path(), noon()).err().unwrap();
    assert_eq!(error, StoreError::Newer { found: 7, known: 4 });
    assert!(error.to_string().contains("newer version"));
    assert_eq!(fs::read(database(dir.path())).unwrap(), before);
    assert_eq!(kept_files(dir.path()), Vec::<PathBuf>::new());
}

/// Holds F38.
#[test]
fn a_migration_happens_as_a_whole_or_not_at_all() {
    const GOOD: &str = "CREATE TABLE b (x) STRICT;";
    const FINE: [&str; 3] =
        [schema::STEPS[0], "CREATE TABLE extra (x TEXT) STRICT;", "INSERT INTO extra VALUES ('moved');"];
    let open = || {
        let mut c = Connection::open_in_memory().unwrap();
        schema::migrate(&mut c, 0, &FINE[..1]).unwrap();
        c
    };
    let mut connection = open();
    for broken in [vec![FINE[0], "nonsense"], vec![FINE[0], FINE[1], GOOD, "ALTER TABLE nowhere ADD x"]] {
        assert!(schema::migrate(&mut connection, 1, &broken).is_err());
        assert_eq!(schema::version(&connection), Ok(1));
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema WHERE name IN ('extra', 'b')", [], |r| r.get(0))
            .unwrap();
        assert_eq!(tables, 0);
    }
    schema::migrate(&mut connection, 1, &FINE).unwrap();
    assert_eq!(schema::version(&connection), Ok(3));
    let moved: String = connection.query_row("SELECT x FROM extra", [], |r| r.get(0)).unwrap();
    assert_eq!(moved, "moved");
    assert_eq!(
        schema::migrate(&mut connection, 3, &FINE[..2]),
        Err(StoreError::Newer { found: 3, known: 2 })
    );
}

#[tokio::test]
async fn a_copy_is_made_once_a_day_and_a_week_of_them_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path(), noon()).unwrap();
    for hour in 0..24 * 12 {
        let now = noon() + SignedDuration::from_hours(hour);
        let made = store.back_up_if_due(now).await.unwrap();
        assert_eq!(made.is_some(), hour % 24 == 0, "hour {hour}");
    }
    let kept: Vec<_> = backup::list(&dir.path().join(BACKUPS)).iter().map(|b| b.at).collect();
    assert_eq!(kept.len(), 7);
    assert_eq!(kept.last(), Some(&(noon() + SignedDuration::from_hours(24 * 11))));
    // A clock that ran ahead leaves a copy from the future behind: it must not stop the next ones.
    assert!(store.back_up_if_due(noon()).await.unwrap().is_some());
    assert!(Store::in_memory().unwrap().back_up_if_due(noon()).await.unwrap().is_none());
}

#[tokio::test]
async fn leftovers_of_a_crash_are_in_nobodys_way() {
    let dir = tempfile::tempdir().unwrap();
    file::private_dir(&dir.path().join(BACKUPS)).unwrap();
    for name in [".created.db", ".restored.db", "backups/headroom-20260301T120000Z.db.part"] {
        file::replace(&dir.path().join(name), b"half").unwrap();
    }
    fill(dir.path(), 1).await;
    let (store, _) = Store::open(dir.path(), noon()).unwrap();
    store.back_up(noon()).await.unwrap();
    assert_eq!(backup::list(&dir.path().join(BACKUPS)).len(), 1);
}

/// One way to harm a file: where (a share of its length) and how.
#[derive(Debug, Clone)]
enum Mutation {
    Flip(f64, u8),
    Cut(f64),
    Wipe(f64, usize),
    Append(Vec<u8>),
}

fn any_mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        4 => (0.0..1.0f64, 0u8..8).prop_map(|(place, bit)| Mutation::Flip(place, bit)),
        2 => (0.0..1.0f64).prop_map(Mutation::Cut),
        2 => (0.0..1.0f64, 1usize..5000).prop_map(|(place, length)| Mutation::Wipe(place, length)),
        1 => proptest::collection::vec(any::<u8>(), 1..100).prop_map(Mutation::Append),
    ]
}

fn mutate(bytes: &mut Vec<u8>, mutation: &Mutation) {
    let length = bytes.len();
    let place = |share: f64| ((length as f64 * share) as usize).min(length - 1);
    match mutation {
        Mutation::Flip(share, bit) => bytes[place(*share)] ^= 1 << bit,
        Mutation::Cut(share) => bytes.truncate(place(*share)),
        Mutation::Wipe(share, count) => {
            let from = place(*share);
            bytes[from..(from + count).min(length)].fill(0);
        }
        Mutation::Append(more) => bytes.extend(more),
    }
}

/// The bytes of a database with twenty credentials.
fn twenty() -> &'static [u8] {
    static BYTES: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    BYTES.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (store, _) = Store::open(dir.path(), noon()).unwrap();
            for n in 0..20 {
                store
                    .insert_credential(&credential(&format!("c{n}")), sealed(&"x".repeat(300)))
                    .await
                    .unwrap();
            }
            store.close().await;
        });
        fs::read(database(dir.path())).unwrap()
    })
}

/// How many credentials there are after opening a harmed copy beside a good backup.
async fn open_harmed(good: &[u8], mutation: &Mutation) -> Result<usize, StoreError> {
    let dir = tempfile::tempdir().unwrap();
    let backups = dir.path().join(BACKUPS);
    file::private_dir(&backups).unwrap();
    let mut bytes = good.to_vec();
    file::replace(&backups.join("headroom-20260301T120000Z.db"), &bytes).unwrap();
    mutate(&mut bytes, mutation);
    file::replace(&database(dir.path()), &bytes).unwrap();
    let (store, _) = Store::open(dir.path(), noon())?;
    let loaded = store.credentials().await?;
    let removed = store.removed().await?;
    store.close().await;
    Ok(loaded.credentials.len() + loaded.damaged.len() + removed.len())
}

fn mutations() -> u32 {
    std::env::var_os("HEADROOM_MUTATIONS").and_then(|n| n.to_str()?.parse().ok()).unwrap_or(300)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(mutations()))]
    /// Holds F36, G15.
    #[test]
    fn no_damage_makes_it_silently_empty(mutation in any_mutation()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let good = twenty();
        match runtime.block_on(open_harmed(good, &mutation)) {
            // Read well, or brought back: whatever it says, they are all there.
            Ok(count) => prop_assert_eq!(count, 20),
            // Said plainly, and nothing was overwritten.
            Err(StoreError::Newer { .. }) => {}
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}
