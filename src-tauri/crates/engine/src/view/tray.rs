//! Decides what the tray shows: icon, title, tooltip, menu.
//!
//! A pure function of the documents every reader gets, the time and the zone. Drawing it, and doing what an entry
//! asks for, belong to the shell.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::dto::{CredentialView, Headline, QuotaDocument, StatusView};

mod words;

pub use words::Language;
use words::Words;

/// More credentials than this do not make the menu longer; the window shows them all.
const LINES: usize = 15;
/// Longer names are cut, so that the numbers stay on the screen.
const NAME_LENGTH: usize = 28;
/// Longer reasons are cut; the window has the whole sentence.
const REASON_LENGTH: usize = 72;
/// As wide as a digit, so that percentages of one to three digits line up.
const FIGURE_SPACE: char = '\u{2007}';

/// Everything the tray shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrayModel {
    /// Which picture.
    pub icon: TrayIcon,
    /// The name that goes with the picture, e.g. `Headroom · 58 %`.
    pub title: String,
    /// What hovering shows, where the desktop has that.
    pub tooltip: String,
    /// The menu, top to bottom.
    pub menu: Vec<TrayEntry>,
}

/// Which picture the tray shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TrayIcon {
    /// What the glass shows.
    pub level: Level,
    /// A dot: somebody has to act.
    pub attention: bool,
}

/// How full the glass is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// 87.5 % or more.
    Full,
    /// 62.5 % or more.
    High,
    /// 37.5 % or more.
    Half,
    /// Anything that is left below that.
    Low,
    /// Nothing is left.
    Empty,
    /// No number is known: hatched, never a level.
    Unknown,
    /// Nothing is being read in the background: hollow.
    Paused,
}

/// One entry of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrayEntry {
    /// Only to read.
    Text(String),
    /// A line between two parts.
    Separator,
    /// Something to click.
    Action {
        /// What it asks for.
        request: TrayRequest,
        /// What it says.
        text: String,
    },
}

/// What a click asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrayRequest {
    /// Show the window.
    Open,
    /// Show the window at this credential.
    OpenCredential(String),
    /// Read all quota now.
    Refresh,
    /// End the program.
    Quit,
}

/// What the tray shows at `now`, with times in `zone`.
#[must_use]
pub fn tray(
    quota: &QuotaDocument,
    status: &StatusView,
    now: Timestamp,
    zone: &TimeZone,
    language: Language,
) -> TrayModel {
    let words = Words { language, now, zone };
    let tightest = tightest(&quota.credentials);
    let icon = TrayIcon {
        level: if status.background_refresh { level(tightest) } else { Level::Paused },
        attention: quota.credentials.iter().any(|one| one.needs_user)
            || status.notices.iter().any(|notice| notice.level == "error"),
    };
    let name = if quota.demo { words.demo_name() } else { "Headroom" };
    let title = match tightest {
        Some(share) => format!("{name} · {}", words.percent(share)),
        None => name.to_owned(),
    };
    let mut menu = vec![TrayEntry::Text(match quota.demo {
        true => format!("{}: {}", words.demo(), quota.sentence),
        false => quota.sentence.clone(),
    })];
    if !quota.credentials.is_empty() {
        menu.push(TrayEntry::Separator);
        menu.extend(quota.credentials.iter().take(LINES).map(|one| TrayEntry::Action {
            request: TrayRequest::OpenCredential(one.id.clone()),
            text: line(one, &words),
        }));
    }
    if let Some(more) = quota.credentials.len().checked_sub(LINES).filter(|more| *more > 0) {
        menu.push(TrayEntry::Action { request: TrayRequest::Open, text: words.more(more) });
    }
    menu.push(TrayEntry::Separator);
    if !quota.credentials.is_empty() {
        menu.push(TrayEntry::Action { request: TrayRequest::Refresh, text: words.refresh().to_owned() });
    }
    menu.extend(always(&words));
    TrayModel { icon, tooltip: format!("{name} · {}", quota.sentence), title, menu }
}

