//! `headroom doctor` on every state the laboratory can break an installation into: it says what is wrong and what to do.

use crate::harness::{Headroom, Output, scenario, service};
use engine::store::file::replace;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// One check of a document.
fn check<'d>(document: &'d Value, code: &str) -> &'d Value {
    let found = document.as_array().unwrap().iter().find(|check| check["code"] == code);
    found.unwrap_or_else(|| panic!("no {code} in {document}"))
}

#[track_caller]
fn says(output: &Output, code: &str, level: &str, message: &str, advice: &str) {
    let document = output.json();
    let check = check(&document, code);
    assert_eq!(check["level"], level, "{check}");
    assert!(check["message"].as_str().unwrap().contains(message), "{check}");
    assert!(check["advice"].as_str().unwrap_or_default().contains(advice), "{check}");
}

/// As a newer version would leave it: its number in the header, and in the table that repeats it.
async fn set_form(dir: &Path, form: u32) {
    let (store, _) = engine::store::Store::open(dir, "2026-09-01T00:00:00Z".parse().unwrap()).unwrap();
    store.put_meta("schema", Some(&form.to_string())).await.unwrap();
    store.close().await;
    let database = &dir.join("headroom.db");
    let mut bytes = std::fs::read(database).unwrap();
    bytes[60..64].copy_from_slice(&form.to_be_bytes());
    replace(database, &bytes).unwrap();
}

async fn with_one_login() -> (Headroom, simulator::Simulator) {
    let scenario = scenario("[[accounts]]\nname = 'ada'\n");
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    headroom.import(&scenario).await;
    (headroom, simulator)
}

/// Holds F38.
#[tokio::test]
async fn a_database_of_a_newer_version_is_told_and_the_backup_brought_back_on_request() {
    let (headroom, _service) = with_one_login().await;
    let database = headroom.data_dir().join("headroom.db");
    std::fs::create_dir_all(headroom.data_dir().join("backups")).unwrap();
    std::fs::copy(&database, headroom.data_dir().join("backups/headroom-20260901T000000Z.db")).unwrap();
    set_form(&headroom.data_dir(), 77).await;
    let newer = std::fs::read(&database).unwrap();
    let told = headroom.run(&["doctor", "--json"]).await;
    assert_eq!(told.code, Some(1));
    says(&told, "start", "error", "newer version", "headroom doctor --restore");
    says(&told, "database", "error", "form 77", "2026-09-01T00:00:00Z");
    assert_eq!(std::fs::read(&database).unwrap(), newer, "nothing was touched");
    let restored = headroom.run(&["doctor", "--restore", "--json"]).await;
    assert!(
        restored.stderr.contains("2026-09-01T00:00:00Z") && restored.stderr.contains("replaced-"),
        "{restored:?}"
    );
    says(&restored, "database", "ok", "sound", "");
    says(&restored, "kept_aside", "warning", "headroom.db.replaced-", "Delete");
    let list = headroom.ok(&["credentials", "--json"]).await.json();
    assert_eq!(list["credentials"].as_array().unwrap().len(), 1);
}

/// Holds F36.
#[tokio::test]
async fn a_damaged_database_and_settings_file_are_told_with_where_they_are_kept() {
    let (headroom, _service) = with_one_login().await;
    let dir = headroom.data_dir();
    std::fs::create_dir_all(dir.join("backups")).unwrap();
    std::fs::copy(dir.join("headroom.db"), dir.join("backups/headroom-20260901T000000Z.db")).unwrap();
    replace(&dir.join("headroom.db"), b"no database").unwrap();
    replace(&dir.join("settings.json"), b"{\"language\": \"en\"}}").unwrap();
    let told = headroom.run(&["doctor", "--json"]).await;
    says(&told, "database_restored", "error", "2026-09-01T00:00:00Z", "");
    says(&told, "kept_aside", "warning", "headroom.db.corrupt-", "Delete");
    says(&told, "backups", "ok", "reads back whole", "");
    let text = told.stdout;
    assert!(text.contains("settings.json"), "{text}");
    let list = headroom.ok(&["credentials", "--json"]).await.json();
    assert_eq!(list["credentials"].as_array().unwrap().len(), 1);
}

/// Holds F46.
#[tokio::test]
async fn a_lost_key_is_told_with_both_ways_out() {
    let (headroom, _service) = with_one_login().await;
    std::fs::remove_file(headroom.data_dir().join("secrets.key")).unwrap();
    let told = headroom.run(&["doctor", "--json"]).await;
    says(&told, "key_storage", "error", "", "headroom settings set key_storage");
}

