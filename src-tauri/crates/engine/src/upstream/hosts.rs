//! Which host of a provider to try first: the one that worked within the last ten minutes.

use domain::credential::Provider;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How long a host that answered is preferred.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(10);

/// Remembers the host that worked.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    worked: Mutex<HashMap<Provider, (String, Timestamp)>>,
}

impl Hosts {
    /// The hosts in the order to try them.
    pub(super) fn order(&self, provider: Provider, configured: &[String], now: Timestamp) -> Vec<String> {
        let worked = self.worked.lock().unwrap_or_else(PoisonError::into_inner);
        let mut order = configured.to_vec();
        if let Some((host, at)) = worked.get(&provider)
            && at.duration_until(now).abs() < REMEMBERED
            && let Some(position) = order.iter().position(|h| h == host)
        {
            order[..=position].rotate_right(1);
        }
        order
    }

    /// The host answered.
    pub(super) fn worked(&self, provider: Provider, host: &str, now: Timestamp) {
        self.worked.lock().unwrap_or_else(PoisonError::into_inner).insert(provider, (host.to_owned(), now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_that_worked_comes_first_for_ten_minutes() {
        let hosts = Hosts::default();
        let all = ["a", "b", "c"].map(str::to_owned);
        let begin = Timestamp::UNIX_EPOCH;
        let order =
            |minutes| hosts.order(Provider::Antigravity, &all, begin + SignedDuration::from_mins(minutes));
        assert_eq!(order(0), ["a", "b", "c"]);
        hosts.worked(Provider::Antigravity, "c", begin);
        assert_eq!(order(9), ["c", "a", "b"]);
        assert_eq!(order(10), ["a", "b", "c"]);
        assert_eq!(hosts.order(Provider::GeminiCli, &all, begin), ["a", "b", "c"]);
        hosts.worked(Provider::Antigravity, "taken out of the settings", begin);
        assert_eq!(order(1), ["a", "b", "c"]);
    }
}
