//! The settings in force and the one way to change them.
//!
//! Owns `settings.json`, the face of the settings that people may edit; the database is the truth behind it.
//! What a value may be is `domain::settings`' business.

mod change;
mod document;
mod error;
mod face;
mod keeper;
mod lines;
mod load;
mod scope;
mod shown;
mod vars;
mod view;

#[cfg(feature = "testkit")]
pub(crate) use document::survives;
pub use error::{SettingsError, SettingsProblem, summary};
pub use face::{Face, FileFace, MemoryFace};
pub use keeper::SettingsKeeper;
pub use scope::Scope;
pub use vars::{ProcessVars, Vars};

#[cfg(test)]
mod tests;
