//! The listener's loop: one task a connection, one request a connection, time limits on each step.
//!
//! One request a connection leaves nothing to smuggle into: whatever follows the request is thrown away.

use super::Commands;
use super::framing::Watched;
use super::router::Router;
use super::seats::{Seat, Seats};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

/// A head beyond this is answered 431; hyper itself allows 100 lines.
const HEAD_LIMIT: usize = 64 << 10;
/// Out of file descriptors: others have to close some first.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How much and how long a refused client may go on talking before the connection is cut under it.
const LINGER_BYTES: u64 = 16 << 20;
const LINGER: Duration = Duration::from_secs(1);

/// Accepts until the server closes.
pub(super) async fn accept<C: Commands>(listener: TcpListener, router: Arc<Router<C>>) {
    let seats = Seats::new(router.limits.connections);
    loop {
        let accepted = tokio::select! {
            () = router.closing.cancelled() => return seats.dismiss_silent(),
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let Some(seat) = seats.take() else { continue };
                let router = router.clone();
                router.tasks.clone().start(|_| async move { serve(stream, &router, seat).await });
            }
            Err(error) => {
                tracing::warn!(%error, "The control API cannot accept a connection");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve<C: Commands>(stream: TcpStream, router: &Router<C>, seat: Seat) {
    // Nagle's algorithm would hold an event back until the reader acknowledged the one before.
    let _ = stream.set_nodelay(true);
    let talk = async {
        if let Some(stream) = exchange(stream, router, &seat).await {
            linger(stream).await;
        }
    };
    tokio::select! {
        () = talk => {}
        () = seat.lost().cancelled() => {}
        () = router.over.cancelled() => {}
    }
}

async fn exchange<C: Commands>(
    stream: TcpStream,
    router: &Router<C>,
    seat: &Seat,
) -> Option<Watched<TcpStream>> {
    let (stream, lengths) = Watched::new(stream);
    let service = service_fn(|request| {
        let lengths = lengths.clone();
        Box::pin(async move { Ok::<_, Infallible>(router.answer(request, &lengths, seat).await) })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(router.limits.head)
        .max_buf_size(HEAD_LIMIT)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // What goes wrong on a connection is the client's: it hung up, or talked no HTTP and was told so.
    let _ = poll_fn(|cx| connection.poll_without_shutdown(cx)).await;
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
