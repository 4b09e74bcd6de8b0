//! What each job did last and when it is due next.

use domain::policy::words::Said;
use jiff::{SignedDuration, Timestamp};

/// A job of the scheduler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Reads the quota of every active credential.
    Refresh,
    /// Looks for windows to start early.
    Warmup,
    /// Looks after the database.
    Housekeeping,
}

impl Job {
    /// Every job.
    pub const ALL: [Self; 3] = [Self::Refresh, Self::Warmup, Self::Housekeeping];

    /// The word in JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Refresh => "refresh",
            Self::Warmup => "warmup",
            Self::Housekeeping => "housekeeping",
        }
    }
}

/// Why a job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its period is over.
    Period,
    /// A window was reset a moment ago.
    Reset,
    /// A credential is near a floor.
    NearFloor,
    /// A credential is new.
    New,
    /// The machine woke up, or its clock was set.
    Wake,
    /// A reading that would tell more is due.
    Asked,
}

impl Why {
    /// The word in JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Period => "period",
            Self::Reset => "reset",
            Self::NearFloor => "near_floor",
            Self::New => "new",
            Self::Wake => "wake",
            Self::Asked => "asked",
        }
    }
}

/// What a job did and when it is due.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobStatus {
    /// Whether it is switched on.
    pub on: bool,
    /// When it last began.
    pub last_at: Option<Timestamp>,
    /// Why it last ran.
    pub last_why: Option<Why>,
    /// How long that took.
    pub last_took: Option<SignedDuration>,
    /// What came of it, in one line.
    pub last_outcome: Option<Said>,
    /// It is running.
    pub running: bool,
    /// When it is due next.
    pub next_at: Option<Timestamp>,
    /// Runs by period, in this run of the program.
    pub runs: u32,
    /// Runs caused by events.
    pub event_runs: u32,
    /// Runs that fell out, e.g. while the machine slept.
    pub missed: u32,
}

/// All jobs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agenda {
    jobs: [JobStatus; 3],
    /// The interval of the refresh, where the pace made it longer than the user's.
    pub stretched_to: Option<SignedDuration>,
}

impl Agenda {
    /// One job.
    #[must_use]
    pub fn job(&self, job: Job) -> &JobStatus {
        &self.jobs[job as usize]
    }

    /// One job, to be changed.
    pub(super) fn job_mut(&mut self, job: Job) -> &mut JobStatus {
        &mut self.jobs[job as usize]
    }
}
