//! When periodic and daily jobs are due, by the wall clock.
//!
//! A computer that slept or a clock that was set never makes a job run twice: what was missed is counted and caught
//! up with once. Sleeping until a job is due, and running it, are the scheduler's.

mod daily;
mod hours;
mod jump;

pub use daily::daily;
pub use hours::Openings;
pub use jump::{Jump, jump};

use jiff::{SignedDuration, Timestamp};

/// After a sleep the jobs that were missed start within this time.
const SPREAD: SignedDuration = SignedDuration::from_secs(60);

/// When a job runs next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// When; not after now where it is due. Once the job has begun, this is to be remembered as its last run: it
    /// keeps the beat where the job is on time, and starts a new one where it catches up.
    pub at: Timestamp,
    /// Runs that were missed and will not be made up for.
    pub missed: u64,
    /// The last run as it is to be remembered until then: now, where the clock says that it is still to come.
    pub last: Option<Timestamp>,
}

impl Due {
    /// Whether the job is due at `now`.
    #[must_use]
    pub fn is_now(&self, now: Timestamp) -> bool {
        self.at <= now
    }
}

/// When a job that runs `every` so often is due, given its last run. One that never ran is due at once; one whose
/// last run is in the future (the clock was set back) waits one interval from now.
#[must_use]
pub fn periodic(last: Option<Timestamp>, every: SignedDuration, now: Timestamp) -> Due {
    let every = every.max(SignedDuration::from_secs(1));
    let Some(last) = last else { return Due { at: now, missed: 0, last: None } };
    let last = last.min(now);
    let next = last.checked_add(every).unwrap_or(Timestamp::MAX);
    let passed = last.duration_until(now).as_nanos() / every.as_nanos();
    let missed = u64::try_from(passed - 1).unwrap_or(0);
    // On time the beat is kept, so that a day holds an exact number of runs; after a gap it starts anew, so that
    // the run that catches up is not followed by another at once.
    Due { at: if missed == 0 { next } else { now }, missed, last: Some(last) }
}

/// How long the `nth` (from 0) of `jobs` that were missed waits before it catches up, so that a wake from sleep does
/// not start all at once.
#[must_use]
pub fn spread(nth: u32, jobs: u32) -> SignedDuration {
    let jobs = i32::try_from(jobs.max(1)).unwrap_or(i32::MAX);
    SPREAD * i32::try_from(nth).unwrap_or(i32::MAX).min(jobs - 1) / jobs
}

#[cfg(test)]
mod tests;
