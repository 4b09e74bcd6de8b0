//! Decides what the tray shows: icon, title, tooltip, menu.
//!
//! A pure function of the documents every reader gets, the time and the zone. Drawing it, and doing what an entry
//! asks for, belong to the shell.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::dto::{CredentialView, Headline, QuotaDocument, StatusView};

mod capacity;
mod words;

use capacity::{next_capacity, resting, useful};

pub use domain::policy::words::{Language, Spoken};
use words::Words;

/// More credentials than this do not make the menu longer; the window shows them all.
const LINES: usize = 15;
/// More rests than this are counted; the window tells each.
const RESTS: usize = 5;
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
    /// The few letters beside the picture where a menu bar has room for them, e.g. `58 %`; empty where there is no number.
    pub label: String,
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
    /// Nothing is being read in the background, by a switch or by a pause: hollow.
    Paused,
}

/// One entry of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrayEntry {
    /// Only to read.
    Text(String),
    /// A line between two parts.
    Separator,
    /// Entries one step further in.
    Menu {
        /// What it says.
        text: String,
        /// What is in it; no menu again.
        entries: Vec<TrayEntry>,
    },
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
    /// Show the window at the overview.
    Overview,
    /// Show the window at this credential.
    OpenCredential(String),
    /// Read all quota now.
    Refresh,
    /// Warm up one credential, or every one.
    Warm(Option<String>),
    /// Let automation rest, or go on.
    Pause(PauseFor),
    /// End the program.
    Quit,
}

/// How long automation is to rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseFor {
    /// An hour.
    Hour,
    /// Until six in the morning.
    Tomorrow,
    /// No longer.
    Over,
}

impl PauseFor {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::Hour, Self::Tomorrow, Self::Over];

    /// The word that the command `automation_pause` takes.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Tomorrow => "tomorrow",
            Self::Over => "off",
        }
    }
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
    let useful = useful(&quota.credentials, &status.tray_pinned, now);
    let rests = !status.background_refresh || status.paused_until.is_some();
    let icon = TrayIcon {
        level: if rests { Level::Paused } else { level(useful) },
        attention: quota.credentials.iter().any(|one| one.needs_user)
            || status.notices.iter().any(|notice| notice.level == "error"),
    };
    let name = if quota.demo { words.demo_name() } else { "Headroom" };
    let label = match useful {
        Useful::Left(share) => words.percent(share),
        Useful::Nothing | Useful::Unknown => String::new(),
    };
    let title = if label.is_empty() { name.to_owned() } else { format!("{name} · {label}") };
    let paused = status.paused_until.as_deref().and_then(|at| at.parse().ok()).map(|at| words.paused(at));
    let tooltip = [format!("{name} · {}", quota.sentence)].into_iter().chain(paused.clone());
    TrayModel {
        icon,
        tooltip: tooltip.collect::<Vec<_>>().join(" "),
        title,
        label,
        menu: menu(quota, paused, now, &words),
    }
}

/// The menu, top to bottom: the sentence, the credentials, what comes back and what rests, what one can do.
fn menu(quota: &QuotaDocument, paused: Option<String>, now: Timestamp, words: &Words<'_>) -> Vec<TrayEntry> {
    // Nothing that is worth reading is greyed out: a panel draws what cannot be clicked faintly.
    let sentence = match quota.demo {
        true => format!("{}: {}", words.demo(), quota.sentence),
        false => quota.sentence.clone(),
    };
    let mut menu = vec![TrayEntry::Action { request: TrayRequest::Overview, text: sentence }];
    let is_paused = paused.is_some();
    menu.extend(paused.map(TrayEntry::Text));
    if quota.credentials.is_empty() {
        menu.push(TrayEntry::Separator);
        menu.extend(always(words));
        return menu;
    }
    menu.push(TrayEntry::Separator);
    menu.extend(lines(quota.credentials.iter().take(LINES), words));
    if let Some(more) = quota.credentials.len().checked_sub(LINES).filter(|more| *more > 0) {
        menu.push(TrayEntry::Action { request: TrayRequest::Open, text: words.more(more) });
    }
    let said = said(quota, now, words);
    if !said.is_empty() {
        menu.push(TrayEntry::Separator);
        menu.extend(said);
    }
    menu.push(TrayEntry::Separator);
    menu.extend(warm_up(&quota.credentials, words));
    menu.push(pause(is_paused, words));
    menu.push(TrayEntry::Action { request: TrayRequest::Refresh, text: words.refresh().to_owned() });
    menu.extend(always(words));
    menu
}

/// A line for each credential: first those with a number, which stand in columns, then those without.
fn lines<'a>(
    credentials: impl Iterator<Item = &'a CredentialView>,
    words: &Words<'_>,
) -> impl Iterator<Item = TrayEntry> {
    let about = |one: &CredentialView, text| TrayEntry::Action {
        request: TrayRequest::OpenCredential(one.id.clone()),
        text,
    };
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for one in credentials {
        match figures(one, words) {
            Some(text) => with.push(about(one, text)),
            None => without.push(about(one, instead(one, words))),
        }
    }
    with.into_iter().chain(without)
}

