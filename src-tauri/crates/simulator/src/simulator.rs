//! The handle: starts the server, pulls its levers, reads its log, stops it.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use http_body_util::BodyExt as _;
use hyper::{Request, Response, body::Bytes};
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;

use crate::{
    Group,
    calls::Call,
    change::{self, AccountChange},
    clock::{Clock, SimClock},
    core::Core,
    fault::{Fault, FaultError},
    scenario::{Scenario, ScenarioError},
    server,
    tasks::Tasks,
    wire::{Broken, ResetLever},
    world::World,
};

/// A running simulated upstream. Cheap to clone; it stops when the last handle is dropped.
#[derive(Debug, Clone)]
pub struct Simulator {
    running: Arc<Running>,
}

#[derive(Debug)]
struct Running {
    core: Arc<Core>,
    address: SocketAddr,
    tasks: Tasks,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.tasks.stop();
    }
}

/// Why the simulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// Anybody in the network could pull its levers.
    #[error("{0} is not a loopback address; the simulator listens on 127.0.0.1 or [::1] only")]
    NotLoopback(SocketAddr),
    /// The port is taken, or may not be used.
    #[error("cannot listen on {address}: {source}; choose another port, or 0 for any")]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The scenario cannot be played.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
}

/// A scripted fault broke the connection before the answer was complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a scripted fault broke the connection")]
pub struct BrokenConnection;

impl Simulator {
    /// Starts a service that looks like `scenario` on a loopback address; port 0 takes any.
    ///
    /// # Errors
    /// Where the address is not loopback or taken, or the scenario impossible.
    pub async fn start(
        scenario: Scenario,
        listen: SocketAddr,
        clock: SimClock,
    ) -> Result<Self, SimulatorError> {
        if !listen.ip().is_loopback() {
            return Err(SimulatorError::NotLoopback(listen));
        }
        scenario.check()?;
        let refused = |source| SimulatorError::Listen { address: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;

        let clock = Clock::new(clock);
        let world = World::new(scenario, clock.now());
        let core = Arc::new(Core::new(clock, world));
        let tasks = Tasks::default();
        tasks.start(server::serve(Arc::clone(&core), listener, tasks.clone()));
        tracing::debug!(%address, "The simulated upstream listens");
        Ok(Self { running: Arc::new(Running { core, address, tasks }) })
    }

    /// A service that listens nowhere: [`Simulator::send`] is the only way to it. For tests with simulated time,
    /// since a socket has a clock of its own.
    ///
    /// # Errors
    /// Where the scenario is impossible.
    pub fn without_network(scenario: Scenario, clock: SimClock) -> Result<Self, SimulatorError> {
        scenario.check()?;
        let clock = Clock::new(clock);
        let world = World::new(scenario, clock.now());
        let core = Arc::new(Core::new(clock, world));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Ok(Self { running: Arc::new(Running { core, address, tasks: Tasks::default() }) })
    }

    /// Answers a request without a network, read to its end.
    ///
    /// # Errors
    /// Where a scripted fault breaks the connection; one that hangs never answers.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Bytes>, BrokenConnection> {
        let (head, body) = request.into_parts();
        let core = Arc::clone(&self.running.core);
        let answered = server::answer(core, ResetLever::default(), head, body.into()).await;
        let (head, body) = answered.map_err(|Broken| BrokenConnection)?.into_parts();
        let body = body.collect().await.map_err(|Broken| BrokenConnection)?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }

    /// Where it listens; port 0 where it does not.
    pub fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// Its base URL without a slash at the end: `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.running.address)
    }

    /// Moves its clock; a negative amount moves it back.
    pub fn advance(&self, by: SignedDuration) {
        self.running.core.clock.advance(by);
    }

    /// Its time.
    pub fn now(&self) -> Timestamp {
        self.running.core.clock.now()
    }

    /// Ends the connections of this moment, each after the answer that is under way on it, as a service does that is
    /// deployed anew.
    pub fn hang_up(&self) {
        self.running.core.hang_up.notify_waiters();
    }

    /// Every call so far that the scenario keeps, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.running.core.log().all()
    }

    /// Forgets the calls so far.
    pub fn clear_calls(&self) {
        self.running.core.log().clear();
    }

    /// Lets a fault wait for its calls.
    ///
    /// # Panics
    /// Where it names an account, a refusal or a stream that does not exist: a test that waits for it would pass
    /// without testing anything. [`Simulator::try_script`] answers instead.
    #[track_caller]
    pub fn script(&self, fault: Fault) {
        if let Err(error) = self.try_script(fault) {
            panic!("{error}");
        }
    }

    /// Lets a fault wait for its calls.
    ///
    /// # Errors
    /// Where it names an account, a refusal or a stream that does not exist.
    pub fn try_script(&self, fault: Fault) -> Result<(), FaultError> {
        push_fault(&self.running.core, fault)
    }

    /// Forgets the faults that wait.
    pub fn clear_faults(&self) {
        self.running.core.world().faults.clear();
    }

    /// Pulls a lever of an account.
    ///
    /// # Panics
    /// Where the scenario has no such account. [`Simulator::try_set`] answers instead.
    #[track_caller]
    pub fn set(&self, change: AccountChange) {
        if let Err(error) = self.try_set(change) {
            panic!("{error}");
        }
    }

    /// Pulls a lever of an account.
    ///
    /// # Errors
    /// Where the scenario has no such account.
    pub fn try_set(&self, change: AccountChange) -> Result<(), FaultError> {
        let now = self.now();
        change::apply(&mut self.running.core.world(), change, now)
    }

    /// When a window of an account refills, if it runs: what no client can know for sure.
    pub fn runs_until(&self, account: &str, group: Group, window: &str) -> Option<Timestamp> {
        let now = self.now();
        let mut world = self.running.core.world();
        let index = world.account_called(account)?;
        let windows = world.accounts[index].pool(group)?.read(now);
        windows.into_iter().find(|(w, _)| w.name == window).and_then(|(_, r)| r.started.then_some(r.reset))
    }

    /// Ends every connection and waits until the port is free.
    pub async fn stop(&self) {
        self.running.tasks.finish().await;
    }
}

/// Puts a fault into the queue, if it can ever happen.
pub(crate) fn push_fault(core: &Core, fault: Fault) -> Result<(), FaultError> {
    fault.check()?;
    let mut world = core.world();
    if let Some(name) = fault.account.as_deref().filter(|name| !world.knows(name)) {
        return Err(FaultError::Account(name.to_owned()));
    }
    world.faults.push(fault);
    Ok(())
}
