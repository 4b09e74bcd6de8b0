//! `headroom import`

use crate::args::Import;
use crate::exit::{Exit, Failure};
use crate::reach::Place;
use crate::show::{self, Look};
use crate::{input, out};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::view::dto::{ArchiveImportArgs, ImportArgs, ImportFile, ImportOutcome, ImportReport};
use std::ffi::OsString;
use std::io::Read;

/// Takes credentials over, or says what it would take.
pub async fn run(place: &Place, args: Import) -> Result<(), Failure> {
    if let Some(archive) = archive(&args) {
        return take_archive(place, archive, args.dry_run, args.json).await;
    }
    let json = args.json;
    let request = request(args)?;
    let report = place.with_engine(async |engine| Ok(engine.import(request).await?)).await?;
    if json {
        out::json(&report)?;
    } else {
        out::text(&show::import(&report, &Look::of_terminal()))?;
    }
    verdict(&report)
}

/// The file, where it is the one that was named and begins like an export.
fn archive(args: &Import) -> Option<OsString> {
    let [path] = args.paths.as_slice() else { return None };
    let mut head = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(HEAD).read_to_end(&mut head).ok()?;
    engine::archive::is_archive(&head).then(|| path.clone())
}

/// Long enough to know an export by.
const HEAD: u64 = 64;

async fn take_archive(place: &Place, path: OsString, dry_run: bool, json: bool) -> Result<(), Failure> {
    if dry_run {
        let words = "an export is taken whole; what is here already stays as it is, so there is no --dry-run";
        return Err(Failure::new(Exit::Usage, words));
    }
    let args =
        ArchiveImportArgs { path: absolute(path)?, passphrase: input::secret("Passphrase (not shown): ")? };
    let report = place.with_engine_to_end(async |engine| Ok(engine.archive_import(args).await?)).await?;
    if json { out::json(&report) } else { out::text(&show::archive(&report, &Look::of_terminal())) }
}

fn request(args: Import) -> Result<ImportArgs, Failure> {
    let mut request = ImportArgs { provider: args.provider, dry_run: args.dry_run, ..ImportArgs::default() };
    for path in args.paths {
        if path != "-" {
            request.paths.push(absolute(path)?);
        } else if request.files.is_empty() {
            request
                .files
                .push(ImportFile { name: "stdin".to_owned(), data: STANDARD.encode(input::stdin()?) });
        }
    }
    Ok(request)
}

// The engine that reads it may run in another folder.
pub(super) fn absolute(path: OsString) -> Result<String, Failure> {
    let shown = path.to_string_lossy().into_owned();
    let absolute = std::path::absolute(path).map_err(|error| Failure::of(format!("{shown}: {error}")))?;
    absolute.into_os_string().into_string().map_err(|_| {
        Failure::of(format!(
            "{shown}: the name is not UTF-8; rename it, or pipe the file in with `headroom import -`"
        ))
    })
}

fn verdict(report: &ImportReport) -> Result<(), Failure> {
    if report.entries.is_empty() && report.settings.is_none() {
        return Err(Failure::new(Exit::NothingMatched, "no credential was found there"));
    }
    let set = report.settings.as_ref().is_some_and(|settings| !settings.applied.is_empty());
    if !set && report.entries.iter().all(|entry| entry.outcome == ImportOutcome::Rejected) {
        return Err(Failure::of("nothing was imported; the reasons stand beside the files"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::view::dto::ImportEntry;

    #[test]
    fn an_import_that_brought_nothing_is_no_success() {
        use ImportOutcome::{Added, Duplicate, Rejected, Updated};
        check(&[], Some(Exit::NothingMatched));
        check(&[Rejected, Rejected], Some(Exit::Failed));
        check(&[Rejected, Added], None);
        check(&[Duplicate], None);
        check(&[Updated], None);
    }

    #[track_caller]
    fn check(outcomes: &[ImportOutcome], expected: Option<Exit>) {
        let entry = |outcome: &ImportOutcome| ImportEntry {
            file: "a.json".to_owned(),
            outcome: *outcome,
            provider: None,
            name: None,
            id: None,
            reason: None,
            disabled: false,
        };
        let report =
            ImportReport { dry_run: false, entries: outcomes.iter().map(entry).collect(), settings: None };
        assert_eq!(verdict(&report).err().map(|failure| failure.exit), expected, "{outcomes:?}");
    }
}