/// Why there are no documents to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// The engine has not started yet.
    Starting,
    /// The engine does not answer.
    Lost,
}

/// What the tray shows while there is no engine.
#[must_use]
pub fn without_engine(why: Absence, language: Language) -> TrayModel {
    let words = Words { language, now: Timestamp::UNIX_EPOCH, zone: &TimeZone::UTC };
    let sentence = words.absence(why);
    let mut menu = vec![TrayEntry::Text(sentence.to_owned()), TrayEntry::Separator];
    menu.extend(always(&words));
    TrayModel {
        icon: TrayIcon { level: Level::Unknown, attention: matches!(why, Absence::Lost) },
        title: "Headroom".to_owned(),
        tooltip: format!("Headroom · {sentence}"),
        menu,
    }
}

fn always(words: &Words<'_>) -> [TrayEntry; 2] {
    [
        TrayEntry::Action { request: TrayRequest::Open, text: words.open().to_owned() },
        TrayEntry::Action { request: TrayRequest::Quit, text: words.quit().to_owned() },
    ]
}

/// The smallest known share of the active credentials; the others cannot be used, whatever they have left.
fn tightest(credentials: &[CredentialView]) -> Option<f64> {
    credentials
        .iter()
        .filter(|one| one.state == "active")
        .filter_map(|one| one.headline.as_ref()?.remaining)
        .min_by(f64::total_cmp)
}

fn level(share: Option<f64>) -> Level {
    match share {
        None => Level::Unknown,
        Some(share) if share >= 0.875 => Level::Full,
        Some(share) if share >= 0.625 => Level::High,
        Some(share) if share >= 0.375 => Level::Half,
        Some(share) if share > 0.0 => Level::Low,
        Some(_) => Level::Empty,
    }
}

fn line(one: &CredentialView, words: &Words<'_>) -> String {
    let name = cut(&one.name, NAME_LENGTH);
    if one.state != "active" {
        let state = words.state(&one.state, one.needs_user);
        return match one.state_reason.as_deref().filter(|_| one.needs_user) {
            Some(reason) => format!("{name}   {state} · {}", cut(reason, REASON_LENGTH)),
            None => format!("{name}   {state}"),
        };
    }
    let known = one.headline.as_ref().and_then(|headline| Some((headline, headline.remaining?)));
    let Some((headline, share)) = known else {
        return format!("{name}   –   {}", words.no_number(one.reading, one.failure.is_some()));
    };
    let mut text = format!("{name}   {:>5}  {}", percent_column(&words.percent(share)), meter(share));
    if let Some(window) = window(headline, share, words) {
        text.push_str("  ");
        text.push_str(&window);
    }
    if one.failure.is_some() {
        text.push_str(" · ");
        text.push_str(words.stale());
    }
    text
}

/// The deciding window and when it comes back: `5h · 14:05 (2 h 04 m)`.
fn window(headline: &Headline, share: f64, words: &Words<'_>) -> Option<String> {
    let reset = headline.reset_at.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    // A full window that has not started has a reset that floats with the clock: no time to name.
    let when = match (headline.started, reset) {
        (Some(false), _) if share > 0.0 => Some(words.not_started().to_owned()),
        (_, Some(reset)) => Some(words.reset(reset)),
        (_, None) => None,
    };
    let parts: Vec<String> =
        headline.window.as_deref().map(|name| words.window(name)).into_iter().chain(when).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

fn percent_column(percent: &str) -> String {
    let digits = percent.chars().filter(char::is_ascii_digit).count();
    let pad = 3_usize.saturating_sub(digits);
    std::iter::repeat_n(FIGURE_SPACE, pad).chain(percent.chars()).collect()
}

fn meter(share: f64) -> String {
    let steps = [0.1, 0.3, 0.5, 0.7, 0.9];
    let filled = steps.iter().filter(|step| share >= **step).count().max(usize::from(share > 0.0));
    "▮".repeat(filled) + &"▯".repeat(steps.len() - filled)
}

fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(length - 1).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

#[cfg(test)]
mod tests;
