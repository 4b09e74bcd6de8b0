//! Who has a port already.

use std::fmt;
use std::net::SocketAddr;

/// The program that listens on a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Occupant {
    pid: u32,
    name: Option<String>,
}

impl fmt::Display for Occupant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} (process {})", self.pid),
            None => write!(f, "process {}", self.pid),
        }
    }
}

/// The program that listens on `address`, where the system tells.
#[cfg(target_os = "linux")]
pub(super) fn of(address: SocketAddr) -> Option<Occupant> {
    // A socket of the second kind may take calls of the first as well.
    let tables: &[&str] = if address.is_ipv4() { &["tcp", "tcp6"] } else { &["tcp6"] };
    let socket = tables.iter().find_map(|table| {
        let listed = std::fs::read_to_string(format!("/proc/net/{table}")).ok()?;
        Some(format!("socket:[{}]", listed.lines().find_map(|line| inode(line, address.port()))?))
    })?;
    let numbered = |entry: std::fs::DirEntry| entry.file_name().to_str()?.parse::<u32>().ok();
    let pid = std::fs::read_dir("/proc").ok()?.flatten().filter_map(numbered).find(|pid| {
        let files = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        files
            .filter_map(|file| std::fs::read_link(file.path()).ok())
            .any(|to| to.as_os_str() == socket.as_str())
    })?;
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok().map(|name| name.trim().to_owned());
    Some(Occupant { pid, name: name.filter(|name| !name.is_empty()) })
}

/// Other systems do not tell without more rights than this program has.
#[cfg(not(target_os = "linux"))]
pub(super) fn of(_: SocketAddr) -> Option<Occupant> {
    None
}

/// The socket of a line of the table, where it listens on `port`.
#[cfg(target_os = "linux")]
fn inode(line: &str, port: u16) -> Option<&str> {
    const LISTENS: &str = "0A";
    let mut fields = line.split_whitespace();
    let local = fields.nth(1)?;
    let state = fields.nth(1)?;
    let (_, found) = local.rsplit_once(':')?;
    let fits = state == LISTENS && u16::from_str_radix(found, 16) == Ok(port);
    fits.then(|| fields.nth(5)).flatten()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_listener_of_this_process_is_found() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let found = of(listener.local_addr().unwrap()).unwrap();
        assert_eq!(found.pid, std::process::id());
        assert!(found.to_string().contains("(process "), "{found}");
    }
}
