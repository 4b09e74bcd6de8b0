//! One log file a UTC day, readable by the user only; the oldest go.
//!
//! Own code because the rolling files of tracing-appender 0.2 take the process's default permissions.

use crate::clock::Clock;
use crate::store::file::private_dir;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const KEPT: usize = 7;
const PREFIX: &str = "headroom.";
const SUFFIX: &str = ".log";

/// Writes to today's file.
pub(super) struct DailyFile {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    day: Date,
    file: File,
}

impl DailyFile {
    /// Makes the folder (0700) and opens today's file.
    pub(super) fn open(folder: &Path, clock: Arc<dyn Clock>) -> io::Result<Self> {
        private_dir(folder)?;
        let day = today(clock.as_ref());
        let file = start(folder, day)?;
        Ok(Self { folder: folder.to_owned(), clock, day, file })
    }
}

impl Write for DailyFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let day = today(self.clock.as_ref());
        if day != self.day {
            self.file = start(&self.folder, day)?;
            self.day = day;
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn today(clock: &dyn Clock) -> Date {
    TimeZone::UTC.to_datetime(clock.now()).date()
}

fn start(folder: &Path, day: Date) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(folder.join(format!("{PREFIX}{day}{SUFFIX}")))?;
    prune(folder)?;
    Ok(file)
}

// The names sort by day.
fn prune(folder: &Path) -> io::Result<()> {
    let mut names: Vec<_> = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_ours(name))
        .collect();
    names.sort_unstable_by(|one, other| other.cmp(one));
    for old in names.iter().skip(KEPT) {
        let _ = fs::remove_file(folder.join(old));
    }
    Ok(())
}

fn is_ours(name: &str) -> bool {
    let day = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    day.is_some_and(|day| day.parse::<Date>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use std::sync::Mutex;

    struct Hands(Mutex<Timestamp>);

    impl Clock for Hands {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    #[test]
    fn ten_days_leave_the_files_of_the_last_seven() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("logs");
        let clock = Arc::new(Hands(Mutex::new("2026-02-25T23:59:59Z".parse().unwrap())));
        fs::create_dir(&folder).unwrap();
        fs::File::create(folder.join("notes.log")).unwrap();
        let mut log = DailyFile::open(&folder, clock.clone()).unwrap();
        for _ in 0..10 {
            log.write_all(b"a line\n").unwrap();
            let mut hands = clock.0.lock().unwrap();
            *hands += jiff::SignedDuration::from_hours(24);
        }
        let mut names: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort_unstable();
        let days = ["02-28", "03-01", "03-02", "03-03", "03-04", "03-05", "03-06"];
        let mut expected = days.map(|day| format!("headroom.2026-{day}.log")).to_vec();
        expected.push("notes.log".to_owned());
        assert_eq!(names, expected);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_may_read_them() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("logs");
        let clock = Hands(Mutex::new("2026-02-25T23:59:59Z".parse().unwrap()));
        let mut log = DailyFile::open(&folder, Arc::new(clock)).unwrap();
        log.write_all(b"a line\n").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join("headroom.2026-02-25.log"))), (0o700, 0o600));
    }
}
