//! `headroom credentials`

use crate::harness::{Headroom, Output, scenario, service};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

#[tokio::test]
async fn a_credential_is_switched_named_removed_and_restored() {
    let scenario = scenario("[[accounts]]\nname = 'ada'\n");
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    headroom.import(&scenario).await;
    let change = async |args: &[&str]| {
        let mut all = vec!["credentials", "--json"];
        all.extend(args);
        headroom.ok(&all).await.json()
    };
    let id = headroom.ok(&["credentials", "--json"]).await.json()["credentials"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(change(&["disable", &id]).await["state"], "disabled");
    assert_eq!(change(&["enable", &id]).await["state"], "active");
    assert_eq!(change(&["rename", &id, "My own"]).await["name"], "My own");
    assert_eq!(change(&["disable", "My own"]).await["id"], id.as_str(), "by name");
    assert_ne!(change(&["rename", &id]).await["name"], "My own", "without a label its old name is back");
    let removed = change(&["remove", &id]).await;
    assert_eq!(removed["state"], "removed");
    assert!(removed["undo_until"].is_string(), "{removed}");
    assert_eq!(
        headroom.ok(&["credentials", "--json"]).await.json()["credentials"].as_array().map(Vec::len),
        Some(0)
    );
    change(&["restore", &id]).await;
    let text = headroom.ok(&["credentials"]).await.stdout;
    assert!(text.contains(&id), "{text}");
}

#[tokio::test]
async fn a_key_comes_in_by_stdin_and_never_out() {
    let scenario = scenario("[[api_keys]]\nname = 'studio'\nkey = 'FAKE_KEY_VALUE_0123'\n");
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    let added = headroom.run_with(&["credentials", "add-key", "Studio"], b"FAKE_KEY_VALUE_0123\n").await;
    assert_eq!(added.code, Some(0), "{added:?}");
    assert!(added.stdout.starts_with("Studio ("), "{added:?}");
    for args in
        [&["quota", "--json"][..], &["credentials", "--json"], &["settings", "export"], &["doctor", "--json"]]
    {
        let output = headroom.run(args).await;
        assert!(
            !output.stdout.contains("FAKE_KEY_VALUE") && !output.stderr.contains("FAKE_KEY_VALUE"),
            "{output:?}"
        );
    }
    headroom.run_with(&["credentials", "add-key", "Again"], b"FAKE_KEY_VALUE_0123").await.fails(4, "already");
    headroom.run_with(&["credentials", "add-key", "Empty"], b"\n").await.fails(2, "nothing was given");
}

#[tokio::test]
async fn signing_in_ends_with_the_credential() {
    let scenario = scenario("[[accounts]]\nname = 'ada'\n");
    let simulator = service(&scenario).await;
    let headroom = with_client(&simulator).await;
    let mut child =
        headroom.command(&["credentials", "login", "antigravity", "--no-browser"]).spawn().unwrap();
    // The browser: it opens the address and follows to wherever the service sends it.
    let address = address_on(&mut child).await;
    let callback = redirect_of(&address).await;
    get(&callback).await;
    let output = Output::of(child).await;
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(output.stdout.starts_with("Signed in as "), "{output:?}");
    let listed = headroom.ok(&["credentials", "--json"]).await.json();
    assert_eq!(listed["credentials"][0]["state"], "active", "{listed}");
}

#[tokio::test]
async fn a_browser_on_another_machine_ends_on_an_address_to_paste() {
    let scenario = scenario("[[accounts]]\nname = 'ada'\n");
    let simulator = service(&scenario).await;
    let headroom = with_client(&simulator).await;
    let mut child =
        headroom.command(&["credentials", "login", "antigravity", "--no-browser"]).spawn().unwrap();
    let address = address_on(&mut child).await;
    let callback = redirect_of(&address).await;
    let mut stdin = child.stdin.take().unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stdin, format!("{callback}\n").as_bytes()).await.unwrap();
    let output = Output::of(child).await;
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(output.stdout.starts_with("Signed in as "), "{output:?}");
    drop(stdin);
}

/// An installation that has an OAuth client to sign in with.
async fn with_client(simulator: &simulator::Simulator) -> Headroom {
    let headroom = Headroom::start(simulator);
    for (key, value) in [
        ("oauth_client_id_antigravity", "FAKE_CLIENT_ID"),
        ("oauth_client_secret_antigravity", "FAKE_CLIENT_SECRET"),
    ] {
        let set = headroom.run_with(&["settings", "set", key, "-"], value.as_bytes()).await;
        assert_eq!(set.code, Some(0), "{set:?}");
        assert!(!set.stdout.contains(value), "{set:?}");
    }
    headroom
}

async fn address_on(child: &mut tokio::process::Child) -> String {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let found = tokio::time::timeout(Duration::from_secs(30), async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.trim().starts_with("http://") {
                return line.trim().to_owned();
            }
        }
        panic!("no address on stderr");
    });
    found.await.unwrap()
}

/// Where the service's sign-in page sends the browser.
async fn redirect_of(address: &str) -> String {
    let answer = get(address).await;
    let line = answer.lines().find(|line| line.to_lowercase().starts_with("location:"));
    line.unwrap_or_else(|| panic!("{answer}")).split_once(' ').unwrap().1.trim().to_owned()
}

async fn get(address: &str) -> String {
    let rest = address.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
