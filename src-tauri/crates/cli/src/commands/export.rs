//! `headroom export`

use super::import::absolute;
use crate::args::Export;
use crate::exit::{Exit, Failure};
use crate::reach::Place;
use crate::{input, out, show};
use engine::view::dto::ArchiveExportArgs;
use std::io::IsTerminal;

/// Writes everything into one encrypted file.
pub async fn run(place: &Place, args: Export) -> Result<(), Failure> {
    let path = absolute(args.file.into_os_string())?;
    let request = ArchiveExportArgs { path, passphrase: passphrase()?, replace: args.replace };
    let written = place.with_engine_to_end(async |engine| Ok(engine.archive_export(request).await?)).await?;
    if args.json {
        return out::json(&written);
    }
    out::text(&show::exported(&written))
}

/// Typed twice where it is typed: nobody sees what a typing error makes of it.
fn passphrase() -> Result<String, Failure> {
    let first = input::secret("Passphrase for the file (not shown): ")?;
    if std::io::stdin().is_terminal() && input::secret("The same again: ")? != first {
        return Err(Failure::new(Exit::Usage, "the two passphrases differ; nothing was written"));
    }
    Ok(first)
}
