//! What comes in beside the arguments: files, stdin, and secrets, which are never arguments.

use crate::exit::{Exit, Failure};
use std::io::{self, IsTerminal, Read};
use std::path::Path;
use tokio::sync::mpsc;

/// More than any file this program takes over.
const LIMIT: u64 = 16 << 20;

/// All of stdin.
pub fn stdin() -> Result<Vec<u8>, Failure> {
    read(&mut io::stdin().lock(), "stdin")
}

/// A file, or stdin for `-`.
pub fn file(path: &Path) -> Result<Vec<u8>, Failure> {
    if path == Path::new("-") {
        return stdin();
    }
    let cannot = |error| Failure::of(format!("cannot read {}: {error}", path.display()));
    let mut file = std::fs::File::open(path).map_err(cannot)?;
    read(&mut file, &path.display().to_string())
}

/// Text from a file, or from stdin for `-`.
pub fn text(path: &Path) -> Result<String, Failure> {
    String::from_utf8(file(path)?)
        .map_err(|_| Failure::of(format!("{} is not text in UTF-8", path.display())))
}

/// A secret: asked for without showing it on a terminal, else the first line of stdin.
pub fn secret(prompt: &str) -> Result<String, Failure> {
    let typed = if io::stdin().is_terminal() {
        rpassword::prompt_password(prompt)
            .map_err(|error| Failure::of(format!("cannot ask for it: {error}")))?
    } else {
        let bytes = stdin()?;
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        String::from_utf8(line.to_vec()).map_err(|_| Failure::of("stdin is not text in UTF-8"))?
    };
    let secret = typed.trim();
    if secret.is_empty() {
        return Err(Failure::new(Exit::Usage, "nothing was given; pipe it in, or type it when asked"));
    }
    Ok(secret.to_owned())
}

/// Lines as they are typed; ends with stdin.
pub fn lines() -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel(1);
    // A thread of its own: reading the terminal cannot be interrupted, and this one need not end.
    std::thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            if send.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receive
}

fn read(from: &mut impl Read, name: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = from.take(LIMIT + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::of(format!("cannot read {name}: {error}")))?;
    if bytes.len() as u64 > LIMIT {
        return Err(Failure::of(format!("{name} is larger than {} MiB", LIMIT >> 20)));
    }
    Ok(bytes)
}
