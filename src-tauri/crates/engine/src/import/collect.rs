//! Gathers files: those named, those in named folders, those in archives, and those that came along.

use super::budget::{Budget, DEEPEST_FOLDER, LARGEST_ARCHIVE, Problem, is_archive, unreadable};
use super::{archive, gcli2api, manager};
use crate::view::dto::ImportFile;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::credential::Provider;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// One file, read or not.
pub struct Found {
    /// What people call it; the name inside an archive stands behind `!`. Never used as a path.
    pub name: String,
    /// Its bytes, which may hold secrets, or why there are none.
    pub content: Result<Zeroizing<Vec<u8>>, Problem>,
    /// What it holds.
    pub what: What,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Logins, and whose, where the place says it better than the content.
    Login(Option<Provider>),
    /// Settings of another program, as one document.
    Settings,
}

impl Found {
    pub(super) fn problem(name: &str, problem: Problem) -> Self {
        Self { name: label(name), content: Err(problem), what: What::Login(None) }
    }
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let content = self.content.as_ref().map(|bytes| bytes.len());
        f.debug_struct("Found").field("name", &self.name).field("bytes", &content).finish()
    }
}

/// Reads files, folders (with their folders) and ZIPs, and takes files whose content came along. Everything
/// that was looked at comes back, with its bytes or with the reason why not.
pub async fn collect(paths: Vec<String>, files: Vec<ImportFile>) -> Vec<Found> {
    let work = move || {
        let mut budget = Budget::default();
        let mut found = Vec::new();
        for path in paths {
            named(Path::new(&path), &mut budget, &mut found);
        }
        for file in files {
            came_along(&file, &mut budget, &mut found);
        }
        found
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(found) => found,
        Err(error) => vec![Found::problem("import", Problem::Unreadable(error.to_string()))],
    }
}

/// What the user named; a link leads where the user wants it to.
fn named(path: &Path, budget: &mut Budget, found: &mut Vec<Found>) {
    let name = path.display().to_string();
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() && manager::is_data_dir(path) => manager::read(path, budget, found),
        Ok(meta) if meta.is_dir() => folder(path, budget, found),
        Ok(meta) if meta.is_file() => ordinary(path, meta.len(), budget, found),
        Ok(_) => found.push(Found::problem(&name, Problem::NotAFile)),
        Err(error) => found.push(Found::problem(&name, unreadable(&error))),
    }
}

/// Everything in a folder and its folders, in order of name.
fn folder(root: &Path, budget: &mut Budget, found: &mut Vec<Found>) {
    let mut waiting = vec![(root.to_path_buf(), 0)];
    while let Some((dir, depth)) = waiting.pop() {
        let name = dir.display().to_string();
        let entries = match fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) => {
                found.push(Found::problem(&name, unreadable(&error)));
                continue;
            }
        };
        let mut paths: Vec<PathBuf> = Vec::new();
        for entry in entries.filter_map(Result::ok) {
            if let Err(problem) = budget.entry() {
                return found.push(Found::problem(&name, problem));
            }
            paths.push(entry.path());
        }
        paths.sort();
        let mut inner = Vec::new();
        for path in paths {
            let name = path.display().to_string();
            match fs::symlink_metadata(&path) {
                Ok(meta) if meta.is_dir() && depth == DEEPEST_FOLDER => {
                    found.push(Found::problem(&name, Problem::TooDeep))
                }
                Ok(meta) if meta.is_dir() => inner.push((path, depth + 1)),
                Ok(meta) if meta.is_file() && gcli2api::is_beside(&path) => {}
                Ok(meta) if meta.is_file() => ordinary(&path, meta.len(), budget, found),
                Ok(meta) if meta.is_symlink() => found.push(Found::problem(&name, Problem::Link)),
                Ok(_) => found.push(Found::problem(&name, Problem::NotAFile)),
                Err(error) => found.push(Found::problem(&name, unreadable(&error))),
            }
        }
        waiting.extend(inner.into_iter().rev());
    }
}

pub(super) fn ordinary(path: &Path, length: u64, budget: &mut Budget, found: &mut Vec<Found>) {
    let name = path.display().to_string();
    let read =
        File::open(path).map_err(|error| unreadable(&error)).and_then(|file| budget.read(file, length));
    if read.as_ref().is_ok_and(|bytes| gcli2api::is_database(bytes)) {
        return gcli2api::read(path, budget, found);
    }
    take(&name, read, budget, found);
}

fn came_along(file: &ImportFile, budget: &mut Budget, found: &mut Vec<Found>) {
    // Four characters of base64 are three bytes.
    let longest = usize::try_from(LARGEST_ARCHIVE).unwrap_or(usize::MAX) / 3 * 4 + 4;
    let read = if file.data.len() > longest {
        Err(Problem::TooLarge)
    } else {
        budget
            .entry()
            .and_then(|()| STANDARD.decode(&file.data).map(Zeroizing::new).map_err(|_| Problem::NotBase64))
            .and_then(|bytes| budget.read(bytes.as_slice(), u64::try_from(bytes.len()).unwrap_or(u64::MAX)))
    };
    take(&file.name, read, budget, found);
}

fn take(name: &str, read: Result<Zeroizing<Vec<u8>>, Problem>, budget: &mut Budget, found: &mut Vec<Found>) {
    match read {
        Ok(bytes) if is_archive(&bytes) => archive::unpack(name, &bytes, budget, found),
        read => found.push(Found { name: label(name), content: read, what: What::Login(None) }),
    }
}

/// A name that can be shown: short, and without characters that steer a terminal.
pub(super) fn label(name: &str) -> String {
    const LONGEST: usize = 300;
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(LONGEST).collect()
}
