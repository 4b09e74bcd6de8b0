//! Very many credentials.

use crate::harness::{Headroom, service, size};
use simulator::{AccountSpec, Scenario};
use std::time::Duration;
use tokio::time::Instant;

/// Holds F53, G13.
#[tokio::test]
async fn with_many_credentials_it_starts_at_once_and_stays_small() {
    let many = size("HEADROOM_MANY", 1_000);
    let scenario =
        (0..many).fold(Scenario::default(), |s, n| s.with(AccountSpec::new(&format!("login{n:04}"))));
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    for (name, content) in scenario.credential_files() {
        headroom.file(&format!("files/{name}"), content);
    }
    let folder = headroom.data_dir().parent().unwrap().join("files").display().to_string();
    headroom.ok(&["import", &folder]).await;
    let began = Instant::now();
    let engine = headroom.serve(&[]).await;
    let started = began.elapsed();
    let document = headroom.ok(&["credentials", "--json"]).await.json();
    assert_eq!(document["credentials"].as_array().unwrap().len(), many);
    // The first readings come in meanwhile, two a second.
    tokio::time::sleep(Duration::from_secs(5)).await;
    headroom.ok(&["settings", "get", "language"]).await;
    let mib = engine.resident_kib() / 1_024;
    println!("figure F53, G13: {many} credentials: start {started:.1?}, {mib} MiB resident");
    let slow = if cfg!(debug_assertions) { Duration::from_secs(6) } else { Duration::from_secs(2) };
    assert!(started < slow, "{started:?}");
    assert!(mib <= 150, "{mib} MiB");
    assert_eq!(engine.stop().await.code, Some(0));
}
