//! One piece of work at a time per key; whoever asks meanwhile takes the same result.
//!
//! The work runs in a task of its own: it ends whoever goes away.

use crate::sync::{Arc, Mutex, PoisonError};
use crate::tasks::Tasks;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use std::collections::HashMap;
use std::hash::Hash;

/// Work under way, by key. `None` comes out where it panicked.
type Flights<K, V> = Arc<Mutex<HashMap<K, Shared<BoxFuture<'static, Option<V>>>>>>;

/// One piece of work at a time for each key.
pub(crate) struct SingleFlight<K, V> {
    tasks: Tasks,
    flights: Flights<K, V>,
}

impl<K, V> SingleFlight<K, V>
where
    K: Eq + Hash + Clone + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// No work yet.
    pub(crate) fn new(tasks: &Tasks) -> Self {
        Self { tasks: tasks.clone(), flights: Arc::default() }
    }

    /// Joins the work under way for `key`, or begins it. `None` when the work panicked or was ended.
    pub(crate) async fn join<F>(&self, key: K, work: impl FnOnce() -> F) -> Option<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let flight = {
            let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(flight) = flights.get(&key) {
                flight.clone()
            } else {
                let (work, landed, landing) = (work(), self.flights.clone(), key.clone());
                let handle = self.tasks.run(async move {
                    let guard = Landing { flights: landed, key: landing };
                    let value = work.await;
                    drop(guard);
                    value
                });
                let flight = async move { handle.await.ok() }.boxed().shared();
                flights.insert(key, flight.clone());
                flight
            }
        };
        flight.await
    }
}

/// Takes the flight off the list when its work ends, however it ends.
struct Landing<K: Eq + Hash, V: Clone> {
    flights: Flights<K, V>,
    key: K,
}

impl<K: Eq + Hash, V: Clone> Drop for Landing<K, V> {
    fn drop(&mut self) {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    /// Holds F23, G12.
    #[tokio::test(start_paused = true)]
    async fn a_thousand_askers_share_one_piece_of_work() {
        let (flights, runs) = (SingleFlight::new(&Tasks::default()), Arc::new(AtomicUsize::new(0)));
        let asks = (0..1_000).map(|_| flights.join("ada", || counted(&runs)));
        let got = futures_util::future::join_all(asks).await;
        assert!(got.iter().all(|v| *v == Some(1)));
        assert_eq!(flights.join("ada", || counted(&runs)).await, Some(2), "the next one begins anew");
    }

    /// Holds F24.
    #[tokio::test(start_paused = true)]
    async fn the_work_ends_though_its_first_asker_left() {
        let (flights, runs) = (SingleFlight::new(&Tasks::default()), Arc::new(AtomicUsize::new(0)));
        let left =
            tokio::time::timeout(Duration::from_millis(1), flights.join("ada", || counted(&runs))).await;
        assert!(left.is_err());
        assert_eq!(flights.join("ada", || counted(&runs)).await, Some(1));
    }

    #[tokio::test]
    async fn a_panic_frees_the_key() {
        let flights = SingleFlight::<_, u8>::new(&Tasks::default());
        assert_eq!(flights.join("ada", || async { panic!("planted") }).await, None);
        assert_eq!(flights.join("ada", || async { 7 }).await, Some(7));
    }

    fn counted(runs: &Arc<AtomicUsize>) -> impl Future<Output = usize> + Send + 'static {
        let runs = runs.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            runs.fetch_add(1, Ordering::SeqCst) + 1
        }
    }
}
