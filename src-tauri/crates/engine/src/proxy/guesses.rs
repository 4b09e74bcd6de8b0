//! Wrong keys, counted for each peer apart: who guesses slows nobody else's error messages down.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;
use tokio::time::Instant;

/// Wrong keys of one peer that are answered as such within [`WINDOW`].
const MOST: usize = 20;
const WINDOW: Duration = Duration::from_secs(60);
/// Peers told apart; more of them share one count.
const PEERS: usize = 1_024;

/// When each peer guessed wrong.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    wrong: HashMap<IpAddr, VecDeque<Instant>>,
}

impl Guesses {
    /// Counts a wrong key; whether there were too many before it.
    pub(super) fn too_many(&mut self, peer: IpAddr, now: Instant) -> bool {
        let recent = |at: &Instant| now.duration_since(*at) < WINDOW;
        let mut peer = network(peer);
        if !self.wrong.contains_key(&peer) && self.wrong.len() >= PEERS {
            self.wrong.retain(|_, times| times.back().is_some_and(recent));
            if self.wrong.len() >= PEERS {
                peer = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
            }
        }
        let times = self.wrong.entry(peer).or_default();
        times.retain(recent);
        if times.len() >= MOST {
            return true;
        }
        times.push_back(now);
        false
    }
}

/// One host has all addresses of an IPv6 network, and an IPv4 address in two forms.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn each_peer_has_its_own_count_and_gets_it_back() {
        let (mut guesses, now) = (Guesses::default(), Instant::now());
        let [ada, bob] = [peer("192.0.2.1"), peer("192.0.2.2")];
        assert!((0..MOST).all(|_| !guesses.too_many(ada, now)));
        assert!(guesses.too_many(ada, now) && guesses.too_many(peer("::ffff:192.0.2.1"), now));
        assert!(!guesses.too_many(bob, now));
        assert!(!guesses.too_many(ada, now + WINDOW));
    }

    #[tokio::test(start_paused = true)]
    async fn a_network_of_many_addresses_is_one_peer() {
        let (mut guesses, now) = (Guesses::default(), Instant::now());
        let told = (0..100).filter(|n| !guesses.too_many(peer(&format!("2001:db8::{n}")), now)).count();
        assert_eq!(told, MOST);
    }

    #[tokio::test(start_paused = true)]
    async fn many_peers_take_bounded_memory() {
        let (mut guesses, now) = (Guesses::default(), Instant::now());
        let all = (0..20_000_u32).map(|n| IpAddr::V4((0x0A00_0000 + n).into()));
        let told = all.filter(|peer| !guesses.too_many(*peer, now)).count();
        assert_eq!((told, guesses.wrong.len()), (PEERS + MOST, PEERS + 1));
        assert!(!guesses.too_many(peer("192.0.2.1"), now + WINDOW), "all of it is forgotten");
        assert_eq!(guesses.wrong.len(), 1);
    }
}
