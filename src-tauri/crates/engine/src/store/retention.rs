//! How long measurements and records are kept, on the disk and not only in memory.

use super::{Store, StoreError, micros};
use jiff::{SignedDuration, Timestamp};

const FULL: SignedDuration = SignedDuration::from_hours(7 * 24);
const HOURLY: SignedDuration = SignedDuration::from_hours(30 * 24);
const DAILY: SignedDuration = SignedDuration::from_hours(90 * 24);
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

impl Store {
    /// Thins samples out (full for 7 days, hourly to 30, daily to 90) and deletes what is older than 90 days.
    ///
    /// # Errors
    /// When the database fails; then nothing is deleted.
    pub async fn thin_out(&self, now: Timestamp) -> Result<(), StoreError> {
        self.run(move |c| {
            let change = c.transaction()?;
            let (full, hourly, gone) = (micros(now - FULL), micros(now - HOURLY), micros(now - DAILY));
            for table in ["samples", "warmups", "requests"] {
                change.execute(&format!("DELETE FROM {table} WHERE at < ?1"), [gone])?;
            }
            change.execute("DELETE FROM drops WHERE to_at < ?1", [gone])?;
            change.execute("DELETE FROM decisions WHERE last_at < ?1", [gone])?;
            // The last measurement of each hour, or day, stands for it.
            let thin = "DELETE FROM samples WHERE at >= ?1 AND at < ?2 AND id NOT IN \
                (SELECT max(id) FROM samples WHERE at >= ?1 AND at < ?2 GROUP BY credential, subject, \"window\", at / ?3)";
            change.execute(thin, (hourly, full, HOUR))?;
            change.execute(thin, (gone, hourly, DAY))?;
            change.commit()?;
            // Gives the room back to the disk, a little at a time.
            Ok(c.execute_batch("PRAGMA incremental_vacuum(1000)")?)
        })
        .await
    }
}
