//! What stays in the memory of a running engine after a login was used and removed.
#![cfg(target_os = "linux")]

use crate::harness::{Headroom, id, scenario, service};
use std::io::{Read, Seek, SeekFrom};

const PLANTED: &str = "1//FAKE_CANARY_OF_THE_MEMORY_0001";

/// Holds T24, G4.
#[tokio::test]
async fn a_login_that_was_used_and_removed_is_in_no_memory() {
    let scenario = scenario(&format!("[[accounts]]\nname = 'ada'\nrefresh_token = '{PLANTED}'\n"));
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator).env("HEADROOM_LOG", "trace");
    let engine = headroom.serve(&[]).await;
    headroom.import(&scenario).await;
    headroom.ok(&["quota", "--refresh"]).await;
    assert!(
        simulator.calls().iter().any(|call| call.method == simulator::CallKind::Token),
        "the refresh token was used"
    );
    headroom.ok(&["credentials", "remove", &id(&headroom).await]).await;
    // Other work reuses what was let go of, as in any program.
    headroom.ok(&["quota"]).await;
    let process = engine.process();
    match found(process, PLANTED.as_bytes()) {
        Some((places, bytes)) => {
            println!("figure T24, G4: {} MiB of memory after a removal: {places} places", bytes >> 20);
            assert_eq!(places, 0, "the refresh token stands in memory");
        }
        None => println!("skipped: the system does not let one process read another's memory"),
    }
    engine.stop().await;
}

/// How often something stands in the writable memory of a process, and how much memory that is.
fn found(process: u32, secret: &[u8]) -> Option<(usize, usize)> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let mut memory = std::fs::File::open(format!("/proc/{process}/mem")).ok()?;
    let (mut places, mut bytes) = (0, 0);
    for line in
        maps.lines().filter(|line| line.split_whitespace().nth(1).is_some_and(|mode| mode.starts_with("rw")))
    {
        let (from, to) = line.split_whitespace().next()?.split_once('-')?;
        let (from, to) = (u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?);
        let mut content = vec![0; usize::try_from(to - from).ok()?];
        // Some regions, like [vvar], cannot be read.
        if memory.seek(SeekFrom::Start(from)).is_err() || memory.read_exact(&mut content).is_err() {
            continue;
        }
        bytes += content.len();
        places += content.windows(secret.len()).filter(|window| *window == secret).count();
    }
    (bytes > 0).then_some((places, bytes))
}
