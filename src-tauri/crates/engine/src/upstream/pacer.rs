//! The one pacer of quota, discovery and warmup calls: a least time between two starts, across all
//! credentials. The user's own reads go to the head of the queue.

use crate::settings::SettingsKeeper;
use crate::tasks::Tasks;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// A call takes a moment to reach the service, one longer than another; this keeps them apart there too.
const ON_THE_WAY: Duration = Duration::from_millis(25);

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// The user waits for it.
    User,
    /// Background work.
    Background,
}

/// Hands out turns.
#[derive(Debug, Clone)]
pub struct Pacer {
    ask: mpsc::UnboundedSender<(Urgency, oneshot::Sender<()>)>,
}

impl Pacer {
    /// Starts the pacer; the interval follows `upstream_min_interval_ms`.
    #[must_use]
    pub fn start(tasks: &Tasks, settings: &SettingsKeeper) -> Self {
        let settings = settings.clone();
        Self::with_interval(tasks, move || {
            Duration::from_millis(settings.current().upstream_min_interval_ms.into()) + ON_THE_WAY
        })
    }

    fn with_interval(tasks: &Tasks, interval: impl Fn() -> Duration + Send + 'static) -> Self {
        let (ask, mut inbox) = mpsc::unbounded_channel::<(Urgency, oneshot::Sender<()>)>();
        tasks.start(|stop| async move {
            let mut queue = Queue::default();
            let mut last: Option<Instant> = None;
            loop {
                if queue.is_empty() {
                    tokio::select! {
                        asked = inbox.recv() => match asked { Some((urgency, turn)) => queue.push(urgency, turn), None => break },
                        () = stop.cancelled() => break,
                    }
                }
                if let Some(last) = last {
                    // Whoever asks during the wait is still sorted in by urgency.
                    let next = last + interval();
                    loop {
                        tokio::select! {
                            () = tokio::time::sleep_until(next) => break,
                            () = stop.cancelled() => return,
                            asked = inbox.recv() => match asked { Some((urgency, turn)) => queue.push(urgency, turn), None => break },
                        }
                    }
                }
                while let Ok((urgency, turn)) = inbox.try_recv() {
                    queue.push(urgency, turn);
                }
                // A turn that nobody waits for any more costs nothing.
                while let Some(turn) = queue.pop() {
                    if turn.send(()).is_ok() {
                        last = Some(Instant::now());
                        break;
                    }
                }
            }
        });
        Self { ask }
    }

    /// Waits for a turn. Returns at once when the engine is going down; the call then fails by itself.
    pub async fn turn(&self, urgency: Urgency) {
        let (turn, granted) = oneshot::channel();
        if self.ask.send((urgency, turn)).is_ok() {
            let _ = granted.await;
        }
    }
}

#[derive(Default)]
struct Queue {
    user: VecDeque<oneshot::Sender<()>>,
    background: VecDeque<oneshot::Sender<()>>,
}

impl Queue {
    fn is_empty(&self) -> bool {
        self.user.is_empty() && self.background.is_empty()
    }

    fn push(&mut self, urgency: Urgency, turn: oneshot::Sender<()>) {
        match urgency {
            Urgency::User => self.user.push_back(turn),
            Urgency::Background => self.background.push_back(turn),
        }
    }

    fn pop(&mut self) -> Option<oneshot::Sender<()>> {
        self.user.pop_front().or_else(|| self.background.pop_front())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    const APART: Duration = Duration::from_millis(500);

    #[tokio::test(start_paused = true)]
    async fn starts_are_apart_and_the_user_goes_first() {
        let tasks = Tasks::default();
        let pacer = Pacer::with_interval(&tasks, || APART);
        let starts = Arc::new(Mutex::new(Vec::new()));
        pacer.turn(Urgency::Background).await;
        let asks: Vec<_> = [("b1", Urgency::Background), ("b2", Urgency::Background), ("u", Urgency::User)]
            .into_iter()
            .map(|(name, urgency)| {
                let (pacer, starts) = (pacer.clone(), starts.clone());
                async move {
                    pacer.turn(urgency).await;
                    starts.lock().unwrap().push((name, Instant::now()));
                }
            })
            .collect();
        futures_util::future::join_all(asks).await;
        let starts = starts.lock().unwrap().clone();
        assert_eq!(starts.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["u", "b1", "b2"]);
        assert!(starts.windows(2).all(|pair| pair[1].1 - pair[0].1 >= APART));
        tasks.finish().await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_nobody_waits_for_is_skipped() {
        let tasks = Tasks::default();
        let pacer = Pacer::with_interval(&tasks, || APART);
        pacer.turn(Urgency::Background).await;
        let begun = Instant::now();
        // Asked for, then given up before it came.
        assert!(
            tokio::time::timeout(Duration::from_millis(1), pacer.turn(Urgency::Background)).await.is_err()
        );
        pacer.turn(Urgency::Background).await;
        assert_eq!(begun.elapsed(), APART);
        tasks.finish().await;
    }
}
