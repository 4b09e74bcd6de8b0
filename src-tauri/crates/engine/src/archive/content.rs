//! What is in an archive once it is open: a ZIP with a manifest, the database without its secrets, the secrets
//! themselves, and the settings.

use crate::secrets::SecretName;
use domain::policy::words::Spoken;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::io::{Cursor, Read, Write};
use zeroize::{Zeroize, Zeroizing};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const MANIFEST: &str = "manifest.json";
const DATABASE: &str = "headroom.db";
const SECRETS: &str = "secrets.json";
const SETTINGS: &str = "settings.json";

/// More than three months of history need; a small file must not unpack to everything there is.
const LARGEST_PART: u64 = 1 << 30;

/// Everything an archive carries.
pub struct Content {
    /// Who wrote it and when.
    pub manifest: Manifest,
    /// A database of this program's form, with nothing sealed in it.
    pub database: Vec<u8>,
    /// Whose secrets they are, and the secrets.
    pub secrets: Vec<Secret>,
    /// The settings as the document people may edit.
    pub settings: String,
}

/// Who wrote an archive and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The program's version.
    pub version: String,
    /// When, as RFC 3339.
    pub at: String,
}

/// One secret with its owner.
#[derive(Debug, Clone)]
pub struct Secret {
    /// A credential's id or `provider:NAME`.
    pub owner: String,
    /// What it is for the owner.
    pub name: SecretName,
    /// The secret.
    pub secret: SecretString,
}

/// Why the content of an archive that opened cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the archive opens, but what is in it cannot be used: {0}")]
pub struct BadContent(String);

impl Spoken for BadContent {
    fn in_chinese(&self) -> String {
        format!("归档可以打开，但其中的内容无法使用：{}", self.0)
    }
}

#[derive(Serialize, Deserialize)]
struct Row {
    owner: String,
    name: String,
    secret: String,
}

impl Drop for Row {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl Content {
    /// The content as bytes, to be sealed.
    ///
    /// # Errors
    /// When a part cannot be packed.
    pub fn pack(&self) -> Result<Zeroizing<Vec<u8>>, BadContent> {
        let rows: Vec<Row> = self
            .secrets
            .iter()
            .map(|s| Row {
                owner: s.owner.clone(),
                name: s.name.key().to_owned(),
                secret: s.secret.expose_secret().to_owned(),
            })
            .collect();
        let secrets = Zeroizing::new(serde_json::to_vec(&rows).map_err(bad)?);
        let manifest = serde_json::to_vec(&self.manifest).map_err(bad)?;
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in [
            (MANIFEST, manifest.as_slice()),
            (SETTINGS, self.settings.as_bytes()),
            (SECRETS, secrets.as_slice()),
            (DATABASE, self.database.as_slice()),
        ] {
            let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
            zip.start_file(name, options).map_err(bad)?;
            zip.write_all(bytes).map_err(bad)?;
        }
        Ok(Zeroizing::new(zip.finish().map_err(bad)?.into_inner()))
    }

    /// Takes apart what [`Content::pack`] made.
    ///
    /// # Errors
    /// When a part is missing, too large, or not of its form.
    pub fn unpack(bytes: &[u8]) -> Result<Self, BadContent> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(bad)?;
        let mut part = |name: &str| -> Result<Zeroizing<Vec<u8>>, BadContent> {
            let file = zip.by_name(name).map_err(|_| BadContent(format!("it has no {name}")))?;
            let mut bytes = Zeroizing::new(Vec::new());
            file.take(LARGEST_PART + 1).read_to_end(&mut bytes).map_err(bad)?;
            let fits = u64::try_from(bytes.len()).is_ok_and(|length| length <= LARGEST_PART);
            if fits { Ok(bytes) } else { Err(BadContent(format!("its {name} is too large"))) }
        };
        let manifest = serde_json::from_slice(&part(MANIFEST)?).map_err(form)?;
        let settings = String::from_utf8(part(SETTINGS)?.to_vec()).map_err(bad)?;
        let rows: Vec<Row> = serde_json::from_slice(&part(SECRETS)?).map_err(form)?;
        // A name that a later version has is of no use here.
        let secrets = rows
            .iter()
            .filter_map(|row| {
                let name = SecretName::of(&row.name)?;
                Some(Secret {
                    owner: row.owner.clone(),
                    name,
                    secret: SecretString::from(row.secret.as_str()),
                })
            })
            .collect();
        let database = part(DATABASE)?.to_vec();
        Ok(Self { manifest, database, secrets, settings })
    }
}

fn bad(error: impl std::fmt::Display) -> BadContent {
    BadContent(error.to_string())
}

/// Where it is not of its form; never what stands there.
fn form(error: serde_json::Error) -> BadContent {
    BadContent(format!("line {}, column {} is not of its form", error.line(), error.column()))
}
