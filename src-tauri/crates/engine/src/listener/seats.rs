//! Who holds the listener's places, and who gives one up when all are taken.
//!
//! Anybody on this machine can open connections and say nothing. They may fill the places, but never keep a
//! real client out: at the cap the one that has shown least, and among those the oldest, goes.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;

/// What a connection has shown so far, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    Nothing,
    Head,
    Token,
}

struct Place {
    shown: Shown,
    leave: CancellationToken,
}

/// All places of one listener.
#[derive(Clone)]
pub(crate) struct Seats {
    limit: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    next: u64,
    places: BTreeMap<u64, Place>,
}

/// One connection's place; free again when dropped.
pub(crate) struct Seat {
    number: u64,
    peer: IpAddr,
    leave: CancellationToken,
    seats: Seats,
}

impl Seats {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, taken: Arc::default() }
    }

    /// A place for a new connection of `peer`; nothing when every place belongs to somebody with the token.
    pub(crate) fn take(&self, peer: IpAddr) -> Option<Seat> {
        let mut taken = self.taken();
        if taken.places.len() >= self.limit {
            let oldest = taken
                .places
                .iter()
                .filter(|(_, place)| place.shown < Shown::Token)
                .min_by_key(|(number, place)| (place.shown, **number))
                .map(|(number, _)| *number)?;
            if let Some(place) = taken.places.remove(&oldest) {
                place.leave.cancel();
            }
        }
        let (number, leave) = (taken.next, CancellationToken::new());
        taken.next += 1;
        taken.places.insert(number, Place { shown: Shown::Nothing, leave: leave.clone() });
        Some(Seat { number, peer, leave, seats: self.clone() })
    }

    /// Sends away whoever has not even asked yet; the others may finish.
    pub(super) fn dismiss_silent(&self) {
        let taken = self.taken();
        taken
            .places
            .values()
            .filter(|place| place.shown == Shown::Nothing)
            .for_each(|place| place.leave.cancel());
    }

    // Each change leaves the map whole, so a panic elsewhere does no harm to it.
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Who sits here.
    pub(crate) fn peer(&self) -> IpAddr {
        self.peer
    }

    /// The head of a request is there.
    pub(crate) fn head_is_complete(&self) {
        self.show(Shown::Head);
    }

    /// Somebody we know talks here.
    pub(crate) fn is_trusted(&self) {
        self.show(Shown::Token);
    }

    /// Cancelled when the place went to somebody else.
    pub(super) fn lost(&self) -> &CancellationToken {
        &self.leave
    }

    fn show(&self, shown: Shown) {
        if let Some(place) = self.seats.taken().places.get_mut(&self.number) {
            place.shown = shown;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.taken().places.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANYBODY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn the_oldest_that_showed_nothing_goes_first() {
        let seats = Seats::new(3);
        let [first, second, third] = [(); 3].map(|()| seats.take(ANYBODY).unwrap());
        first.head_is_complete();
        let _fourth = seats.take(ANYBODY).unwrap();
        check([&first, &second, &third], [false, true, false]);
    }

    #[test]
    fn a_head_without_a_token_goes_before_a_token() {
        let seats = Seats::new(3);
        let [first, second, third] = [(); 3].map(|()| seats.take(ANYBODY).unwrap());
        first.is_trusted();
        second.head_is_complete();
        third.head_is_complete();
        let _fourth = seats.take(ANYBODY).unwrap();
        check([&first, &second, &third], [false, true, false]);
    }

    #[test]
    fn whoever_has_the_token_keeps_the_place() {
        let seats = Seats::new(3);
        let held = [(); 3].map(|()| seats.take(ANYBODY).unwrap());
        held.iter().for_each(Seat::is_trusted);
        assert!(seats.take(ANYBODY).is_none());
        drop(held);
        assert!(seats.take(ANYBODY).is_some());
    }

    #[test]
    fn at_the_end_only_those_who_never_asked_are_sent_away() {
        let seats = Seats::new(3);
        let [silent, asking, trusted] = [(); 3].map(|()| seats.take(ANYBODY).unwrap());
        asking.head_is_complete();
        trusted.is_trusted();
        seats.dismiss_silent();
        check([&silent, &asking, &trusted], [true, false, false]);
    }

    #[test]
    fn a_place_is_free_again_when_its_connection_ends() {
        let seats = Seats::new(1);
        for _ in 0..1000 {
            let seat = seats.take(ANYBODY).unwrap();
            seat.is_trusted();
        }
        assert!(seats.taken().places.is_empty());
    }

    #[track_caller]
    fn check(seats: [&Seat; 3], lost: [bool; 3]) {
        assert_eq!(seats.map(|seat| seat.lost().is_cancelled()), lost);
    }
}
