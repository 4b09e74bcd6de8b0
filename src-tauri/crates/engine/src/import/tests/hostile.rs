//! Two hundred hostile files, in a process of its own so that its memory can be read.

use super::*;
use crate::import::budget::{LARGEST_FILE, MOST_ENTRIES};
use std::process::Command;
use std::time::Duration;

const CHILD: &str = "import::tests::hostile::a_process_that_imports_them_one_by_one";
const MIB: usize = 1024 * 1024;
/// Over what the process needs anyway.
const MEMORY_KIB: u64 = 64 * 1024;
/// For one import; a debug build is about ten times slower than what people run.
const TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });

/// Files that no honest program writes.
fn hostile() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |name: String, content: Vec<u8>| files.push((name, content));
    // Larger and larger, around every limit.
    for size in [0, 1, 511, 512, 513, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 9 * MIB] {
        for filler in [b'{', b'[', b'"', b' ', 0, 0xff] {
            add(format!("{size} bytes of {filler}"), vec![filler; size]);
        }
    }
    // Deeper and deeper, closed and not.
    for depth in [63, 64, 65, 128, 1000, 100_000, 1_000_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"refresh_token\":", "}]")] {
            let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            add(format!("{depth} deep {open}"), nested.clone().into_bytes());
            add(format!("{depth} deep {open}, never closed"), open.repeat(depth).into_bytes());
        }
    }
    // Many values.
    for entry in ["0,", "[],", "\"\",", "{},"] {
        add(
            format!("4 MiB of {entry}"),
            format!("[{}0]", entry.repeat((4 * MIB - 10) / entry.len())).into_bytes(),
        );
    }
    // Many entries.
    for count in [9_999, 10_000, 10_001, 100_000] {
        for entry in [
            "{}",
            "[]",
            "0",
            "\"x\"",
            "{\"refresh_token\":\"1//A\"}",
            "{\"email\":\"a@b\",\"refresh_token\":7}",
        ] {
            add(format!("{count} of {entry}"), format!("[{}]", vec![entry; count].join(",")).into_bytes());
        }
    }
    // Names that lead elsewhere, odd names, two of one name.
    for name in [
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\Windows\\x",
        "a\0b",
        "a\nb",
        "\u{202e}nosj.a",
        "",
        "con",
        &"n".repeat(60_000),
    ] {
        add(
            format!("archive with {:.10}", name.escape_debug().to_string()),
            zipped(&[(name, login("A").as_bytes())]),
        );
    }
    // Bombs: one large entry, many of them, an archive of archives, more entries than are taken.
    let zeros = vec![b'['; 20 * MIB];
    add("bomb".to_owned(), zipped(&[("a.json", &zeros)]));
    let four = &zeros[..4 * MIB];
    let many: Vec<(String, &[u8])> = (0..8).map(|n| (format!("{n}.json"), four)).collect();
    add("many bombs".to_owned(), zipped(&many.iter().map(|(n, c)| (n.as_str(), *c)).collect::<Vec<_>>()));
    let nested = (0..10).fold(login("A").into_bytes(), |inner, _| zipped(&[("inner.zip", &inner)]));
    add("archives in archives".to_owned(), nested);
    for count in [MOST_ENTRIES, MOST_ENTRIES + 1, 40_000] {
        let names: Vec<String> = (0..count).map(|n| format!("{n}")).collect();
        add(
            format!("archive of {count}"),
            zipped(&names.iter().map(|n| (n.as_str(), b"{}".as_slice())).collect::<Vec<_>>()),
        );
    }
    // An archive with every kind of damage.
    let good = zipped(&[("a.json", login("A").as_bytes()), ("b.json", login("B").as_bytes())]);
    for at in (0..good.len()).step_by(good.len() / 30) {
        let mut flipped = good.clone();
        flipped[at] ^= 0xff;
        add(format!("archive with byte {at} flipped"), flipped);
        add(format!("archive cut at {at}"), good[..at].to_vec());
    }
    files
}

/// Holds T14.
#[test]
fn two_hundred_hostile_files_cost_bounded_time_and_memory() {
    let dir = tempfile::tempdir().unwrap();
    let files = hostile();
    assert!(files.len() >= 200);
    for (n, (name, content)) in files.iter().enumerate() {
        put(dir.path(), &n.to_string(), content);
        println!("file {n}: {name}");
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", CHILD, "--ignored", "--nocapture"])
        .env("HEADROOM_TEST_HOSTILE", dir.path())
        // What each thread's heap keeps for itself is the C library's choice, and another one every time.
        .env("MALLOC_ARENA_MAX", "1")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
#[ignore = "started by the test above"]
async fn a_process_that_imports_them_one_by_one() {
    let dir = std::path::PathBuf::from(std::env::var_os("HEADROOM_TEST_HOSTILE").unwrap());
    let before = peak_kib();
    let count = std::fs::read_dir(&dir).unwrap().count();
    for n in 0..count {
        let began = worked();
        let found = collect(vec![dir.join(n.to_string()).display().to_string()], vec![]).await;
        let planned = plan(&found, &[], None, Language::English);
        let took = worked() - began;
        assert!(took < TIME, "file {n} took {took:?}");
        assert!(!planned.is_empty(), "file {n} left no line in the report");
        assert!(found.iter().all(|f| f.content.as_ref().map_or(true, |b| b.len() as u64 <= LARGEST_FILE)));
        if let (Some(before), Some(now)) = (before, peak_kib()) {
            assert!(now < before + MEMORY_KIB, "after file {n}: {} KiB more", now - before);
        }
    }
    let began = worked();
    let all = collect(vec![dir.display().to_string()], vec![]).await;
    assert!(!all.is_empty() && worked() - began < TIME);
}

/// The processor time of this process, which a busy machine does not lengthen; only Linux tells.
fn worked() -> Duration {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which may hold spaces; in hundredths of a second.
    let numbers = status.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = numbers.skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
    Duration::from_millis(10 * ticks)
}

/// The most memory this process ever had; only Linux tells.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}
