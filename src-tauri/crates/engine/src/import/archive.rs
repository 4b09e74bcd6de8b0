//! The files in a ZIP. Their names are labels: no name from an archive ever becomes a path.

use super::budget::{Budget, MOST_ENTRIES, Problem, is_archive};
use super::collect::{Found, What, label};
use std::io::Cursor;
use zip::ZipArchive;
use zip::result::ZipError;

/// How every entry of a ZIP's directory begins.
const ENTRY: &[u8; 4] = b"PK\x01\x02";

/// Reads every file of an archive within what is left of `budget`.
pub(super) fn unpack(name: &str, bytes: &[u8], budget: &mut Budget, found: &mut Vec<Found>) {
    // Counted before the directory is read, which takes memory for every entry.
    if bytes.windows(ENTRY.len()).filter(|w| w == ENTRY).count() > MOST_ENTRIES {
        return found.push(Found::problem(name, Problem::TooMany));
    }
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else {
        return found.push(Found::problem(name, Problem::BadArchive));
    };
    // Of two entries with one name only the last can be had.
    if archive.has_duplicate_names() || archive.is_empty() {
        found.push(Found::problem(name, Problem::BadArchive));
    }
    for index in 0..archive.len() {
        if let Err(problem) = budget.entry() {
            return found.push(Found::problem(name, problem));
        }
        let inner = match archive.name_for_index(index) {
            Some(Ok(inner)) => inner.into_owned(),
            Some(Err(_)) | None => format!("entry {}", index + 1),
        };
        let read = match archive.by_index(index) {
            Ok(entry) if entry.is_dir() => continue,
            Ok(entry) => {
                let declared = entry.size();
                // What does not unpack is the archive's fault.
                let its_fault =
                    |why| if matches!(why, Problem::Unreadable(_)) { Problem::BadArchive } else { why };
                budget.read(entry, declared).map_err(its_fault)
            }
            Err(error) => Err(problem_of(&error)),
        };
        let full = read == Err(Problem::ImportTooLarge);
        // An archive within an archive is not unpacked; its beginning says what it is.
        let content = read.map(|mut bytes| {
            if is_archive(&bytes) {
                bytes.truncate(ENTRY.len());
            }
            bytes
        });
        found.push(Found { name: label(&format!("{name}!{inner}")), content, what: What::Login(None) });
        if full {
            return;
        }
    }
}

fn problem_of(error: &ZipError) -> Problem {
    let encrypted =
        matches!(error, ZipError::UnsupportedArchive(text) if *text == ZipError::PASSWORD_REQUIRED);
    if encrypted { Problem::Encrypted } else { Problem::BadArchive }
}
