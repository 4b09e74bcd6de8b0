//! What the terminal, the clock and the zone are.

use anstyle::{AnsiColor, Style};
use engine::clock::{Clock, SystemClock};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io::IsTerminal;

/// What a text is drawn for.
pub struct Look {
    /// Columns of the terminal; none = as wide as it gets, nothing is cut.
    pub width: Option<usize>,
    /// The instant times are told against.
    pub now: Timestamp,
    /// The zone clocks are read in.
    pub zone: TimeZone,
}

impl Look {
    /// This terminal, now, here.
    pub fn of_terminal() -> Self {
        let on_terminal = std::io::stdout().is_terminal();
        let size = if on_terminal { terminal_size::terminal_size() } else { None };
        let width = size.map(|(width, _)| usize::from(width.0).max(NARROWEST));
        Self { width, now: SystemClock.now(), zone: TimeZone::system() }
    }
}

// Below this a line wraps; cutting more would leave nothing to read.
const NARROWEST: usize = 40;

pub const PLAIN: Style = Style::new();
pub const BOLD: Style = Style::new().bold();
pub const QUIET: Style = Style::new().dimmed();
pub const GOOD: Style = AnsiColor::Green.on_default();
pub const LOW: Style = AnsiColor::Yellow.on_default();
pub const BAD: Style = AnsiColor::Red.on_default();
pub const IDLE: Style = AnsiColor::Blue.on_default();

/// Text in a style; nothing around it where the style is none.
pub fn styled(style: Style, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{style}{text}{style:#}") }
}
