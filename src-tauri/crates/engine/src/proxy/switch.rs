//! Listens as the settings say: on, off, elsewhere, without a restart.

use super::Inner;
use super::entry::Entry;
use super::occupant;
use super::state::ProxyState;
use crate::ledger::{Level, Note, Notice};
use crate::listener::{Guard, Listening, accept};
use crate::tasks::Tasks;
use domain::settings::Settings;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// For a whole head.
const HEAD: Duration = Duration::from_secs(10);
/// For another request on a connection. Longer than clients keep an idle one themselves (Go and reqwest: 90 s), so that
/// it is they who close it: a request that meets a close of ours on its way fails.
const IDLE: Duration = Duration::from_secs(120);
/// Connections at once.
const CONNECTIONS: usize = 256;
/// For requests under way when it stops.
const DRAIN: Duration = Duration::from_secs(5);
/// A port that is taken is tried again after this, and then ever later.
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LAST_RETRY: Duration = Duration::from_secs(30);
/// The notice that it does not listen.
const CODE: &str = "proxy_port";
/// The notice that it does not listen on the other address of `localhost`.
const BESIDE: &str = "proxy_localhost";

/// What a listener is opened with; a change of any of it opens another.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    address: SocketAddr,
    hosts: Vec<String>,
}

impl Wanted {
    fn of(settings: &Settings) -> Option<Self> {
        let wanted = Self { address: settings.proxy_listen, hosts: settings.proxy_hosts.clone() };
        (settings.proxy_enabled && settings.listen_is_allowed()).then_some(wanted)
    }
}

/// The other address that `localhost` may stand for: programs take the one or the other.
fn beside(address: SocketAddr) -> Option<SocketAddr> {
    let other = match address.ip() {
        IpAddr::V4(Ipv4Addr::LOCALHOST) => Ipv6Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::LOCALHOST) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V4(_) | IpAddr::V6(_) => return None,
    };
    Some(SocketAddr::new(other, address.port()))
}

/// A listener that runs.
struct Open {
    wanted: Wanted,
    /// Who has the same port of the other address of `localhost`.
    rival: Option<String>,
    tasks: Tasks,
    closing: CancellationToken,
    over: CancellationToken,
}

impl Open {
    async fn bind(inner: &Arc<Inner>, wanted: Wanted) -> io::Result<Self> {
        let mut listeners = vec![TcpListener::bind(wanted.address).await?];
        let mut rival = None;
        if let Some(other) = beside(wanted.address) {
            match TcpListener::bind(other).await {
                Ok(listener) => listeners.push(listener),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    rival = Some(misled(wanted.address, other));
                }
                // This machine has one of the two only.
                Err(error) => tracing::debug!(%error, address = %other, "The proxy does not listen there"),
            }
        }
        let (tasks, closing, over) = (Tasks::default(), CancellationToken::new(), CancellationToken::new());
        let guard = Guard::with_names(wanted.address.port(), &wanted.hosts);
        let listening = Listening {
            name: "The proxy",
            head: HEAD,
            idle: IDLE,
            connections: CONNECTIONS,
            keep_alive: true,
            tasks: tasks.clone(),
            closing: closing.clone(),
            over: over.clone(),
        };
        let entry = Arc::new(Entry { guard, inner: inner.clone() });
        tasks.start(|_| accept(listeners, listening, entry));
        Ok(Self { wanted, rival, tasks, closing, over })
    }

    /// Accepts nothing more, lets requests under way finish for a while, then cuts them.
    async fn close(self) {
        self.closing.cancel();
        if timeout(DRAIN, self.tasks.finish()).await.is_err() {
            self.over.cancel();
            self.tasks.finish().await;
        }
    }
}

/// Who has said nothing for this long has nothing more to say.
#[cfg(feature = "testkit")]
const SILENT: Duration = Duration::from_millis(100);

/// Answers what a client says on one connection, without a socket: the client says these bytes, then listens until the
/// proxy hangs up or has nothing more to say.
#[cfg(feature = "testkit")]
pub(super) async fn converse(inner: &Arc<Inner>, port: u16, said: Vec<u8>) -> Vec<u8> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (client, server) = tokio::io::duplex(64 << 10);
    let (tasks, closing, over) = (Tasks::default(), CancellationToken::new(), CancellationToken::new());
    let listening = Listening {
        name: "The proxy",
        head: HEAD,
        idle: IDLE,
        connections: 1,
        keep_alive: true,
        tasks,
        closing,
        over,
    };
    let entry = Entry { guard: Guard::new(port), inner: inner.clone() };
    let Some(seat) = crate::listener::Seats::new(1).take(Ipv4Addr::LOCALHOST.into()) else {
        return Vec::new();
    };
    let answer = crate::listener::exchange(server, &listening, &entry, &seat);
    let (mut reading, mut writing) = tokio::io::split(client);
    let talk = async {
        let say = async {
            // Who refuses early may hang up before everything is said.
            let _ = writing.write_all(&said).await;
        };
        let mut heard = Vec::new();
        let listen = async {
            let mut piece = [0; 4096];
            while let Ok(Ok(count @ 1..)) = timeout(SILENT, reading.read(&mut piece)).await {
                heard.extend_from_slice(&piece[..count]);
            }
        };
        tokio::join!(say, listen);
        let _ = writing.shutdown().await;
        heard
    };
    let hang_up = async { drop(answer.await) };
    tokio::join!(talk, hang_up).0
}

