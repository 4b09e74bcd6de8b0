//! `control.json`: how the command line and the desktop find the running engine.
//!
//! Holds the token in clear, by design, in a file only the user may read. Whether the engine behind it still
//! runs is for `lock` to say.

use crate::store::file;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::io;
use std::net::SocketAddr;
use std::path::Path;

const FILE: &str = "control.json";

/// Where a running engine answers, and what opens it.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// The control API's loopback address.
    pub address: SocketAddr,
    /// The bearer token of this run of the engine.
    pub token: SecretString,
    /// The engine's process.
    pub pid: u32,
    /// The engine's version.
    pub version: String,
    /// Where the simulated service answers; the demo only.
    pub simulator: Option<SocketAddr>,
}

#[derive(Serialize, Deserialize)]
struct Document {
    address: SocketAddr,
    token: String,
    pid: u32,
    version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    simulator: Option<SocketAddr>,
}

/// Writes the file whole or not at all, 0600 from its creation.
pub(super) fn write(data_dir: &Path, announcement: &Announcement) -> io::Result<()> {
    let document = Document {
        address: announcement.address,
        token: announcement.token.expose_secret().to_owned(),
        pid: announcement.pid,
        version: announcement.version.clone(),
        simulator: announcement.simulator,
    };
    file::replace(&data_dir.join(FILE), &serde_json::to_vec(&document)?)
}

/// What the file says, or nothing where it is missing or unreadable.
#[must_use]
pub fn read(data_dir: &Path) -> Option<Announcement> {
    let bytes = std::fs::read(data_dir.join(FILE)).ok()?;
    let Document { address, token, pid, version, simulator } = serde_json::from_slice(&bytes).ok()?;
    // The token goes to nobody but this machine, whatever somebody wrote into the file.
    address.ip().is_loopback().then(|| Announcement { address, token: token.into(), pid, version, simulator })
}

/// Takes the file away; a missing one is as good.
pub(crate) fn forget(data_dir: &Path) {
    let _ = std::fs::remove_file(data_dir.join(FILE));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announcement() -> Announcement {
        Announcement {
            address: ([127, 0, 0, 1], 4711).into(),
            token: "FAKE_TOKEN".to_owned().into(),
            pid: 7,
            version: "1.2.3".to_owned(),
            simulator: None,
        }
    }

    #[test]
    fn what_was_announced_is_found() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &announcement()).unwrap();
        let found = read(dir.path()).unwrap();
        assert_eq!(found.address, announcement().address);
        assert_eq!(found.token.expose_secret(), "FAKE_TOKEN");
        assert_eq!((found.pid, found.version.as_str(), found.simulator), (7, "1.2.3", None));
        forget(dir.path());
        assert!(read(dir.path()).is_none());
    }

    #[test]
    fn a_foreign_address_is_not_trusted_with_the_token() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &Announcement { address: ([192, 0, 2, 1], 80).into(), ..announcement() }).unwrap();
        assert!(read(dir.path()).is_none());
    }

    #[test]
    fn debug_does_not_show_the_token() {
        assert!(!format!("{:?}", announcement()).contains("FAKE_TOKEN"));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &announcement()).unwrap();
        let mode = std::fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
