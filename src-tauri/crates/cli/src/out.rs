//! stdout carries results, stderr carries messages. Colour is stripped where no terminal wants it.

use crate::exit::Failure;
use serde::Serialize;
use std::io::{self, Write};

/// Prints a result as it is, with colour where the terminal shows it.
pub fn text(text: &str) -> Result<(), Failure> {
    finish(write!(anstream::stdout(), "{text}"))
}

/// Prints one document.
pub fn json(document: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(document).map_err(Failure::of)?;
    finish(writeln!(io::stdout(), "{text}"))
}

/// Prints bytes that another program will read.
pub fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    finish(io::stdout().write_all(bytes))
}

/// Says something beside the result.
pub fn message(text: &str) {
    // Where stderr is closed there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Asks on the line that the answer is typed on.
pub fn prompt(text: &str) {
    let mut stderr = anstream::stderr();
    let _ = write!(stderr, "{text}").and_then(|()| stderr.flush());
}

/// Says something on a terminal's line in place of what was said there before.
pub fn live(text: &str) {
    let mut stderr = io::stderr();
    let _ = write!(stderr, "\r\u{1b}[2K{text}").and_then(|()| stderr.flush());
}

/// Says why the command failed, in one line.
pub fn failure(failure: &Failure) {
    let one_line = failure.message.split_whitespace().collect::<Vec<_>>().join(" ");
    message(&format!("headroom: {one_line}"));
}

fn finish(written: io::Result<()>) -> Result<(), Failure> {
    match written.and_then(|()| io::stdout().flush()) {
        // `headroom quota | head` has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::of(format!("cannot write to stdout: {error}"))),
        Ok(()) => Ok(()),
    }
}
