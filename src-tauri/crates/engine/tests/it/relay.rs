//! A raw relay: bytes in, bytes out, and what can happen to them on the way back.

use engine::tasks::Tasks;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What happens to an answer. A break happens once; after it everything goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Nothing.
    Through,
    /// It comes this much later.
    Delayed(Duration),
    /// In pieces of so many bytes, with a pause before each.
    Dripping(usize, Duration),
    /// After so many bytes both sides are closed in order.
    Closed(usize),
    /// After so many bytes nothing more comes this way, while the other way stays open.
    HalfClosed(usize),
    /// After so many bytes the connection is reset.
    Reset(usize),
}

/// Listens until it is dropped.
pub struct Relay {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    target: Mutex<Option<SocketAddr>>,
    way: Mutex<Way>,
    /// Bytes of answers since the way was set.
    answered: AtomicUsize,
}

impl Relay {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            target: Mutex::new(None),
            way: Mutex::new(Way::Through),
            answered: AtomicUsize::new(0),
        });
        let (to, tasks) = (shared.clone(), Tasks::default());
        tasks.clone().start(|_| async move {
            while let Ok((client, _)) = listener.accept().await {
                tasks.start(|_| carry(client, to.clone()));
            }
        });
        Self { address, shared }
    }

    pub fn leads_to(&self, target: SocketAddr) {
        *self.shared.target.lock().unwrap() = Some(target);
    }

    /// From the next byte of an answer on.
    pub fn set(&self, way: Way) {
        *self.shared.way.lock().unwrap() = way;
        self.shared.answered.store(0, Ordering::SeqCst);
    }

    /// Bytes of answers since the way was set.
    pub fn answered(&self) -> usize {
        self.shared.answered.load(Ordering::SeqCst)
    }
}

async fn carry(client: TcpStream, shared: Arc<Shared>) {
    let target = shared.target.lock().unwrap().expect("the relay leads somewhere");
    let Ok(server) = TcpStream::connect(target).await else { return };
    let (mut from_client, to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    let there = Tasks::default().run(async move {
        let _ = tokio::io::copy(&mut from_client, &mut to_server).await;
        (from_client, to_server)
    });
    match back(from_server, to_client, &shared).await {
        End::Over => there.abort(),
        // Nothing more is said, and whatever the client still says is taken.
        End::Half(closed) => drop((there.await, closed)),
    }
}

enum End {
    Over,
    Half(OwnedWriteHalf),
}

async fn back(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, shared: &Shared) -> End {
    let mut buffer = [0; 4_096];
    loop {
        let Ok(count @ 1..) = from.read(&mut buffer).await else { return End::Over };
        let way = *shared.way.lock().unwrap();
        let room = match way {
            Way::Closed(after) | Way::HalfClosed(after) | Way::Reset(after) => {
                after.saturating_sub(shared.answered.load(Ordering::SeqCst))
            }
            Way::Through | Way::Delayed(_) | Way::Dripping(..) => usize::MAX,
        };
        let piece = &buffer[..count.min(room)];
        shared.answered.fetch_add(piece.len(), Ordering::SeqCst);
        if let Way::Delayed(pause) = way {
            tokio::time::sleep(pause).await;
        }
        let (bytes, pause) = match way {
            Way::Dripping(bytes, pause) => (bytes, pause),
            Way::Through | Way::Delayed(_) | Way::Closed(_) | Way::HalfClosed(_) | Way::Reset(_) => {
                (count, Duration::ZERO)
            }
        };
        for drop in piece.chunks(bytes.max(1)) {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            if to.write_all(drop).await.is_err() {
                return End::Over;
            }
        }
        if piece.len() < count {
            *shared.way.lock().unwrap() = Way::Through;
            match way {
                Way::HalfClosed(_) => {
                    let _ = to.shutdown().await;
                    return End::Half(to);
                }
                Way::Reset(_) => {
                    let _ = to.as_ref().set_zero_linger();
                    return End::Over;
                }
                Way::Through | Way::Delayed(_) | Way::Dripping(..) | Way::Closed(_) => return End::Over,
            }
        }
    }
}
