//! What a target starts from: its own corpus, and the fixtures of the contract.

use crate::Target;
use std::path::{Path, PathBuf};

/// The corpus of a target.
#[must_use]
pub fn corpus(target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name)
}

/// Every seed of a target, in the order of names.
#[must_use]
pub fn of(target: &Target) -> Vec<(String, Vec<u8>)> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wire/tests/fixtures");
    let mut folders: Vec<PathBuf> = target.fixtures.iter().map(|name| fixtures.join(name)).collect();
    folders.push(corpus(target));
    let mut found: Vec<_> = folders.iter().flat_map(|folder| files(folder)).collect();
    found.sort();
    found
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let bytes = std::fs::read(&path).ok()?;
            Some((path.display().to_string(), bytes))
        })
        .collect()
}
