//! Parts of the engine in every order a scheduler may choose.
//!
//! The engine's own files are compiled against a scheduler that takes one order after the other; each function here runs
//! them by so many random schedules, and panics where a promise is broken or somebody waits for ever.

#![expect(clippy::unwrap_used, reason = "a broken promise is told by a panic")]

use domain::credential::CredentialId;
use domain::fault::Class;
use domain::policy::cooldown::{Claim, Part, Probe, Proof, Reason, Scope};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use shuttle::future as task;
use shuttle::sync::Arc;
use shuttle::sync::atomic::{AtomicUsize, Ordering};

mod sync {
    pub use shuttle::sync::{Arc, Mutex, RwLock};
    pub use std::sync::PoisonError;
}

/// Tasks with an owner, as the engine's, on the scheduler of these tests.
mod tasks {
    use std::future::Future;
    use std::sync::Arc;
    use tokio::sync::watch;

    /// Told to all who wait for it.
    #[derive(Clone)]
    pub struct Stop(watch::Receiver<bool>);

    impl Stop {
        pub async fn cancelled(&self) {
            let mut told = self.0.clone();
            while !*told.borrow_and_update() {
                if told.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }

    #[derive(Clone)]
    pub struct Tasks {
        stop: Arc<watch::Sender<bool>>,
    }

    impl Default for Tasks {
        fn default() -> Self {
            Self { stop: Arc::new(watch::channel(false).0) }
        }
    }

    impl Tasks {
        pub fn start<F: Future<Output = ()> + Send + 'static>(&self, task: impl FnOnce(Stop) -> F) {
            drop(shuttle::future::spawn(task(Stop(self.stop.subscribe()))));
        }

        pub fn run<F>(&self, work: F) -> shuttle::future::JoinHandle<F::Output>
        where
            F: Future + Send + 'static,
            F::Output: Send + 'static,
        {
            shuttle::future::spawn(work)
        }

        pub fn stop(&self) {
            self.stop.send_replace(true);
        }
    }
}

#[path = "../engine/src/upstream/single_flight.rs"]
mod single_flight;

#[path = "../engine/src/settings/shown.rs"]
mod shown;

mod ledger;

use ledger::{Ledger, Note, State};
use shown::Shown;
use single_flight::SingleFlight;
use tasks::Tasks;

fn explore(schedules: usize, test: impl Fn() + Send + Sync + 'static) {
    shuttle::check_random(test, schedules);
}

/// Whoever asks shares a flight or begins the next; nobody gets nothing.
pub fn whoever_asks_in_whatever_order_shares_one_flight_and_none_is_lost(schedules: usize) {
    explore(schedules, || {
        task::block_on(async {
            let (tasks, runs) = (Tasks::default(), Arc::new(AtomicUsize::new(0)));
            let flights = Arc::new(SingleFlight::<&str, usize>::new(&tasks));
            let asked = (0..4).map(|_| {
                let (flights, runs) = (flights.clone(), runs.clone());
                task::spawn(async move {
                    let work = || async move {
                        let number = runs.fetch_add(1, Ordering::SeqCst) + 1;
                        task::yield_now().await;
                        number
                    };
                    flights.join("ada", work).await
                })
            });
            let got: Vec<_> =
                join_all(asked.collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).collect();
            let runs = runs.load(Ordering::SeqCst);
            // Who comes after a landing begins anew; nobody gets nothing, and no two flights are in the air at once.
            assert!(
                got.iter().all(|value| value.is_some_and(|number| number >= 1 && number <= runs)),
                "{got:?}"
            );
            assert!((1..=4).contains(&runs));
            let again = flights.join("ada", || async { 99 }).await;
            assert_eq!(again, Some(99), "the key is free after the last landing");
        });
    });
}

/// Who began a flight may leave; who joined it is served.
pub fn who_leaves_in_whatever_order_takes_nobody_along(schedules: usize) {
    explore(schedules, || {
        task::block_on(async {
            let tasks = Tasks::default();
            let flights = Arc::new(SingleFlight::<&str, usize>::new(&tasks));
            let work = || async {
                task::yield_now().await;
                task::yield_now().await;
                7
            };
            let leaving = {
                let flights = flights.clone();
                task::spawn(async move { flights.join("ada", work).await })
            };
            let staying = {
                let flights = flights.clone();
                task::spawn(async move { flights.join("ada", work).await })
            };
            leaving.abort();
            assert_eq!(staying.await.unwrap(), Some(7));
        });
    });
}

/// Rests claimed at once end with the last of them, and a batch shows as a whole.
pub fn rests_claimed_at_once_end_with_the_last_and_no_reader_sees_half_a_batch(schedules: usize) {
    explore(schedules, || {
        task::block_on(async {
            let tasks = Tasks::default();
            let ledger = Ledger::start(&tasks, State::default());
            let writers = (1..=3).map(|minutes| {
                let ledger = ledger.clone();
                task::spawn(async move {
                    ledger.notes(vec![Note::Half, Note::Claim(Box::new(rest(minutes))), Note::Half]).await;
                    let seen = ledger.state();
                    assert!(
                        until(&seen).is_some_and(|end| end >= rest(minutes).until),
                        "its own note is there"
                    );
                })
            });
            let writers: Vec<_> = writers.collect();
            let reader = {
                let ledger = ledger.clone();
                task::spawn(async move {
                    let mut last = None;
                    for _ in 0..4 {
                        let seen = ledger.state();
                        assert_eq!(seen.notes % 2, 0, "half a batch shows");
                        assert!(until(&seen) >= last, "a deadline went back");
                        last = until(&seen);
                        task::yield_now().await;
                    }
                })
            };
            join_all(writers).await.into_iter().for_each(|done| done.unwrap());
            reader.await.unwrap();
            assert_eq!(until(&ledger.state()), Some(rest(3).until));
            tasks.stop();
        });
    });
}

/// Whoever writes while the owner stops is told, and waits for nothing.
pub fn a_stop_in_the_middle_leaves_no_writer_waiting(schedules: usize) {
    explore(schedules, || {
        task::block_on(async {
            let tasks = Tasks::default();
            let ledger = Ledger::start(&tasks, State::default());
            let writers: Vec<_> = (1..=3)
                .map(|minutes| {
                    let ledger = ledger.clone();
                    task::spawn(async move { ledger.note(Note::Claim(Box::new(rest(minutes)))).await })
                })
                .collect();
            let stopping = {
                let tasks = tasks.clone();
                task::spawn(async move { tasks.stop() })
            };
            // A writer that waits for ever would be told as a deadlock.
            join_all(writers).await.into_iter().for_each(|done| done.unwrap());
            stopping.await.unwrap();
        });
    });
}

/// No change of the settings is lost, and whoever is told of one finds what it was settled from.
pub fn settings_changed_at_once_are_all_kept_and_never_ahead_of_what_they_are_settled_from(schedules: usize) {
    explore(schedules, || {
        task::block_on(async {
            // Here a setting is the number of what was set.
            let shown = Arc::new(Shown::<usize, Vec<usize>>::new(0, Vec::new()));
            let changes: Vec<_> = (1..=3)
                .map(|value| {
                    let shown = shown.clone();
                    task::spawn(async move {
                        let _turn = shown.turn().await;
                        let mut held = (*shown.held()).clone();
                        // The disk.
                        task::yield_now().await;
                        held.push(value);
                        shown.publish(held.len(), held);
                    })
                })
                .collect();
            let reader = {
                let (shown, mut told) = (shown.clone(), shown.watch());
                task::spawn(async move {
                    let mut last = 0;
                    while last < 3 {
                        told.changed().await.unwrap();
                        let settings = **told.borrow_and_update();
                        assert!(settings > last, "settings went back");
                        assert!(shown.held().len() >= settings, "told before it is held");
                        last = settings;
                    }
                })
            };
            join_all(changes).await.into_iter().for_each(|done| done.unwrap());
            reader.await.unwrap();
            let mut held = (*shown.held()).clone();
            held.sort_unstable();
            assert_eq!((*shown.settings(), held), (3, vec![1, 2, 3]), "a change was lost");
        });
    });
}

fn noon() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn ada() -> CredentialId {
    CredentialId::new("ada")
}

/// A rest of so many minutes.
fn rest(minutes: i64) -> Claim {
    Claim {
        scope: Scope { credential: ada(), part: Part::Model("m".to_owned()) },
        reason: Reason::Rate,
        proof: Proof { class: Class::RateLimit, status: 429, message: String::new(), times: 1 },
        since: noon(),
        until: noon() + SignedDuration::from_mins(minutes),
        seen_at: noon(),
        probe: Probe::Shut,
    }
}

fn until(state: &State) -> Option<Timestamp> {
    state.cooldowns.of(&ada()).first().map(|claim| claim.until)
}
