//! Points other programs at the proxy: says what each needs, and where that is safe writes it into its files.
//!
//! What a program needs is one file a program; how its files are edited is `format`'s; [`Connector`] writes, and
//! takes back what it wrote. Client keys are `proxy`'s.

mod by_hand;
mod claude_code;
mod codex;
mod connector;
mod file;
mod format;
mod gemini_cli;
mod opencode;
mod record;

pub use connector::{ConnectError, Connector, Standing, Undone, Written};
pub use format::Format;

use crate::settings::Vars;
use domain::policy::words::Said;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What stands for the key where none is to be shown.
pub const KEY_PLACEHOLDER: &str = "YOUR_CLIENT_KEY";

/// A program that can be pointed at the proxy.
pub struct Program {
    /// Its name on the command line.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// What it needs.
    setup: fn(&Wanted<'_>, &Home) -> Setup,
}

/// Every program there is something to say about.
pub const PROGRAMS: &[Program] = &[
    Program {
        id: "claude-code",
        name: "Claude Code",
        about: "its settings.json is written",
        setup: claude_code::setup,
    },
    Program { id: "codex", name: "Codex CLI", about: "its config.toml is written", setup: codex::setup },
    Program {
        id: "gemini-cli",
        name: "Gemini CLI",
        about: "its .env and settings.json are written",
        setup: gemini_cli::setup,
    },
    Program {
        id: "opencode",
        name: "opencode",
        about: "its opencode.json is written",
        setup: opencode::setup,
    },
    Program {
        id: "openai",
        name: "OpenAI SDKs",
        about: "environment variables for programs that speak OpenAI",
        setup: by_hand::openai,
    },
    Program {
        id: "anthropic",
        name: "Anthropic SDKs",
        about: "environment variables for programs that speak Anthropic",
        setup: by_hand::anthropic,
    },
    Program {
        id: "gemini",
        name: "Google Gen AI SDKs",
        about: "environment variables for programs that speak Gemini",
        setup: by_hand::gemini,
    },
    Program {
        id: "aider",
        name: "Aider",
        about: "environment variables and the model",
        setup: by_hand::aider,
    },
    Program {
        id: "continue",
        name: "Continue",
        about: "an entry for its config.yaml",
        setup: by_hand::continue_dev,
    },
    Program { id: "cline", name: "Cline", about: "what to enter in its settings", setup: by_hand::cline },
];

/// The program of this name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Program> {
    PROGRAMS.iter().find(|p| p.id == id)
}

/// What a program is to be given.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The proxy's address, e.g. `http://127.0.0.1:8045`.
    pub base: &'a str,
    /// The client key, or [`KEY_PLACEHOLDER`].
    pub key: &'a str,
    /// The models that the user's credentials offer, as far as they are known.
    pub models: &'a [String],
}

impl Wanted<'_> {
    /// The model that a program which must name one is given; `None` while none is known.
    fn model(&self) -> Option<&str> {
        const LIKED: [&str; 4] = ["claude-sonnet", "claude-opus", "gemini-3-pro", "gemini"];
        let liked = LIKED.iter().find_map(|start| self.models.iter().find(|m| m.starts_with(start)));
        liked.or(self.models.first()).map(String::as_str)
    }

    /// The same, as a word to be filled in where none is known.
    fn model_or_word(&self) -> &str {
        self.model().unwrap_or("MODEL")
    }
}

/// What a program needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// What is written where; empty where the user has to do it.
    pub files: Vec<FileSetup>,
    /// What to set, for a person to read and copy. Empty: what the files hold.
    pub by_hand: String,
    /// What else there is to know.
    pub notes: Vec<Said>,
}

/// What a file of a program has to hold.
#[derive(Debug, Clone, PartialEq)]
pub struct FileSetup {
    /// Where it is.
    pub path: PathBuf,
    /// Its form.
    pub format: Format,
    /// What it has to hold.
    pub entries: Vec<Entry>,
}

/// A value at a place in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The names that lead to it.
    pub at: Vec<String>,
    /// The value.
    pub value: Value,
    /// It is the client key.
    pub is_key: bool,
}

impl Entry {
    fn new(at: &[&str], value: impl Into<Value>) -> Self {
        Self { at: at.iter().map(|name| (*name).to_owned()).collect(), value: value.into(), is_key: false }
    }

    fn key(at: &[&str], key: &str) -> Self {
        Self { is_key: true, ..Self::new(at, key) }
    }
}

impl Program {
    /// What it needs.
    #[must_use]
    pub fn setup(&self, wanted: &Wanted<'_>, home: &Home) -> Setup {
        (self.setup)(wanted, home)
    }
}

impl Setup {
    /// What to set, for a person to read and copy.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.by_hand.clone();
        for file in &self.files {
            if !text.is_empty() {
                text.push('\n');
            }
            text += &format!("# {}\n", file.path.display());
            text += file.format.apply("", &file.entries).unwrap_or_default().trim_end();
            text.push('\n');
        }
        text
    }
}

/// Where programs of the user keep their files.
#[derive(Clone)]
pub struct Home {
    vars: Arc<dyn Vars>,
}

impl Home {
    /// By the environment.
    #[must_use]
    pub fn new(vars: Arc<dyn Vars>) -> Self {
        Self { vars }
    }

    /// The user's home; `None` where the environment does not say. It is never guessed: a wrong one would be
    /// written to.
    #[must_use]
    pub fn dir(&self) -> Option<PathBuf> {
        let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        self.var(name).filter(|dir| dir.is_absolute())
    }

    /// The folder that a variable names, else the one at `usual` in the home.
    fn folder(&self, variable: &str, usual: &str) -> PathBuf {
        let in_home = || self.dir().unwrap_or_else(|| PathBuf::from("~")).join(usual);
        self.var(variable).filter(|dir| dir.is_absolute()).unwrap_or_else(in_home)
    }

    fn var(&self, name: &str) -> Option<PathBuf> {
        self.vars.get(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }
}

/// The first of the files that is there, else the first of all.
fn there_or_first(folder: &Path, names: [&str; 2]) -> PathBuf {
    let found = names.iter().map(|name| folder.join(name)).find(|path| path.exists());
    found.unwrap_or_else(|| folder.join(names[0]))
}

#[cfg(test)]
mod tests;
