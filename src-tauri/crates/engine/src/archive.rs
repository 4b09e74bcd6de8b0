//! Everything of a user in one file: to keep, and to go on with elsewhere. Always encrypted under a passphrase.
//!
//! Owns the file's form. What goes in and what becomes of it belongs to `api::archive`, the database's part to
//! `store::transfer`.

mod content;
mod sealed;

pub use content::{BadContent, Content, Manifest, Secret};
pub use sealed::{MAGIC, Unopened, is_archive, open, seal};
