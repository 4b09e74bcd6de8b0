//! A process that writes is killed without warning; what it was told is stored must be there.
//!
//! `HEADROOM_KILL_ROUNDS` sets how often (30).

use super::*;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

const DIR: &str = "HEADROOM_TEST_KILL_DIR";
const CHILD: &str = "store::tests::kill::the_process_that_is_killed";

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let rounds: u32 =
        std::env::var_os("HEADROOM_KILL_ROUNDS").and_then(|n| n.to_str()?.parse().ok()).unwrap_or(30);
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut last = 0;
    for round in 0..rounds {
        last = kill_after(dir.path(), rand::random_range(0..60)).unwrap_or(last);
        runtime.block_on(async {
            let (store, notes) = Store::open(dir.path(), noon()).unwrap();
            assert_eq!(notes, [], "round {round}");
            assert_eq!(store.check().await, Ok(()), "round {round}");
            let stored = counter(&store).await;
            assert!(stored >= last, "round {round}: {last} was acknowledged, {stored} is there");
            if stored > 0 {
                // The secret and the counter of one round belong together; the secret is written first.
                let secret: u64 =
                    String::from_utf8(store.secrets("ada").await.unwrap()[0].1.as_bytes().to_vec())
                        .unwrap()
                        .parse()
                        .unwrap();
                assert!(secret == stored || secret == stored + 1, "round {round}: {secret} beside {stored}");
            }
            last = stored;
            store.close().await;
        });
    }
    assert!(last > u64::from(rounds), "the writer got somewhere");
}

/// Lets a child write, kills it after `acknowledged` lines, and answers the last number it was told is stored.
fn kill_after(dir: &Path, acknowledged: usize) -> Option<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", CHILD, "--ignored", "--nocapture"])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let number = |line: String| line.strip_prefix("stored ").and_then(|n| n.parse().ok());
    let mut last = lines.by_ref().filter_map(number).take(acknowledged).last();
    child.kill().unwrap();
    child.wait().unwrap();
    last = lines.filter_map(number).last().or(last);
    last
}

async fn counter(store: &Store) -> u64 {
    store.meta("counter").await.unwrap().map_or(0, |n| n.parse().unwrap())
}

#[tokio::test]
#[ignore = "started and killed by the test above"]
async fn the_process_that_is_killed() {
    let dir = PathBuf::from(std::env::var_os(DIR).unwrap());
    let (store, _) = Store::open(&dir, noon()).unwrap();
    // It is there already in every round but the first.
    let _ = store.insert_credential(&credential("ada"), sealed("0")).await;
    let mut out = std::io::stdout();
    for number in counter(&store).await + 1.. {
        store.put_secrets("ada", sealed(&number.to_string())).await.unwrap();
        store.put_meta("counter", Some(&number.to_string())).await.unwrap();
        if number % 7 == 0 {
            store.back_up(noon()).await.unwrap();
        }
        writeln!(out, "stored {number}").unwrap();
        out.flush().unwrap();
    }
}