/// When capacity comes back, and why some rests.
fn said(quota: &QuotaDocument, now: Timestamp, words: &Words<'_>) -> Vec<TrayEntry> {
    let about =
        |id: &str, text| TrayEntry::Action { request: TrayRequest::OpenCredential(id.to_owned()), text };
    let next = next_capacity(&quota.credentials, now).map(|next| {
        about(&next.id, words.next_capacity(&next.group, &cut(&next.name, NAME_LENGTH), next.at))
    });
    let overview = |text| TrayEntry::Action { request: TrayRequest::Overview, text };
    let lasts = quota.lasts.iter().map(|lasts| overview(lasts.sentence.clone()));
    let planned = quota.credentials.iter().flat_map(|c| c.groups.iter().map(move |group| (c, group)));
    let planned = planned.filter_map(|(c, group)| Some((c, group.planned.as_ref()?)));
    let planned = planned.min_by(|(_, a), (_, b)| a.starts.cmp(&b.starts));
    let planned = planned.map(|(c, planned)| about(&c.id, planned.sentence.clone()));
    let rests = resting(&quota.credentials, now);
    let told = rests.iter().take(RESTS).map(|rest| {
        let name = cut(&rest.name, NAME_LENGTH);
        about(&rest.id, words.rests(&name, &rest.group, rest.protected, rest.reason.as_deref(), rest.until))
    });
    let more = rests.len().checked_sub(RESTS).filter(|more| *more > 0);
    let more = more.map(|more| overview(words.more_rest(more)));
    next.into_iter().chain(lasts).chain(planned).chain(told).chain(more).collect()
}

/// A menu with everything that a request can start, where there is any.
fn warm_up(credentials: &[CredentialView], words: &Words<'_>) -> Option<TrayEntry> {
    let can = |one: &&CredentialView| one.state == "active" && one.provider == "antigravity";
    let mut entries: Vec<_> = credentials
        .iter()
        .filter(can)
        .take(LINES)
        .map(|one| TrayEntry::Action {
            request: TrayRequest::Warm(Some(one.id.clone())),
            text: cut(&one.name, NAME_LENGTH),
        })
        .collect();
    if entries.is_empty() {
        return None;
    }
    if entries.len() > 1 {
        let all = TrayEntry::Action { request: TrayRequest::Warm(None), text: words.everyone().to_owned() };
        entries.splice(0..0, [all, TrayEntry::Separator]);
    }
    Some(TrayEntry::Menu { text: words.warm_up().to_owned(), entries })
}

fn pause(paused: bool, words: &Words<'_>) -> TrayEntry {
    let offered = PauseFor::ALL.into_iter().filter(|one| paused || *one != PauseFor::Over);
    let entries = offered.map(|one| TrayEntry::Action {
        request: TrayRequest::Pause(one),
        text: words.pause_for(one).to_owned(),
    });
    TrayEntry::Menu { text: words.pause().to_owned(), entries: entries.collect() }
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
        label: String::new(),
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

/// What the icon is about.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Useful {
    /// The share that is left of it.
    Left(f64),
    /// Numbers are known, and nothing can be used.
    Nothing,
    /// No number is known.
    Unknown,
}

fn level(useful: Useful) -> Level {
    match useful {
        Useful::Unknown => Level::Unknown,
        Useful::Left(share) if share >= 0.875 => Level::Full,
        Useful::Left(share) if share >= 0.625 => Level::High,
        Useful::Left(share) if share >= 0.375 => Level::Half,
        Useful::Left(share) if share > 0.0 => Level::Low,
        Useful::Left(_) | Useful::Nothing => Level::Empty,
    }
}

/// What is of one width in every font comes first, so that it stands in columns in a menu that has none:
/// `  7 %  ▮▯▯▯▯  Bob · 5h · 14:05 (2 h 04 m)`. `None` where no number can be told.
fn figures(one: &CredentialView, words: &Words<'_>) -> Option<String> {
    let headline = one.headline.as_ref().filter(|_| one.state == "active")?;
    let share = headline.remaining?;
    let name = cut(&one.name, NAME_LENGTH);
    let figures = format!("{}  {}  {name}", percent_column(&words.percent(share)), meter(share));
    let stale = one.failure.is_some().then(|| words.stale().to_owned());
    let parts = [Some(figures), window(headline, share, words), stale];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
}

/// Why there is no number: `Dora · off`.
fn instead(one: &CredentialView, words: &Words<'_>) -> String {
    let name = cut(&one.name, NAME_LENGTH);
    if one.state == "active" {
        return format!("{name} · {}", words.no_number(one.reading, one.failure.is_some()));
    }
    let state = words.state(&one.state, one.needs_user);
    match one.state_reason.as_deref().filter(|_| one.needs_user) {
        Some(reason) => format!("{name} · {state} · {}", cut(reason, REASON_LENGTH)),
        None => format!("{name} · {state}"),
    }
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
