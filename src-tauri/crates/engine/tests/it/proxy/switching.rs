//! On, off and elsewhere, without a restart.

use super::{Door, GEMINI, api_key, chat, free, listens, until};
use crate::bench::Bench;
use engine::view::dto::Freshness;
use engine::{Mode, Time};
use simulator::{AccountSpec, ApiKeySpec, CallKind, Fault, FaultKind, Scenario};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

#[tokio::test(flavor = "multi_thread")]
async fn it_follows_the_settings() {
    let door = Door::with(&["ada"]).await;
    assert_eq!(door.chat(GEMINI).await.status(), 200);
    door.bench.set("proxy_enabled", "false").await;
    until("it listens no more", || TcpStream::connect(door.address).is_err()).await;
    door.bench.set("proxy_enabled", "true").await;
    listens(door.address).await;
    let elsewhere = free();
    door.bench.set("proxy_listen", &elsewhere.to_string()).await;
    listens(elsewhere).await;
    until("the old address is given up", || TcpStream::connect(door.address).is_err()).await;
    let url = format!("http://{elsewhere}/v1/chat/completions");
    let answer = door.http.post(url).bearer_auth(&door.key).json(&chat(GEMINI, false)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

/// Holds F43.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_under_way_outlives_a_switch_and_a_stop_ends_it_in_time() {
    let mut door = Door::with(&["ada"]).await;
    let endless = FaultKind::HugeStream { events: None, characters: 16 };
    door.bench.simulator.script(Fault::new(endless).on(CallKind::StreamGenerate));
    let mut client = tokio::net::TcpStream::connect(door.address).await.unwrap();
    client.write_all(door.request("/v1/chat/completions", &chat(GEMINI, true)).as_bytes()).await.unwrap();
    let mut some = [0; 512];
    client.read_exact(&mut some).await.unwrap();
    door.bench.set("proxy_enabled", "false").await;
    until("it listens no more", || TcpStream::connect(door.address).is_err()).await;
    client.read_exact(&mut some).await.unwrap();
    let began = Instant::now();
    door.bench.stop().await;
    assert!(began.elapsed() < Duration::from_secs(7), "{:?}", began.elapsed());
}

/// Holds T26, F41.
#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_told_with_its_owner_and_never_drifted_from() {
    let bench =
        Bench::with_credentials(Scenario::default().with(AccountSpec::new("ada")), Mode::Full, Time::Real)
            .await;
    let squatter = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = squatter.local_addr().unwrap();
    bench.set("proxy_listen", &address.to_string()).await;
    bench.set("proxy_enabled", "true").await;
    let mut told = None;
    for _ in 0..100 {
        let status = bench.client.status().await.unwrap();
        told = status.notices.into_iter().find(|n| n.code == "proxy_port");
        if told.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let told = told.unwrap().message;
    assert!(told.contains(&address.to_string()), "{told}");
    if cfg!(target_os = "linux") {
        assert!(told.contains(&format!("process {}", std::process::id())), "{told}");
    }
    drop(squatter);
    let healthy = || async move {
        let mut stream = tokio::net::TcpStream::connect(address).await.ok()?;
        let request = format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        answer.starts_with("HTTP/1.1 200").then_some(())
    };
    let mut up = None;
    for _ in 0..200 {
        up = healthy().await;
        if up.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(up.is_some(), "it comes up when the port is free");
    assert!(bench.client.status().await.unwrap().notices.iter().all(|n| n.code != "proxy_port"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_key_serves_at_once_and_after_a_restart() {
    let mut door = Door::open(api_key("studio")).await;
    assert_eq!(door.served(&door.chat(super::STUDIO).await), "studio");
    door.bench.restart(Mode::Full).await;
    listens(door.address).await;
    // Nothing was read yet in this run: the first request has the list read.
    assert_eq!(door.served(&door.chat(super::STUDIO).await), "studio");
}

#[tokio::test(flavor = "multi_thread")]
async fn rests_outlive_a_restart() {
    let mut door = Door::with(&["ada"]).await;
    let refusal = Fault::new(FaultKind::error("429.quota_exhausted")).on(CallKind::StreamGenerate).always();
    door.bench.simulator.script(refusal);
    assert_eq!(door.chat(GEMINI).await.status(), 429);
    door.bench.restart(Mode::OneShot).await;
    let rests = door.bench.client.cooldowns().await.unwrap();
    assert!(rests.len() == 1 && rests[0].scope == "group" && rests[0].reason == "quota_empty", "{rests:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_lived_engine_listens_nowhere() {
    let scenario = Scenario { api_keys: vec![ApiKeySpec::new("studio")], ..Scenario::default() };
    let bench = Bench::with_credentials(scenario, Mode::OneShot, Time::Real).await;
    let address = free();
    bench.set("proxy_listen", &address.to_string()).await;
    bench.set("proxy_enabled", "true").await;
    bench.quota(Freshness::Cached).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(TcpStream::connect(address).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn localhost_is_the_proxy_by_both_of_its_addresses() {
    let door = Door::with(&["ada"]).await;
    let other = SocketAddr::new(Ipv6Addr::LOCALHOST.into(), door.address.port());
    let Ok(squatter) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) else {
        println!("skipped: this machine has no ::1");
        return;
    };
    until("it listens on the other one too", || TcpStream::connect(other).is_ok()).await;
    let send = |url: String| door.http.post(url).bearer_auth(&door.key).json(&chat(GEMINI, false)).send();
    let answer = send(format!("http://{other}/v1/chat/completions")).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(warning(&door).await, None);

    let taken = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), squatter.local_addr().unwrap().port());
    door.bench.set("proxy_listen", &taken.to_string()).await;
    listens(taken).await;
    until("the old addresses are given up", || {
        TcpStream::connect(other).is_err() && TcpStream::connect(door.address).is_err()
    })
    .await;
    assert_eq!(send(format!("http://{taken}/v1/chat/completions")).await.unwrap().status(), 200);
    let told = warns(&door, true).await.unwrap();
    assert!(told.contains(&squatter.local_addr().unwrap().to_string()), "{told}");
    door.bench.set("proxy_enabled", "false").await;
    warns(&door, false).await;
}

/// Waits until there is a warning of a program on the other address of `localhost`, or none.
async fn warns(door: &Door, there: bool) -> Option<String> {
    for _ in 0..500 {
        let warning = warning(door).await;
        if warning.is_some() == there {
            return warning;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never: a warning is {there}");
}

async fn warning(door: &Door) -> Option<String> {
    let notices = door.bench.client.status().await.unwrap().notices;
    notices.into_iter().find(|notice| notice.code == "proxy_localhost").map(|notice| notice.message)
}
