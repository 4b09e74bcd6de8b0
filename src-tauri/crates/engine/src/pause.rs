//! Automation that rests because the user said so: background reads and warmups, for a while.
//!
//! What the user does by hand, protection and the proxy go on. The end is kept, so that a restart does not wake it.

use crate::clock::Clock;
use crate::journal::{Entry, Journal, Kind};
use crate::store::{Store, StoreError};
use domain::credential::CredentialId;
use domain::policy::pause;
use domain::policy::words::{Here, Said};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::sync::Arc;
use tokio::sync::watch;

/// Where the store keeps until when.
const PAUSED_UNTIL: &str = "paused_until";

/// Whether automation rests. Clones share it.
#[derive(Clone)]
pub struct Pause {
    until: Arc<watch::Sender<Option<Timestamp>>>,
    store: Store,
    journal: Journal,
    clock: Arc<dyn Clock>,
    zone: TimeZone,
}

impl Pause {
    /// As it was kept; an end that is over, or further away than any pause may be (a clock that was set), is none.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load(
        store: Store,
        journal: Journal,
        clock: Arc<dyn Clock>,
        zone: TimeZone,
    ) -> Result<Self, StoreError> {
        let kept = store.meta(PAUSED_UNTIL).await?.and_then(|text| text.parse().ok());
        let now = clock.now();
        let until = kept.filter(|at: &Timestamp| *at > now && now.duration_until(*at) <= pause::LONGEST);
        Ok(Self { until: Arc::new(watch::Sender::new(until)), store, journal, clock, zone })
    }

    /// Until when automation rests; `None` where it does not.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        let now = self.clock.now();
        // A clock that was set back must not stretch it.
        self.until.borrow().filter(|at| *at > now && now.duration_until(*at) <= pause::LONGEST)
    }

    /// Tells when the user pauses or resumes. That the time is over is for whoever looks again at [`Pause::until`].
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Option<Timestamp>> {
        self.until.subscribe()
    }

    /// Returns when automation rests.
    pub async fn begun(&self) {
        let mut changed = self.watch();
        while self.until().is_none() {
            if changed.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Pauses, or resumes; answers until when.
    ///
    /// # Errors
    /// When it cannot be stored; nothing has changed then.
    pub async fn set(&self, wanted: pause::Pause) -> Result<Option<Timestamp>, StoreError> {
        let now = self.clock.now();
        let (before, until) = (self.until(), wanted.until(&self.zone, now));
        if before.is_none() && until.is_none() {
            return Ok(None);
        }
        self.store.put_meta(PAUSED_UNTIL, until.map(|at| at.to_string()).as_deref()).await?;
        self.until.send_replace(until);
        let sentence = Said::of(|language| {
            let here = Here { now, zone: &self.zone, language };
            match until.map(|at| here.time(at)) {
                Some(at) => here.say(
                    format!("Automation is paused until {at}: no background reads, no warmups"),
                    format!("自动任务暂停至 {at}：不在后台读取，也不预热"),
                ),
                None => here.say("Automation goes on", "自动任务继续运行").to_owned(),
            }
        });
        tracing::info!(target: "background_scheduler", "{}", sentence.english);
        let entry = Entry {
            kind: Kind::Automation,
            credential: CredentialId::new(""),
            name: String::new(),
            subject: String::new(),
            verdict: if until.is_some() { "paused" } else { "resumed" },
            sentence,
            until,
        };
        self.journal.write(vec![entry]).await;
        Ok(until)
    }
}
