//! How long measurements and records are kept, on the disk and not only in memory.

use super::{Store, StoreError, micros};
use jiff::{SignedDuration, Timestamp};

const FULL: SignedDuration = SignedDuration::from_hours(7 * 24);
const HOURLY: SignedDuration = SignedDuration::from_hours(30 * 24);
const DAILY: SignedDuration = SignedDuration::from_hours(90 * 24);
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

impl Store {
    /// Thins samples out (full for 7 days, hourly to 30, daily to 90) and deletes what is older than 90 days. What the
    /// call at `last` thinned out is not gone through again.
    ///
    /// # Errors
    /// When the database fails; then nothing is deleted.
    pub async fn thin_out(&self, now: Timestamp, last: Option<Timestamp>) -> Result<(), StoreError> {
        self.run(move |c| {
            let change = c.transaction()?;
            let gone = micros(now - DAILY);
            for table in ["samples", "warmups", "requests"] {
                change.execute(&format!("DELETE FROM {table} WHERE at < ?1"), [gone])?;
            }
            change.execute("DELETE FROM drops WHERE to_at < ?1", [gone])?;
            change.execute("DELETE FROM decisions WHERE last_at < ?1", [gone])?;
            // The last measurement of each hour, or day, stands for it.
            let thin = "DELETE FROM samples WHERE at >= ?1 AND at < ?2 AND id NOT IN \
                (SELECT max(id) FROM samples WHERE at >= ?1 AND at < ?2 GROUP BY credential, subject, \"window\", at / ?3)";
            for (band, step, oldest) in [(FULL, HOUR, HOURLY), (HOURLY, DAY, DAILY)] {
                // Whole hours and days: one that is cut in two would keep two measurements.
                let edge = |at: Timestamp, age: SignedDuration| micros(at - age) / step * step;
                let done = last.map_or(i64::MIN, |last| edge(last, band));
                change.execute(thin, (done.max(edge(now, oldest)), edge(now, band), step))?;
            }
            change.commit()?;
            // Gives the room back to the disk, a little at a time.
            Ok(c.execute_batch("PRAGMA incremental_vacuum(1000)")?)
        })
        .await
    }
}
