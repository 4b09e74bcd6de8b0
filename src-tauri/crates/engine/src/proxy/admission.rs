//! Who may use the proxy: whoever has a client key that is not revoked, as far as the key reaches.

use super::client_keys::ClientKeys;
use super::guesses::Guesses;
use super::route::{Found, query};
use crate::clock::Clock;
use crate::store::{ClientKey, Store, StoreError};
use domain::policy::models::{EVERY, matches};
use hyper::Uri;
use hyper::header::{self, HeaderMap};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::Instant;

/// The one owner of who gets in.
pub(super) struct Admission {
    keys: ClientKeys,
    clock: Arc<dyn Clock>,
    zone: TimeZone,
    guesses: Mutex<Guesses>,
    spent: Mutex<Spent>,
}

/// Requests of a day by key.
#[derive(Default)]
struct Spent {
    day: Option<Date>,
    counts: HashMap<String, u32>,
}

/// Why somebody does not get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// No key, or a wrong one.
    Wrong,
    /// Wrong, and so were too many of this peer before it.
    TooOften,
}

/// A key has had its requests of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CapReached {
    pub(super) cap: u32,
    pub(super) next_day_in: SignedDuration,
}

impl Admission {
    pub(super) fn new(keys: ClientKeys, clock: Arc<dyn Clock>, zone: TimeZone) -> Self {
        Self { keys, clock, zone, guesses: Mutex::default(), spent: Mutex::default() }
    }

    /// Takes over what was used of each key today, before this run.
    pub(super) async fn count_today(&self, store: &Store) -> Result<(), StoreError> {
        let (day, begin) = self.today();
        let counts = store.requests_by_key(begin).await?.into_iter().collect();
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner) = Spent { day: Some(day), counts };
        Ok(())
    }

    /// The key a request came with. The right one always gets in, however often others guessed wrong: 256 bits need
    /// no lockout, and a lockout would let any local program shut the user out.
    pub(super) fn admit(
        &self,
        found: &Found,
        uri: &Uri,
        headers: &HeaderMap,
        peer: IpAddr,
    ) -> Result<ClientKey, Denied> {
        let presented = presented(found, uri, headers);
        let known = presented.iter().find_map(|key| self.keys.recognise(key));
        known.ok_or_else(|| {
            let mut guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
            if guesses.too_many(peer, Instant::now()) { Denied::TooOften } else { Denied::Wrong }
        })
    }

    /// Counts a request against its key's cap.
    pub(super) fn spend(&self, key: &ClientKey) -> Result<(), CapReached> {
        let (day, _) = self.today();
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.day != Some(day) {
            *spent = Spent { day: Some(day), counts: HashMap::new() };
        }
        let count = spent.counts.entry(key.id.clone()).or_default();
        match key.daily_cap {
            Some(cap) if *count >= cap => {
                let now = self.clock.now();
                let today = now.to_zoned_datetime(self.zone.clone());
                let next = today.tomorrow().and_then(|day| day.start_of_day()).ok();
                let next_day_in = next.map(|next| now.duration_until(next.timestamp()));
                Err(CapReached { cap, next_day_in: next_day_in.unwrap_or(SignedDuration::from_hours(24)) })
            }
            _ => {
                *count = count.saturating_add(1);
                Ok(())
            }
        }
    }

    fn today(&self) -> (Date, Timestamp) {
        let now = self.clock.now();
        let today = now.to_zoned_datetime(self.zone.clone());
        let begin = today.start_of_day().map_or(now, |begin| begin.timestamp());
        let day = today.date();
        (day, begin)
    }
}

/// Whether a key may use a model: its list names none, or this one by id or its beginning.
pub(super) fn may_use(key: &ClientKey, model: &str) -> bool {
    key.models.is_empty() || key.models.iter().any(|entry| entry == EVERY || matches(entry, model))
}

/// Every key a request shows: some clients send the same in two places.
fn presented(found: &Found, uri: &Uri, headers: &HeaderMap) -> Vec<String> {
    let of = |name: &str| headers.get_all(name).iter().filter_map(|v| v.to_str().ok()).map(str::to_owned);
    let bearer = headers.get_all(header::AUTHORIZATION).iter().filter_map(|value| {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    });
    let in_query = found.takes_query_key.then(|| query(uri.query(), "key")).flatten();
    bearer.chain(of("x-api-key")).chain(of("x-goog-api-key")).chain(in_query).take(MOST_PRESENTED).collect()
}

/// More keys in one request are guesses.
const MOST_PRESENTED: usize = 4;
