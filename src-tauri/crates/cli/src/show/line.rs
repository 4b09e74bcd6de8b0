//! One line of the user's own form, for status bars and scripts.

use super::figures::{bar, percent};
use super::look::Look;
use super::table::plain;
use super::when;
use crate::exit::{Exit, Failure};
use engine::view::dto::{CredentialView, GroupView, QuotaDocument};
use engine::view::sentence::lasting;
use jiff::Timestamp;

/// Below this a quota is worth a look; the same as in the table.
const LOW_BELOW: f64 = 0.25;
const UNKNOWN: &str = "–";

/// A form, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pieces: Vec<Piece>,
    for_json: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Text(String),
    Sentence,
    Attention,
    Name,
    State,
    Tier,
    Of(&'static str, Part),
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Left,
    Bar,
    Class,
    Reset,
    In,
    Name,
    Window(String),
}

/// The words for a group's key.
fn pool(word: &str) -> Option<&'static str> {
    match word {
        "claude" => Some("3p"),
        "gemini" => Some("gemini"),
        _ => None,
    }
}

impl Line {
    /// Reads a form; `for_json` escapes what is put into it, but not the form itself.
    ///
    /// # Errors
    /// A usage failure that names what is not known.
    pub fn parse(form: &str, for_json: bool) -> Result<Self, Failure> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut letters = form.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '{' | '}' if letters.peek() == Some(&letter) => {
                    letters.next();
                    text.push(letter);
                }
                '\\' if letters.peek() == Some(&'n') => {
                    letters.next();
                    text.push('\n');
                }
                '\\' if letters.peek() == Some(&'t') => {
                    letters.next();
                    text.push('\t');
                }
                '{' => {
                    let word: String = letters.by_ref().take_while(|letter| *letter != '}').collect();
                    if !text.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut text)));
                    }
                    pieces.push(Piece::parse(&word).ok_or_else(|| unknown(&word))?);
                }
                '}' => {
                    return Err(Failure::new(Exit::Usage, "the form has a } without its {; }} prints one"));
                }
                _ => text.push(letter),
            }
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        Ok(Self { pieces, for_json })
    }

    /// The line, without its end. What others wrote into names does not steer the terminal.
    pub fn write(&self, document: &QuotaDocument, look: &Look) -> String {
        let written = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            piece if self.for_json => inside_quotes(&piece.write(document, look)),
            piece => piece.write(document, look),
        });
        written.collect()
    }
}

/// As it stands between the quotes of a JSON text.
fn inside_quotes(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default().to_owned()
}

fn unknown(word: &str) -> Failure {
    let word: String = word.chars().take(40).collect();
    Failure::new(
        Exit::Usage,
        format!("{{{word}}} is not known in a form; `headroom quota --help` lists what is"),
    )
}

impl Piece {
    fn parse(word: &str) -> Option<Self> {
        let (first, rest) = word.split_once('.').unwrap_or((word, ""));
        if let Some(group) = pool(first) {
            let part = match rest {
                "" if !word.contains('.') => Part::Left,
                "bar" => Part::Bar,
                "class" => Part::Class,
                "reset" => Part::Reset,
                "in" => Part::In,
                "name" => Part::Name,
                "" => return None,
                // Any window the service may have: 5h, weekly, or one of tomorrow.
                window => Part::Window(window.to_owned()),
            };
            return Some(Self::Of(group, part));
        }
        match word {
            "sentence" => Some(Self::Sentence),
            "attention" => Some(Self::Attention),
            "name" => Some(Self::Name),
            "state" => Some(Self::State),
            "tier" => Some(Self::Tier),
            _ => None,
        }
    }

    fn write(&self, document: &QuotaDocument, look: &Look) -> String {
        let of_first = |field: fn(&CredentialView) -> Option<String>| {
            document
                .credentials
                .first()
                .and_then(field)
                .map_or_else(|| UNKNOWN.to_owned(), |text| plain(&text))
        };
        match self {
            Self::Text(text) => text.clone(),
            Self::Sentence => plain(&document.sentence),
            Self::Attention => document.credentials.iter().filter(|c| c.needs_user).count().to_string(),
            Self::Name => of_first(|c| Some(c.name.clone())),
            Self::State => of_first(|c| Some(c.state.clone())),
            Self::Tier => of_first(|c| c.tier.clone()),
            Self::Of(group, part) => part.write(best(document, group), look),
        }
    }
}

/// The credential with the most left of a group, and the group. Unknown comes after everything known.
fn best<'a>(document: &'a QuotaDocument, key: &str) -> Option<(&'a CredentialView, &'a GroupView)> {
    let groups = document.credentials.iter().filter(|c| c.state == "active").filter_map(|credential| {
        Some((credential, credential.groups.iter().find(|group| group.key == key)?))
    });
    groups.max_by(|(_, a), (_, b)| {
        let order = a.remaining.partial_cmp(&b.remaining).unwrap_or(std::cmp::Ordering::Equal);
        // Of equals the first in the user's order.
        order.then(std::cmp::Ordering::Greater)
    })
}

impl Part {
    fn write(&self, best: Option<(&CredentialView, &GroupView)>, look: &Look) -> String {
        let left = best.and_then(|(_, group)| group.remaining);
        let reset = best.and_then(|(_, group)| resets(group));
        let text = match self {
            Self::Left => Some(short(left)),
            Self::Bar => Some(bar(left)),
            Self::Class => Some(class(left).to_owned()),
            Self::Name => best.map(|(credential, _)| plain(&credential.name)),
            Self::Reset => reset.map(|at| when::local(at, look)),
            Self::In => reset.and_then(|at| remaining_time(at, look.now)),
            Self::Window(name) => best
                .and_then(|(_, group)| group.windows.iter().find(|window| window.window == *name))
                .map(|window| short(window.remaining)),
        };
        text.unwrap_or_else(|| UNKNOWN.to_owned())
    }
}

/// When a group refills; a window that has not started waits for no reset.
fn resets(group: &GroupView) -> Option<&str> {
    let binding = group.windows.iter().find(|window| Some(&window.window) == group.binding.as_ref());
    let waits = binding.is_some_and(|window| window.started == Some(false));
    group.reset_at.as_deref().filter(|_| !waits)
}

fn remaining_time(at: &str, now: Timestamp) -> Option<String> {
    let at: Timestamp = at.parse().ok()?;
    (at > now).then(|| lasting(now.duration_until(at)))
}

/// `58%`: a bar has little room.
fn short(share: Option<f64>) -> String {
    percent(share).replace(' ', "")
}

fn class(share: Option<f64>) -> &'static str {
    match share {
        None => "unknown",
        Some(share) if share <= 0.0 => "empty",
        Some(share) if share < LOW_BELOW => "low",
        Some(_) => "ok",
    }
}

#[cfg(test)]
mod tests;
