//! Where log lines go: to stderr, and to a file a day in `logs/`, kept for seven days.
//!
//! What a line may say is for whoever writes it: secrets are types that cannot be printed. The crates that
//! carry bytes to and from the network are held at `info` whatever the filter asks for, because below that
//! they print what they carry.

mod daily;

use crate::clock::Clock;
use crate::settings::Vars;
use daily::DailyFile;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::Directive;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

const FILTER: &str = "HEADROOM_LOG";
const FORMAT: &str = "HEADROOM_LOG_FORMAT";

/// Lines that may wait for the disk; more are dropped. Their places are made at the start: the 128,000 of the library's
/// default take 4 MB of memory, most of what the idle engine has of its own.
const LINES_WAITING: usize = 8_192;

const CARRIERS: [&str; 6] = ["hyper", "hyper_util", "reqwest", "h2", "rustls", "tokio_util"];
/// It calls the end of its channels an error; whether triggers work, and what follows, the scheduler says itself.
const TRIGGERS: &str = "tokio_cron_scheduler";

/// Where log lines go.
#[derive(Debug, Clone)]
pub struct LogTo {
    /// The data directory; lines go to files in its `logs/`.
    pub data_dir: Option<PathBuf>,
    /// To stderr as well.
    pub stderr: bool,
}

/// Keeps the writer of the log file alive; the last lines are written when it is dropped.
#[must_use = "dropping it ends the log file"]
pub struct LogGuard {
    _writer: Option<WorkerGuard>,
}

/// Why logging cannot start.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// `HEADROOM_LOG` is no filter.
    #[error("HEADROOM_LOG is {text:?}, which is no filter ({why}); write e.g. `info` or `info,engine=debug`")]
    Filter {
        /// What it is.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// `HEADROOM_LOG_FORMAT` is neither.
    #[error("HEADROOM_LOG_FORMAT is {0:?}; it can be text or json")]
    Format(String),
    /// The folder for log files cannot be used.
    #[error("cannot write log files in {}: {source}; check that you may write to that folder", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The process logs already.
    #[error("logging was started before in this process")]
    Already,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
}

/// Starts logging for the whole process, once.
///
/// Panics are logged with their place and without their text, which may quote what was being handled.
///
/// # Errors
///
/// [`LogError`]; then nothing is logged.
pub fn init(vars: &dyn Vars, to: &LogTo, clock: Arc<dyn Clock>) -> Result<LogGuard, LogError> {
    let filter = filter(vars)?;
    let format = format(vars)?;
    let (file, writer) = match &to.data_dir {
        Some(data_dir) => {
            let (file, writer) = file(&data_dir.join("logs"), clock)?;
            (Some(file), Some(writer))
        }
        None => (None, None),
    };
    let colour = io::stderr().is_terminal() && vars.get("NO_COLOR").is_none_or(|value| value.is_empty());
    let stderr = to.stderr.then(|| layer(io::stderr, format, colour));
    let file = file.map(|file| layer(file, format, false));
    let subscriber = Registry::default().with(filter).with(stderr).with(file);
    subscriber.try_init().map_err(|_| LogError::Already)?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current().name().unwrap_or("unnamed").to_owned();
        tracing::error!(target: "panic", place, thread, "A fault in Headroom itself at {place}");
    }));
    Ok(LogGuard { _writer: writer })
}

fn filter(vars: &dyn Vars) -> Result<EnvFilter, LogError> {
    let text = vars.get(FILTER).filter(|text| !text.trim().is_empty()).unwrap_or_else(|| "info".to_owned());
    let mut filter = EnvFilter::builder()
        .parse(&text)
        .map_err(|error| LogError::Filter { text: text.clone(), why: error.to_string() })?;
    let held = CARRIERS.iter().map(|carrier| format!("{carrier}=info"));
    for held in held.chain([format!("{TRIGGERS}=off")]) {
        let directive: Directive =
            held.parse().map_err(|_| LogError::Filter { text: text.clone(), why: held.clone() })?;
        filter = filter.add_directive(directive);
    }
    Ok(filter)
}

fn format(vars: &dyn Vars) -> Result<Format, LogError> {
    match vars.get(FORMAT).as_deref() {
        None | Some("" | "text") => Ok(Format::Text),
        Some("json") => Ok(Format::Json),
        Some(other) => Err(LogError::Format(other.to_owned())),
    }
}

fn file(folder: &Path, clock: Arc<dyn Clock>) -> Result<(NonBlocking, WorkerGuard), LogError> {
    let file = DailyFile::open(folder, clock);
    let file = file.map_err(|source| LogError::Folder { path: folder.to_owned(), source })?;
    Ok(NonBlockingBuilder::default().buffered_lines_limit(LINES_WAITING).finish(file))
}

fn layer<S, W>(writer: W, format: Format, colour: bool) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let layer = fmt::layer().with_writer(writer).with_ansi(colour);
    match format {
        Format::Text => layer.boxed(),
        Format::Json => layer.json().flatten_event(true).boxed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Given(&'static [(&'static str, &'static str)]);

    impl Vars for Given {
        fn get(&self, name: &str) -> Option<String> {
            self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn a_filter_that_is_none_is_said() {
        let error = filter(&Given(&[(FILTER, "engine=loud")])).unwrap_err();
        assert!(matches!(&error, LogError::Filter { text, .. } if text == "engine=loud"), "{error}");
        assert!(matches!(format(&Given(&[(FORMAT, "xml")])), Err(LogError::Format(text)) if text == "xml"));
    }

    #[test]
    fn without_a_word_it_is_info_as_text() {
        assert_eq!(format(&Given(&[])).unwrap(), Format::Text);
        assert_eq!(format(&Given(&[(FORMAT, "json")])).unwrap(), Format::Json);
        check("", "engine", tracing::Level::INFO, true);
        check("", "engine", tracing::Level::DEBUG, false);
    }

    #[test]
    fn the_crates_that_carry_bytes_stay_quiet_at_trace() {
        check("trace", "engine", tracing::Level::TRACE, true);
        for carrier in CARRIERS {
            check("trace", carrier, tracing::Level::DEBUG, false);
        }
        check("trace,hyper=trace", "hyper", tracing::Level::TRACE, false);
    }

    /// Whether a line of `target` at `level` gets through.
    #[track_caller]
    fn check(text: &'static str, target: &'static str, level: tracing::Level, expected: bool) {
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let filter = filter(&Given(Vec::leak(vec![(FILTER, text)]))).unwrap();
        let sink = Sink(seen.clone());
        let subscriber =
            Registry::default().with(filter).with(layer(move || sink.clone(), Format::Json, false));
        tracing::subscriber::with_default(subscriber, || emit(target, level));
        assert_eq!(!seen.lock().unwrap().is_empty(), expected, "{target} at {level} under {text:?}");
    }

    // A line's target and level are fixed where it stands.
    fn emit(target: &str, level: tracing::Level) {
        macro_rules! lines {
            ($($name:literal)*) => {
                match target {
                    $($name => match level {
                        tracing::Level::TRACE => tracing::trace!(target: $name, "x"),
                        tracing::Level::DEBUG => tracing::debug!(target: $name, "x"),
                        _ => tracing::info!(target: $name, "x"),
                    },)*
                    other => panic!("no line for {other}"),
                }
            };
        }
        lines!("engine" "hyper" "hyper_util" "reqwest" "h2" "rustls" "tokio_util");
    }

    #[derive(Clone)]
    struct Sink(Arc<std::sync::Mutex<Vec<u8>>>);

    impl io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}
