//! What all connections share: clock, state, call log.
//!
//! Two locks, each held for the length of a decision and never across an await.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::body::Bytes;
use jiff::Timestamp;
use tokio::{sync::Notify, time::Instant};

use crate::{
    calls::{Call, CallLog, End},
    clock::Clock,
    fault::FaultKind,
    refusal::Refusal,
    request::Request,
    world::{Caller, World},
};

/// The shared parts.
#[derive(Debug)]
pub(crate) struct Core {
    pub clock: Clock,
    /// Asks the connections of this moment to end.
    pub hang_up: Notify,
    born: Instant,
    body_kept: usize,
    world: Mutex<World>,
    log: Mutex<CallLog>,
}

impl Core {
    pub(crate) fn new(clock: Clock, world: World) -> Self {
        let log = CallLog::new(world.options.calls_kept);
        let body_kept = world.options.body_kept;
        Self {
            clock,
            hang_up: Notify::new(),
            born: Instant::now(),
            body_kept,
            world: Mutex::new(world),
            log: Mutex::new(log),
        }
    }

    /// The state. A panic while it was held leaves it readable: tests want to see the first failure, not this one.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, CallLog> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn milliseconds(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Notes the call and takes the faults that wait for it.
    pub(crate) fn admit(self: &Arc<Self>, request: &Request) -> (Ticket, Caller, Vec<FaultKind>) {
        let now = self.clock.now();
        let mut world = self.world();
        let caller = world.caller(request, now);
        let faults = world.take_faults(request, &caller);
        let account = world.name_of(&caller).map(str::to_owned);
        drop(world);
        let call = self.call(request, account, !faults.is_empty(), now);
        let number = self.log().open(call);
        (Ticket { core: Arc::clone(self), number, sent: 0, ended: false }, caller, faults)
    }

    fn call(&self, request: &Request, account: Option<String>, scripted: bool, at: Timestamp) -> Call {
        Call {
            number: 0,
            at,
            started: self.milliseconds(),
            ended: None,
            end: End::Open,
            method: request.kind,
            account,
            model: request.model().map(str::to_owned),
            project: request.project().map(str::to_owned),
            status: None,
            bytes_sent: 0,
            user_agent: request.user_agent.clone(),
            user_project_header: request.user_project,
            credits_asked: request.credits(),
            scripted,
            refusal: None,
            body: if request.body.len() <= self.body_kept { request.body.clone() } else { Bytes::new() },
            path: request.path.clone(),
        }
    }
}

/// A call's entry in the log while it runs. Dropped early, it notes that the client left.
#[derive(Debug)]
pub(crate) struct Ticket {
    core: Arc<Core>,
    number: u64,
    sent: u64,
    ended: bool,
}

impl Ticket {
    /// Notes what was decided.
    pub(crate) fn decided(&self, status: u16, refusal: Option<Refusal>) {
        if let Some(call) = self.core.log().get_mut(self.number) {
            call.status = Some(status);
            call.refusal = refusal;
        }
    }

    /// Counts bytes handed to the network; answers how many there are now.
    pub(crate) fn sent(&mut self, bytes: usize) -> u64 {
        self.sent += bytes as u64;
        self.sent
    }

    /// Notes the end; only the first counts.
    pub(crate) fn end(&mut self, end: End) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let ended = self.core.milliseconds();
        if let Some(call) = self.core.log().get_mut(self.number) {
            call.end = end;
            call.ended = Some(ended);
            call.bytes_sent = self.sent;
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.end(End::Cancelled);
    }
}
