//! One call of the upstream, up to the first byte for the client, or to the end where the client wants it whole.

use super::prompts::ANSWERED;
use crate::upstream::{CallError, Incoming, Upstream};
use domain::credential::Provider;
use domain::fault::{Class, Fault};
use domain::policy::words::Spoken;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use hyper::body::Bytes;
use secrecy::SecretString;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};
use wire::answer::{Answer, Broken, Identity, Source};
use wire::convert::Prepared;
use wire::dialect::Asked;

/// From the request to the first piece of the answer.
const FIRST_BYTE: Duration = Duration::from_secs(120);
/// Between two pieces.
pub(super) const IDLE: Duration = Duration::from_secs(300);
/// The largest answer that is given whole.
const WHOLE_LIMIT: usize = 64 << 20;
/// How much of a refusal is read, and for how long.
const REFUSAL_LIMIT: usize = 1 << 20;
const REFUSAL_TIME: Duration = Duration::from_secs(20);

/// The body of an answer as it comes.
pub(super) type Pieces = BoxStream<'static, Result<Bytes, CallError>>;

/// What a call is made of.
pub(super) struct Shot<'s> {
    pub(super) provider: Provider,
    pub(super) host: &'s str,
    pub(super) model: &'s str,
    pub(super) secret: &'s SecretString,
    pub(super) prepared: Prepared,
    pub(super) identity: Identity,
    /// It is kept what is answered.
    pub(super) listens: bool,
}

/// An answer of which something is there for the client.
pub(super) struct Begun {
    pub(super) answer: Answer,
    pub(super) first: Vec<u8>,
    pub(super) rest: Rest,
}

/// What follows on the beginning.
pub(super) enum Rest {
    /// More pieces of the upstream.
    Pieces(Pieces),
    /// Nothing: it is complete.
    Complete,
    /// Nothing: it broke, and the client is told so in what is there.
    Broken(Broken),
}

/// Makes the call. Dropping the future, or what it gives, ends the call.
///
/// An error means that nothing has come out for the client.
pub(super) async fn attempt(upstream: &Upstream, asked: &Asked<'_>, shot: Shot<'_>) -> Result<Begun, Broken> {
    let Shot { provider, host, model, secret, prepared, identity, listens } = shot;
    let deadline = Instant::now() + FIRST_BYTE;
    let sent = upstream.generate(provider, host, model, prepared.body.into(), secret);
    let incoming = match timeout_at(deadline, sent).await {
        Ok(Ok(incoming)) => incoming,
        Ok(Err(error)) => return Err(no_answer(&error)),
        Err(_) => return Err(no_answer(&CallError::Timeout(FIRST_BYTE))),
    };
    if !incoming.is_success() {
        return Err(Broken::Refused(Box::new(refusal(incoming, provider).await)));
    }
    let source = Source { provider, family: prepared.family, names: prepared.names };
    let mut answer = asked.answer(source, &identity);
    if listens {
        answer.listen(ANSWERED);
    }
    let streams = asked.draft().streams();
    let (mut pieces, mut first, mut until, mut taken) = (incoming.body, Vec::new(), deadline, 0);
    loop {
        let came = match timeout_at(until, pieces.next()).await {
            Err(_) => return Err(no_answer(&CallError::Timeout(if taken == 0 { FIRST_BYTE } else { IDLE }))),
            Ok(Some(Ok(bytes))) => {
                taken += bytes.len();
                if !streams && taken > WHOLE_LIMIT {
                    return Err(Broken::TooLong(WHOLE_LIMIT));
                }
                until = Instant::now() + IDLE;
                answer.push(&bytes, &mut first).map(|()| false)
            }
            // A break of the connection after the answer's own end is no loss.
            Ok(Some(Err(_)) | None) => answer.finish(&mut first).map(|()| true),
        };
        match came {
            Ok(true) => return Ok(Begun { answer, first, rest: Rest::Complete }),
            Ok(false) if streams && !first.is_empty() => {
                return Ok(Begun { answer, first, rest: Rest::Pieces(pieces) });
            }
            Ok(false) => {}
            Err(broke) if broke.told => {
                return Ok(Begun { answer, first, rest: Rest::Broken(broke.how) });
            }
            Err(broke) => return Err(broke.how),
        }
    }
}

fn no_answer(error: &CallError) -> Broken {
    Broken::Refused(Box::new(Fault::ours(Class::Transient, 0, &error.said())))
}

async fn refusal(incoming: Incoming, provider: Provider) -> Fault {
    let Incoming { status, date, retry_after, received_at, body: mut pieces } = incoming;
    let mut body = Vec::new();
    let read = async {
        while let Some(Ok(bytes)) = pieces.next().await {
            body.extend_from_slice(&bytes[..bytes.len().min(REFUSAL_LIMIT - body.len())]);
            if body.len() == REFUSAL_LIMIT {
                break;
            }
        }
    };
    // What came in time is read all the same.
    let _ = timeout(REFUSAL_TIME, read).await;
    let now = date.unwrap_or(received_at);
    let retry_after = retry_after.as_deref();
    wire::fault::read(wire::fault::Answer { status, retry_after, body: &body, now }, provider)
}
