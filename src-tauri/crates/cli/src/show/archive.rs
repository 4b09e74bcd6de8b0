//! What went into an archive and what came out of one.

use super::lists::{entries, settings_import};
use super::look::Look;
use engine::view::dto::{ArchiveExported, ArchiveReport, ImportReport};

/// An archive that was written.
pub fn exported(written: &ArchiveExported) -> String {
    let credentials = match written.credentials {
        1 => "1 credential".to_owned(),
        many => format!("{many} credentials"),
    };
    format!(
        "{credentials}, settings and history are in {} ({} KiB), encrypted.\n\
         Only its passphrase opens it: nobody can recover it for you. `headroom import` takes it elsewhere.\n",
        written.path,
        written.bytes.div_ceil(1024)
    )
}

/// What came over.
pub fn archive(report: &ArchiveReport, look: &Look) -> String {
    let credentials = ImportReport { dry_run: false, entries: report.credentials.clone(), settings: None };
    let mut text = entries(&credentials, look);
    let counts = [
        (report.samples, "measurements"),
        (report.warmups, "warmups"),
        (report.decisions, "decisions"),
        (report.requests, "requests"),
        (report.client_keys, "client keys"),
    ];
    let counts: Vec<_> = counts.iter().map(|(count, what)| format!("{count} {what}")).collect();
    text += &format!("\nCame over: {}.\n", counts.join(", "));
    let refused = engine::view::dto::SettingsImportReport {
        applied: Vec::new(),
        refused: report.settings.refused.clone(),
    };
    text += &format!("Settings: {} as in the file.\n", report.settings.applied.len());
    text + &settings_import(&refused, look)
}
