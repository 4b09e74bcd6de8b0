//! What the proxy is doing, for whoever shows it.

use domain::policy::words::Said;
use std::net::SocketAddr;

/// What the proxy is doing. The proxy alone changes it; everybody else watches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProxyState {
    /// Where it listens; `None` while it does not.
    pub listening: Option<SocketAddr>,
    /// Why it does not listen although it is wanted, and what to do.
    pub why_not: Option<Said>,
    /// Requests that are being answered.
    pub in_flight: u32,
}
