//! Several commands at once on one data directory.

use crate::harness::{Headroom, size};
use futures_util::future::join_all;

#[tokio::test]
async fn short_commands_wait_for_each_other() {
    let headroom = Headroom::offline();
    let commands = (0..8).map(|number| {
        let headroom = &headroom;
        async move {
            let minutes = (number + 20).to_string();
            match number % 2 {
                0 => headroom.ok(&["settings", "set", "refresh_interval_minutes", &minutes]).await,
                _ => headroom.ok(&["quota"]).await,
            }
        }
    });
    for output in join_all(commands).await {
        assert_eq!(output.code, Some(0));
    }
    let last = headroom.ok(&["settings", "get", "refresh_interval_minutes"]).await.stdout;
    assert!(["20\n", "22\n", "24\n", "26\n"].contains(&last.as_str()), "{last}");
}

/// Holds F39, G15.
#[tokio::test]
async fn of_many_that_serve_one_does() {
    let headroom = Headroom::offline();
    let mut children: Vec<_> = (0..size("HEADROOM_STARTS_AT_ONCE", 10))
        .map(|_| headroom.command(&["serve"]).spawn().unwrap())
        .collect();
    let mut ended = 0;
    while ended < children.len() - 1 {
        ended = children.iter_mut().filter_map(|child| child.try_wait().unwrap()).count();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let announced = crate::harness::announced(&headroom.data_dir());
    // A child that has ended has no id any more.
    let alive: Vec<_> = children.iter().filter_map(tokio::process::Child::id).collect();
    assert_eq!(announced["pid"], serde_json::json!(alive[0]));
    println!("figure F39, G15: {} starts at once: 1 engine", children.len());
    headroom.ok(&["settings", "get", "language"]).await;
}
