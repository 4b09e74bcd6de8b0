//! What was said already.

use super::Pool;
use crate::credential::CredentialId;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Kinds of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A credential needs the user.
    NeedsUser,
    /// Quota is low, or used up.
    Low,
    /// Quota will be used up before its reset.
    EmptySoon,
    /// Quota is back.
    Back,
    /// Warmups have no effect.
    NoEffect,
    /// Quota is used elsewhere.
    Drain,
}

impl Kind {
    /// All of them, the most pressing first.
    pub const ALL: [Self; 6] =
        [Self::NeedsUser, Self::Low, Self::EmptySoon, Self::Back, Self::NoEffect, Self::Drain];

    /// The word in the store and in JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::NeedsUser => "needs_user",
            Self::Low => "low",
            Self::EmptySoon => "empty_soon",
            Self::Back => "back",
            Self::NoEffect => "no_effect",
            Self::Drain => "drain",
        }
    }

    /// The inverse of [`Kind::key`].
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// What something was said about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// What kind of message.
    pub kind: Kind,
    /// The credential.
    pub credential: CredentialId,
    /// The group's key; empty where it is about the credential.
    pub group: String,
}

impl Subject {
    pub(super) fn of(kind: Kind, pool: &Pool) -> Self {
        Self { kind, credential: pool.who.id.clone(), group: pool.group.key().to_owned() }
    }
}

/// When it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// It is not said again before.
    pub until: Timestamp,
    /// What it was said of happened then.
    pub seen: Timestamp,
}

/// What was said already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory(BTreeMap<Subject, Mark>);

impl Memory {
    /// When something was said.
    #[must_use]
    pub fn get(&self, subject: &Subject) -> Option<Mark> {
        self.0.get(subject).copied()
    }

    /// All of it.
    pub fn iter(&self) -> impl Iterator<Item = (&Subject, &Mark)> {
        self.0.iter()
    }

    pub(super) fn put(&mut self, subject: Subject, mark: Mark) {
        self.0.insert(subject, mark);
    }

    pub(super) fn remove(&mut self, subject: &Subject) {
        self.0.remove(subject);
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&Subject, &Mark) -> bool) {
        self.0.retain(|subject, mark| keep(subject, mark));
    }
}

impl FromIterator<(Subject, Mark)> for Memory {
    /// What was kept.
    fn from_iter<I: IntoIterator<Item = (Subject, Mark)>>(kept: I) -> Self {
        Self(kept.into_iter().collect())
    }
}
