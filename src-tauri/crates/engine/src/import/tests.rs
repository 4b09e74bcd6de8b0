//! What an import gathers, and what it makes of it.

mod gather;
mod hostile;
mod planning;
mod programs;

use super::*;
use crate::view::dto::{ImportFile, ImportOutcome};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::policy::words::Language;
use std::io::{Cursor, Write};
use std::path::Path;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A credential file as gcli2api writes it.
fn login(token: &str) -> String {
    format!(
        r#"{{"client_id": "FAKE_ID", "client_secret": "FAKE_SECRET", "token": "ya29.FAKE", "refresh_token": "1//{token}", "token_uri": "https://oauth2.googleapis.com/token", "scopes": ["https://www.googleapis.com/auth/cclog"]}}"#
    )
}

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn put(dir: &Path, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::File::create(&path).and_then(|mut f| f.write_all(content.as_ref())).unwrap();
    path.display().to_string()
}

fn came_along(name: &str, content: impl AsRef<[u8]>) -> ImportFile {
    ImportFile { name: name.to_owned(), data: STANDARD.encode(content) }
}

/// Names with their sizes or problems, relative to `dir`.
fn listing(found: &[Found], dir: &Path) -> Vec<(String, Result<usize, Problem>)> {
    let root = format!("{}/", dir.display());
    let entry =
        |f: &Found| (f.name.replace(&root, ""), f.content.as_ref().map(|b| b.len()).map_err(Clone::clone));
    found.iter().map(entry).collect()
}
