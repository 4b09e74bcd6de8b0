//! What each job did last and when it is due next. Pure.

use domain::policy::catchup::{self, Due};
use jiff::{SignedDuration, Timestamp};

/// A job of the scheduler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Reads the quota of every active credential.
    Refresh,
    /// Looks for windows to start early.
    Warmup,
    /// The same at a fixed time of the day.
    DailyWarmup,
    /// Looks after the database.
    Housekeeping,
}

impl Job {
    /// Every job.
    pub const ALL: [Self; 4] = [Self::Refresh, Self::Warmup, Self::DailyWarmup, Self::Housekeeping];

    /// The word in JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Refresh => "refresh",
            Self::Warmup => "warmup",
            Self::DailyWarmup => "daily_warmup",
            Self::Housekeeping => "housekeeping",
        }
    }
}

/// Why a job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The program started.
    Start,
    /// Its period is over.
    Period,
    /// A window was reset.
    Reset,
    /// A credential is near a floor.
    NearFloor,
    /// A credential is new.
    New,
    /// The machine woke up, or its clock was set.
    Wake,
    /// A reading that was missing is due.
    Asked,
}

impl Why {
    /// The word in JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Start => "start",
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
    /// The beat it keeps: the due time of its last periodic run.
    pub beat: Option<Timestamp>,
    /// When it last began.
    pub last_at: Option<Timestamp>,
    /// Why it last ran.
    pub last_why: Option<Why>,
    /// How long that took.
    pub last_took: Option<SignedDuration>,
    /// What came of it, in one line.
    pub last_outcome: Option<String>,
    /// It is running.
    pub running: bool,
    /// When it is due next.
    pub next_at: Option<Timestamp>,
    /// Runs by period.
    pub runs: u32,
    /// Runs caused by events.
    pub event_runs: u32,
    /// Runs that fell out.
    pub missed: u32,
}

impl JobStatus {
    /// Takes the beat of a periodic run that begins at `now`.
    pub fn begins(&mut self, due: Due, now: Timestamp) {
        self.missed = self.missed.saturating_add(u32::try_from(due.missed).unwrap_or(u32::MAX));
        self.beat = Some(due.at.min(now));
        self.runs += 1;
    }
}

/// All jobs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agenda {
    jobs: [JobStatus; 4],
    /// The interval of the refresh, where the pace made it longer than the user's.
    pub stretched_to: Option<SignedDuration>,
}

impl Agenda {
    /// One job.
    #[must_use]
    pub fn job(&self, job: Job) -> &JobStatus {
        &self.jobs[Self::place(job)]
    }

    /// One job, to be changed.
    pub fn job_mut(&mut self, job: Job) -> &mut JobStatus {
        &mut self.jobs[Self::place(job)]
    }

    fn place(job: Job) -> usize {
        match job {
            Job::Refresh => 0,
            Job::Warmup => 1,
            Job::DailyWarmup => 2,
            Job::Housekeeping => 3,
        }
    }

    /// When a periodic job is due.
    #[must_use]
    pub fn due(&self, job: Job, every: SignedDuration, now: Timestamp) -> Due {
        catchup::periodic(self.job(job).beat, every, now)
    }
}
