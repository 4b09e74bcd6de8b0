//! The key in a file beside the database: only where the user said so.

use super::vault::{KEY_LENGTH, KeyBytes};
use crate::store::file;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// More than this is no key file.
const LONGEST: u64 = 4096;

pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join("secrets.key")
}

/// The bytes in the file, whatever their length; `None` where there is no file.
pub(super) fn read(dir: &Path) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let path = path(dir);
    let opened = match fs::File::open(&path) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    file::tighten(&path)?;
    let mut text = Zeroizing::new(Vec::new());
    opened.take(LONGEST).read_to_end(&mut text)?;
    Ok(Some(Zeroizing::new(STANDARD.decode(text.trim_ascii()).unwrap_or_default())))
}

pub(super) fn write(dir: &Path, key: &KeyBytes) -> io::Result<()> {
    let mut text = Zeroizing::new(String::with_capacity(KEY_LENGTH * 2));
    STANDARD.encode_string(**key, &mut text);
    text.push('\n');
    file::replace(&path(dir), text.as_bytes())
}

pub(super) fn remove(dir: &Path) -> io::Result<()> {
    match fs::remove_file(path(dir)) {
        Ok(()) => file::sync_dir(dir),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
