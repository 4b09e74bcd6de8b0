//! What both HTTP listeners share: the accept loop with its time limits, who gives up a place when all are taken,
//! strict framing, and the guard against requests of other sites.
//!
//! What is answered is the control API's and the proxy's.

mod accept;
mod framing;
mod guard;
mod seats;
#[cfg(any(test, feature = "testkit"))]
pub mod vectors;

#[cfg(feature = "testkit")]
pub(crate) use accept::exchange;
pub(crate) use accept::{Answering, Listening, accept};
pub(crate) use framing::Head;
pub(crate) use guard::{Foreign, Guard};
pub(crate) use seats::Seat;
#[cfg(feature = "testkit")]
pub(crate) use seats::Seats;