/// Follows the settings until `stop`; then closes, and lets the records be written.
pub(super) async fn run(inner: Arc<Inner>, stop: CancellationToken) {
    let mut settings = inner.parts.settings.watch();
    let mut open: Option<Open> = None;
    let mut retry = FIRST_RETRY;
    while !stop.is_cancelled() {
        let now = settings.borrow_and_update().clone();
        let wanted = Wanted::of(&now);
        if open.as_ref().map(|open| &open.wanted) != wanted.as_ref() {
            if let Some(old) = open.take() {
                inner.show(ProxyState::default()).await;
                inner.warn(None).await;
                // The new address does not wait for the old one's requests.
                inner.parts.tasks.start(|_| old.close());
            }
            match wanted {
                None => inner.show(ProxyState::default()).await,
                Some(wanted) => match Open::bind(&inner, wanted.clone()).await {
                    Ok(opened) => {
                        retry = FIRST_RETRY;
                        inner
                            .show(ProxyState { listening: Some(wanted.address), ..ProxyState::default() })
                            .await;
                        inner.warn(opened.rival.clone()).await;
                        open = Some(opened);
                    }
                    Err(error) => {
                        let why_not = Some(taken(wanted.address, &error));
                        inner.show(ProxyState { why_not, ..ProxyState::default() }).await;
                    }
                },
            }
        }
        // Never another port by itself: clients would be moved without anybody saying so.
        let waits = Wanted::of(&now).is_some() && open.is_none();
        let again = async {
            if waits {
                tokio::time::sleep(retry).await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            changed = settings.changed() => if changed.is_err() { break },
            () = again => retry = (retry * 2).min(LAST_RETRY),
            () = stop.cancelled() => break,
        }
    }
    if let Some(open) = open {
        open.close().await;
    }
    inner.last_record.cancel();
}

fn taken(address: SocketAddr, error: &io::Error) -> String {
    let what = if error.kind() == io::ErrorKind::AddrInUse {
        format!("{} uses it", user_of(address))
    } else {
        error.to_string()
    };
    format!(
        "The proxy cannot listen on {address}: {what}. End that program, or choose another address: headroom settings set proxy_listen 127.0.0.1:PORT"
    )
}

fn user_of(address: SocketAddr) -> String {
    occupant::of(address).map_or_else(|| "another program".to_owned(), |occupant| occupant.to_string())
}

fn misled(address: SocketAddr, other: SocketAddr) -> String {
    format!(
        "The proxy listens on {address}, but {} listens on {other}: a program that is given localhost as the address may reach that one, and show it a client key. Give programs http://{address}, or choose another port: headroom settings set proxy_listen 127.0.0.1:PORT",
        user_of(other)
    )
}

impl Inner {
    /// Warns of a program beside the proxy, or that there is none any more.
    async fn warn(&self, rival: Option<String>) {
        let note = match rival {
            Some(message) => {
                tracing::warn!("{message}");
                let (level, at) = (Level::Warning, self.parts.clock.now());
                Note::Notice(Notice { code: BESIDE, level, message, at })
            }
            None => Note::NoticeOver(BESIDE),
        };
        self.parts.ledger.note(note).await;
    }

    /// Shows what the proxy is doing.
    async fn show(&self, state: ProxyState) {
        let before = self.state.borrow().clone();
        if (&before.listening, &before.why_not) == (&state.listening, &state.why_not) {
            return;
        }
        match (&state.listening, &state.why_not) {
            (Some(address), _) => tracing::info!(%address, "The proxy listens"),
            (None, Some(why_not)) => tracing::error!("{why_not}"),
            (None, None) => tracing::info!("The proxy does not listen"),
        }
        let note = match state.why_not.clone() {
            Some(message) => {
                Note::Notice(Notice { code: CODE, level: Level::Error, message, at: self.parts.clock.now() })
            }
            None => Note::NoticeOver(CODE),
        };
        self.state.send_modify(|shown| {
            let in_flight = shown.in_flight;
            *shown = ProxyState { in_flight, ..state };
        });
        self.parts.ledger.note(note).await;
    }
}
