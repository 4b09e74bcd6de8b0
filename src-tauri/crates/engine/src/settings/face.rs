//! `settings.json` as a document that is read and written whole.

use crate::store::file;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Far more than settings need.
const LONGEST: u64 = 4 * 1024 * 1024;

/// Where the document lies.
pub trait Face: Send + Sync + 'static {
    /// The document; `None` where there is none.
    ///
    /// # Errors
    /// When it is there and cannot be read as text.
    fn read(&self) -> io::Result<Option<String>>;

    /// Replaces the document in one step.
    ///
    /// # Errors
    /// When it cannot be written; the old one stays then.
    fn write(&self, document: &str) -> io::Result<()>;

    /// Puts an unreadable document aside under its name and `.TAG`, and says where. A face whose documents are
    /// no files has nothing to put aside.
    ///
    /// # Errors
    /// When it cannot be renamed.
    fn keep_aside(&self, tag: &str) -> io::Result<Option<PathBuf>> {
        let _ = tag;
        Ok(None)
    }
}

/// A file of its own, readable for the user alone.
#[derive(Debug, Clone)]
pub struct FileFace {
    path: PathBuf,
}

impl FileFace {
    /// The document at `path`.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Face for FileFace {
    fn read(&self) -> io::Result<Option<String>> {
        let opened = match fs::File::open(&self.path) {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut text = String::new();
        opened.take(LONGEST + 1).read_to_string(&mut text)?;
        if text.len() as u64 > LONGEST {
            Err(io::Error::other("it is larger than 4 MiB"))
        } else {
            Ok(Some(text))
        }
    }

    fn write(&self, document: &str) -> io::Result<()> {
        file::replace(&self.path, document.as_bytes())
    }

    fn keep_aside(&self, tag: &str) -> io::Result<Option<PathBuf>> {
        file::keep_aside(&self.path, tag)
    }
}

/// A document in memory, for the demo and tests.
#[derive(Debug, Default)]
pub struct MemoryFace {
    document: std::sync::Mutex<Option<String>>,
}

impl MemoryFace {
    /// Begins with a document.
    #[must_use]
    pub fn holding(document: &str) -> Self {
        Self { document: std::sync::Mutex::new(Some(document.to_owned())) }
    }
}

impl Face for MemoryFace {
    fn read(&self) -> io::Result<Option<String>> {
        Ok(self.document.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone())
    }

    fn write(&self, document: &str) -> io::Result<()> {
        *self.document.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(document.to_owned());
        Ok(())
    }
}
