//! How a setting's text becomes its value and back.

use super::address::{self, BadAddress};
use super::alias::{Alias, BadAlias};
use super::choice::Choice;
use super::day_time::{BadDayTime, DayTime};
use super::hours::{BadHours, Hours};
use crate::credential::{Provider, UnknownProvider};
use crate::event::EventKind;
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;

/// What kind of value a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// On or off.
    Bool,
    /// A whole number.
    Integer {
        /// The smallest.
        min: u32,
        /// The largest.
        max: u32,
        /// What it counts.
        unit: &'static str,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Entries with commas between them.
    List,
    /// A line of text.
    Text,
}

/// Why a text is no value of a setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// Not a switch.
    #[error("takes true or false")]
    NotBool,
    /// Not a number, or out of range.
    #[error("takes a whole number from {min} to {max} ({unit})")]
    OutOfRange {
        /// The smallest.
        min: u32,
        /// The largest.
        max: u32,
        /// What it counts.
        unit: &'static str,
    },
    /// Not one of the words.
    #[error("takes one of {}", .0.join(", "))]
    NotAChoice(&'static [&'static str]),
    /// Not an address it may go to.
    #[error("takes an address, but {0}")]
    Address(#[from] BadAddress),
    /// Not hours.
    #[error(transparent)]
    Hours(#[from] BadHours),
    /// Not a time of the day.
    #[error(transparent)]
    DayTime(#[from] BadDayTime),
    /// Not a provider.
    #[error(transparent)]
    Provider(#[from] UnknownProvider),
    /// Not a rule for a name.
    #[error(transparent)]
    Alias(#[from] BadAlias),
    /// Not an event.
    #[error("takes low, back, warmed and needs-you, with commas between them")]
    NotAnEvent,
    /// Not a program's path.
    #[error("takes the absolute path of a program, without arguments")]
    NotAProgram,
    /// A list without entries where one is needed.
    #[error("takes at least one entry")]
    EmptyList,
    /// A list beyond all reason.
    #[error("takes at most {MOST_ENTRIES} entries of {LONGEST_ENTRY} characters each")]
    LongList,
    /// Two entries of a list are the same.
    #[error("names an entry twice")]
    Twice,
    /// Not what an HTTP header or a name may hold.
    #[error("takes 1 to {LONGEST_TEXT} printable ASCII characters")]
    NotPlain,
}

const MOST_ENTRIES: usize = 100;
const LONGEST_ENTRY: usize = 200;
const LONGEST_TEXT: usize = 200;
const LONGEST_PATH: usize = 1_000;

/// Reads and writes one setting's value.
pub(super) struct Rule<T: 'static> {
    pub kind: Kind,
    pub read: fn(&str, Kind) -> Result<T, Why>,
    pub write: fn(&T) -> String,
}

pub(super) const BOOL: Rule<bool> = Rule {
    kind: Kind::Bool,
    read: |text, _| match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "on" | "yes" => Ok(true),
        "false" | "0" | "off" | "no" => Ok(false),
        _ => Err(Why::NotBool),
    },
    write: bool::to_string,
};

pub(super) const fn integer(min: u32, max: u32, unit: &'static str) -> Rule<u32> {
    Rule { kind: Kind::Integer { min, max, unit }, read: read_integer, write: u32::to_string }
}

fn read_integer(text: &str, kind: Kind) -> Result<u32, Why> {
    let Kind::Integer { min, max, unit } = kind else { return Err(Why::NotPlain) };
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits
        .then(|| text.parse().ok())
        .flatten()
        .filter(|number| (min..=max).contains(number))
        .ok_or(Why::OutOfRange { min, max, unit })
}

pub(super) const fn choice<T: Choice>() -> Rule<T> {
    Rule {
        kind: Kind::Choice(T::KEYS),
        read: |text, _| T::of(text).ok_or(Why::NotAChoice(T::KEYS)),
        write: |value| value.key().to_owned(),
    }
}

/// Names with commas between them; none at all is allowed.
pub(super) const NAMES: Rule<Vec<String>> = Rule {
    kind: Kind::List,
    read: |text, _| entries(text, |e| plain(e).map(str::to_owned)),
    write: |list| list.join(","),
};

/// Like [`NAMES`], with at least one.
pub(super) const SOME_NAMES: Rule<Vec<String>> = Rule {
    kind: Kind::List,
    read: |text, kind| some((NAMES.read)(text, kind)?),
    write: |list| list.join(","),
};

pub(super) const SERVICE_URLS: Rule<Vec<String>> = Rule {
    kind: Kind::List,
    read: |text, _| some(entries(text, |e| Ok(address::service_url(e)?))?),
    write: |list| list.join(","),
};

pub(super) const HOSTS: Rule<Vec<String>> = Rule {
    kind: Kind::List,
    read: |text, _| entries(text, |e| Ok(address::host_name(e)?)),
    write: |list| list.join(","),
};

/// Origins of pages, as browsers write them.
pub(super) const ORIGINS: Rule<Vec<String>> = Rule {
    kind: Kind::List,
    read: |text, _| entries(text, |e| Ok(address::page_origin(e)?)),
    write: |list| list.join(","),
};

/// Other names for models.
pub(super) const ALIASES: Rule<Vec<Alias>> = Rule {
    kind: Kind::List,
    read: |text, _| entries(text, |e| Ok(e.parse::<Alias>()?)),
    write: |list| list.iter().map(Alias::to_string).collect::<Vec<_>>().join(","),
};

/// Kinds of events; at least one.
pub(super) const EVENTS: Rule<Vec<EventKind>> = Rule {
    kind: Kind::List,
    read: |text, _| some(entries(text, |e| EventKind::of(e).ok_or(Why::NotAnEvent))?),
    write: |list| list.iter().map(|kind| kind.key()).collect::<Vec<_>>().join(","),
};

/// A program, named so that nothing but that file is meant, wherever it is started.
pub(super) const OPTIONAL_PROGRAM: Rule<Option<String>> = Rule {
    kind: Kind::Text,
    read: |text, _| {
        optional(text, |t| {
            let fits = t.len() <= LONGEST_PATH && !t.chars().any(char::is_control);
            (fits && Path::new(t).is_absolute()).then(|| t.to_owned()).ok_or(Why::NotAProgram)
        })
    },
    write: or_empty,
};

/// The order of providers; those that are not named follow in the default order.
pub(super) const PROVIDERS: Rule<Vec<Provider>> = Rule {
    kind: Kind::List,
    read: |text, _| {
        let named = some(entries(text, |e| Ok(e.parse::<Provider>()?))?)?;
        let rest = Provider::ALL.into_iter().filter(|p| !named.contains(p)).collect::<Vec<_>>();
        Ok(named.into_iter().chain(rest).collect())
    },
    write: |list| list.iter().map(|p| p.key()).collect::<Vec<_>>().join(","),
};

pub(super) const SERVICE_URL: Rule<String> =
    Rule { kind: Kind::Text, read: |text, _| Ok(address::service_url(text)?), write: String::clone };

pub(super) const SIGN_IN_URL: Rule<String> =
    Rule { kind: Kind::Text, read: |text, _| Ok(address::sign_in_url(text)?), write: String::clone };

pub(super) const PROXY_URL: Rule<Option<String>> = Rule {
    kind: Kind::Text,
    read: |text, _| optional(text, |t| Ok(address::proxy_url(t)?)),
    write: or_empty,
};

pub(super) const LISTEN: Rule<SocketAddr> = Rule {
    kind: Kind::Text,
    read: |text, _| Ok(address::listen_address(text)?),
    write: SocketAddr::to_string,
};

/// A line that may stand in an HTTP header.
pub(super) const LINE: Rule<String> =
    Rule { kind: Kind::Text, read: |text, _| plain(text).map(str::to_owned), write: String::clone };

pub(super) const OPTIONAL_NAME: Rule<Option<String>> = Rule {
    kind: Kind::Text,
    read: |text, _| optional(text, |t| plain(t).map(str::to_owned)),
    write: or_empty,
};

pub(super) const HOURS: Rule<Hours> =
    Rule { kind: Kind::Text, read: |text, _| Ok(text.parse()?), write: Hours::to_string };

pub(super) const OPTIONAL_HOURS: Rule<Option<Hours>> =
    Rule { kind: Kind::Text, read: |text, _| optional(text, |t| Ok(t.parse()?)), write: or_empty };

pub(super) const OPTIONAL_TIME: Rule<Option<DayTime>> =
    Rule { kind: Kind::Text, read: |text, _| optional(text, |t| Ok(t.parse()?)), write: or_empty };

fn optional<T>(text: &str, read: impl Fn(&str) -> Result<T, Why>) -> Result<Option<T>, Why> {
    if text.is_empty() { Ok(None) } else { read(text).map(Some) }
}

fn or_empty<T: fmt::Display>(value: &Option<T>) -> String {
    value.as_ref().map(T::to_string).unwrap_or_default()
}

fn plain(text: &str) -> Result<&str, Why> {
    let printable = text.bytes().all(|b| (b' '..=b'~').contains(&b));
    if text.is_empty() || text.len() > LONGEST_TEXT || !printable { Err(Why::NotPlain) } else { Ok(text) }
}

fn some<T>(list: Vec<T>) -> Result<Vec<T>, Why> {
    if list.is_empty() { Err(Why::EmptyList) } else { Ok(list) }
}

fn entries<T: PartialEq>(text: &str, read: impl Fn(&str) -> Result<T, Why>) -> Result<Vec<T>, Why> {
    let mut list = Vec::new();
    for entry in text.split(',').map(str::trim).filter(|e| !e.is_empty()) {
        if list.len() == MOST_ENTRIES || entry.len() > LONGEST_ENTRY {
            return Err(Why::LongList);
        }
        let entry = read(entry)?;
        if list.contains(&entry) {
            return Err(Why::Twice);
        }
        list.push(entry);
    }
    Ok(list)
}