/// Holds F41, T26.
#[tokio::test]
async fn a_port_in_use_is_told_with_another_to_choose() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let headroom = Headroom::offline();
    let address = taken.local_addr().unwrap().to_string();
    headroom.ok(&["settings", "set", "proxy_listen", &address]).await;
    let told = headroom.run(&["doctor", "--json"]).await;
    says(&told, "proxy_port", "warning", &address, "headroom settings set proxy_listen");
}

#[cfg(unix)]
#[tokio::test]
async fn what_loses_nothing_is_put_in_order() {
    use std::os::unix::fs::PermissionsExt;
    let headroom = Headroom::offline();
    headroom.ok(&["settings", "get", "language"]).await;
    let dir = headroom.data_dir();
    for name in [".new-abc", ".created.db", "control.json", "backups/headroom-20260901T000000Z.db.part"] {
        std::fs::create_dir_all(dir.join("backups")).unwrap();
        replace(&dir.join(name), b"half").unwrap();
    }
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755)).unwrap();
    let fixed = headroom.run(&["doctor", "--fix"]).await;
    for word in ["Closed to other users", ".new-abc", ".created.db", "control.json", ".db.part"] {
        assert!(fixed.stderr.contains(word), "{word}: {fixed:?}");
    }
    assert!(!dir.join(".new-abc").exists() && dir.join("headroom.db").exists());
    assert_eq!(std::fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
    let again = headroom.run(&["doctor", "--fix"]).await;
    assert!(again.stderr.contains("nothing to put in order"), "{again:?}");
}

/// Holds F34, F35.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_and_a_read_only_disk_are_told_and_nothing_is_lost() {
    let headroom = Headroom::offline();
    let dir = headroom.data_dir();
    std::fs::create_dir_all(&dir).unwrap();
    let Some(disk) = Disk::mount(&dir, "8m") else {
        println!("skipped: only root can mount a disk of its own");
        return;
    };
    headroom.ok(&["settings", "set", "refresh_interval_minutes", "33"]).await;
    let filler = dir.join("filler");
    replace(&filler, &vec![0; 5 << 20]).unwrap();
    let told = headroom.run(&["doctor", "--json"]).await;
    says(&told, "space", "error", "is full", "Free some space");
    let read = headroom.run(&["settings", "get", "refresh_interval_minutes"]).await;
    assert_eq!(read.stdout, "33\n", "reading goes on: {read:?}");
    std::fs::remove_file(&filler).unwrap();
    says(&headroom.run(&["doctor", "--json"]).await, "space", "ok", "there is space", "");
    headroom.ok(&["settings", "set", "refresh_interval_minutes", "34"]).await;

    disk.remount("ro");
    let told = headroom.run(&["doctor", "--json"]).await;
    says(&told, "space", "error", "read-only", "Mount it for writing");
    let refused = headroom.run(&["settings", "set", "refresh_interval_minutes", "35"]).await;
    assert_ne!(refused.code, Some(0), "{refused:?}");
    disk.remount("rw");
    assert_eq!(headroom.ok(&["settings", "get", "refresh_interval_minutes"]).await.stdout, "34\n");
    println!(
        "figure F34, F35: full and read-only disk (tmpfs): told, read from, 0 changes lost, written again at once"
    );
}

/// A disk in memory over a directory.
#[cfg(target_os = "linux")]
struct Disk(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl Disk {
    fn mount(dir: &Path, size: &str) -> Option<Self> {
        let options = format!("size={size},mode=0700");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(dir).output().ok()?;
        mounted.status.success().then(|| Self(dir.to_owned()))
    }

    fn remount(&self, how: &str) {
        let done =
            Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(&self.0).status().unwrap();
        assert!(done.success(), "{how}");
    }
}

#[cfg(target_os = "linux")]
impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

/// Holds T24, G4.
#[tokio::test]
async fn a_report_can_be_read_and_names_nobody() {
    let (headroom, _service) = with_one_login().await;
    headroom.ok(&["quota", "--refresh"]).await;
    let id = crate::harness::id(&headroom).await;
    headroom.ok(&["settings", "set", "refresh_interval_minutes", "33"]).await;
    let path = headroom.file("out/report.txt", "");
    let written = headroom.ok(&["doctor", "--bundle", &path]).await;
    assert!(written.stderr.contains("Read it before you send it"), "{written:?}");
    let text = std::fs::read_to_string(&path).unwrap();
    for expected in [
        "== Checks",
        "refresh_interval_minutes = 33",
        "<credential 1> antigravity",
        "== Jobs",
        "headroom.db",
        "== The last",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    let home = headroom.data_dir().parent().unwrap().display().to_string();
    for hidden in ["ada@example.com", "@example.com", id.as_str(), home.as_str(), "ya29.", "1//", "FAKE_"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
}
