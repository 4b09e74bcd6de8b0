//! Programs that can use the proxy: the list, what one needs, what was written and taken back.

use super::look::{BOLD, GOOD, Look, QUIET, styled};
use super::table::{Cell, Column, Table, plain};
use engine::view::dto::{ConnectUndone, ConnectView, ConnectWritten};

/// One line a program.
pub fn programs(programs: &[ConnectView], look: &Look) -> String {
    let mut table = Table::new(&[Column::Left, Column::Left, Column::Rest]);
    for program in programs {
        let (state, style) = match (program.connected, &program.problem) {
            (true, _) => ("connected".to_owned(), GOOD),
            (false, Some(problem)) => (problem.clone(), QUIET),
            (false, None) => (program.about.clone(), QUIET),
        };
        table.row([
            Cell::new(program.client.as_str(), BOLD),
            program.name.as_str().into(),
            Cell::new(state, style),
        ]);
    }
    let hint = "headroom connect CLIENT shows what it needs, --write writes it, --undo takes it back.";
    table.text(Cell::new(hint, QUIET));
    table.draw(look.width)
}

/// What to set, ready to be copied; the rest stands below it.
pub fn program(program: &ConnectView) -> String {
    let mut text = program.text.clone();
    let mut tell = |line: &str| text += &format!("{}\n", styled(QUIET, &plain(line)));
    tell("");
    tell("YOUR_CLIENT_KEY is a key of `headroom keys create NAME`.");
    program.notes.iter().for_each(|note| tell(note));
    if let Some(problem) = &program.problem {
        tell(problem);
    } else if !program.files.is_empty() && !program.connected {
        tell(&format!("headroom connect {} --write writes it, with a key made for it.", program.client));
    }
    text
}

/// After something was written.
pub fn written(written: &ConnectWritten) -> String {
    let ConnectWritten { name, changed, backups, key_name, key_is_new, notes, client } = written;
    let mut lines = Vec::new();
    if changed.is_empty() {
        lines.push(format!("{name} is set up already, with the client key {key_name}."));
    } else {
        let made = if *key_is_new { "made for it" } else { "it had or was given" };
        lines.push(format!("{name} uses Headroom now, with the client key {key_name} ({made})."));
        lines.extend(changed.iter().map(|file| format!("  written  {file}")));
        lines.extend(backups.iter().map(|file| format!("  copy     {file}")));
        lines.push(format!("Start it anew. headroom connect {client} --undo takes this back."));
    }
    lines.extend(notes.iter().cloned());
    lines.iter().map(|line| format!("{}\n", plain(line))).collect()
}

/// After something was taken back.
pub fn undone(undone: &ConnectUndone) -> String {
    let mut lines = vec![format!("{} is as it was before Headroom.", undone.name)];
    let files = [
        ("restored", &undone.restored),
        ("edited since, only Headroom's values were taken out", &undone.edited),
        ("removed, it was not there before", &undone.removed),
    ];
    for (what, paths) in files {
        lines.extend(paths.iter().map(|path| format!("  {path} ({what})")));
    }
    lines
        .extend(undone.revoked_key.iter().map(|key| format!("The client key {key} opens nothing any more.")));
    lines.iter().map(|line| format!("{}\n", plain(line))).collect()
}
