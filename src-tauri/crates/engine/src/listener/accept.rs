//! The loop of a listener: one task a connection, time limits on each step.

use super::framing::{Head, Watched};
use super::seats::{Seat, Seats};
use crate::tasks::Tasks;
use hyper::body::{Body, Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// A head beyond this is answered 431; hyper itself allows 100 lines.
const HEAD_LIMIT: usize = 64 << 10;
/// Out of file descriptors: others have to close some first.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How much and how long a refused client may go on talking before the connection is cut under it.
const LINGER_BYTES: u64 = 16 << 20;
const LINGER: Duration = Duration::from_secs(1);

/// Answers the requests of a listener.
pub(crate) trait Answering: Send + Sync + 'static {
    /// The body of an answer.
    type Body: Body<Data = Bytes, Error = Infallible> + Send + 'static;

    /// Answers one. `head` is what the parser hides of its head.
    fn answer(
        &self,
        request: Request<Incoming>,
        head: Head,
        seat: &Seat,
    ) -> impl Future<Output = Response<Self::Body>> + Send;
}

/// How a listener listens, and how it ends.
#[derive(Clone)]
pub(crate) struct Listening {
    /// For the log.
    pub(crate) name: &'static str,
    /// For a whole head.
    pub(crate) head: Duration,
    /// For another request on a connection.
    pub(crate) idle: Duration,
    /// Connections at once.
    pub(crate) connections: usize,
    /// Several requests a connection. One leaves nothing to smuggle into: whatever follows it is thrown away.
    pub(crate) keep_alive: bool,
    /// Who waits for the connections.
    pub(crate) tasks: Tasks,
    /// Accepts nothing more; requests under way finish.
    pub(crate) closing: CancellationToken,
    /// Cuts what is still under way.
    pub(crate) over: CancellationToken,
}

/// Accepts on all of `listeners` until they close. They share one set of places.
pub(crate) async fn accept<A: Answering>(
    listeners: Vec<TcpListener>,
    listening: Listening,
    answering: Arc<A>,
) {
    let seats = Seats::new(listening.connections);
    let listening = Arc::new(listening);
    loop {
        let accepted = tokio::select! {
            () = listening.closing.cancelled() => return seats.dismiss_silent(),
            accepted = next(&listeners) => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some(seat) = seats.take(peer.ip()) else { continue };
                let (on, answering) = (listening.clone(), answering.clone());
                listening.tasks.start(|_| async move { serve(stream, &on, &*answering, seat).await });
            }
            Err(error) => {
                tracing::warn!(%error, "{} cannot accept a connection", listening.name);
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn next(listeners: &[TcpListener]) -> io::Result<(TcpStream, SocketAddr)> {
    poll_fn(|cx| {
        let mut polled = listeners.iter().map(|listener| listener.poll_accept(cx));
        polled.find(Poll::is_ready).unwrap_or(Poll::Pending)
    })
    .await
}

async fn serve<A: Answering>(stream: TcpStream, listening: &Listening, answering: &A, seat: Seat) {
    // Nagle's algorithm would hold an event back until the reader acknowledged the one before.
    let _ = stream.set_nodelay(true);
    let talk = async {
        if let Some(stream) = exchange(stream, listening, answering, &seat).await {
            linger(stream).await;
        }
    };
    tokio::select! {
        () = talk => {}
        () = seat.lost().cancelled() => {}
        () = listening.over.cancelled() => {}
    }
}

/// Answers what comes on a connection; gives it back where it has to be closed with care.
pub(crate) async fn exchange<A: Answering, S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    listening: &Listening,
    answering: &A,
    seat: &Seat,
) -> Option<Watched<S>> {
    let (stream, heads) = Watched::new(stream, listening.head);
    let service = service_fn(|request| {
        let head = heads.next();
        Box::pin(async move { Ok::<_, Infallible>(answering.answer(request, head, seat).await) })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(listening.idle)
        .max_buf_size(HEAD_LIMIT)
        .keep_alive(listening.keep_alive)
        .serve_connection(TokioIo::new(stream), service);
    let mut closing = pin!(listening.closing.cancelled());
    let mut told = !listening.keep_alive;
    // What goes wrong on a connection is the client's: it hung up, or talked no HTTP and was told so.
    let _ = poll_fn(|cx| {
        if !told && closing.as_mut().poll(cx).is_ready() {
            told = true;
            Pin::new(&mut connection).graceful_shutdown();
        }
        connection.poll_without_shutdown(cx)
    })
    .await;
    Some(connection.into_parts().io.into_inner())
}

// Closing while bytes of the client are unread resets the connection, and the answer may be lost with it.
async fn linger(mut stream: Watched<TcpStream>) {
    if stream.shutdown().await.is_ok() {
        let rest =
            async { tokio::io::copy(&mut (&mut stream).take(LINGER_BYTES), &mut tokio::io::sink()).await };
        let _ = timeout(LINGER, rest).await;
    }
}
