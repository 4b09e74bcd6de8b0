//! What a data directory looks like from outside: also where no engine comes up on it.

use super::{ok, problem, warning};
use crate::lock;
use crate::store::{self, StoreError};
use crate::view::dto::Check;
use domain::policy::words::{Language, Spoken as _};
use jiff::Timestamp;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Less than this is not enough to go on with.
const ROOM: usize = 4 << 20;
/// Beginnings of names that only an interrupted write leaves behind.
const UNFINISHED: [&str; 4] = [".new-", ".try-", ".created.db", ".restored.db"];
/// What files that were put aside have in their names.
const ASIDE: [&str; 2] = [".corrupt-", ".replaced-"];

/// Every check that needs no engine, beginning with why none came up.
#[must_use]
pub fn without_engine(dir: &Path, why: &str) -> Vec<Check> {
    // Nobody knows the user's language then: it is a setting.
    let said = Language::English;
    let mut checks = vec![problem("start", format!("The engine does not start: {why}"), start_advice(dir))];
    checks.extend([data_dir(dir, said), space(dir, said), owner(dir), database(dir), backups(dir, said)]);
    checks.extend(kept_aside(dir, said));
    checks
}

/// What of the following checks to look at first.
fn start_advice(dir: &Path) -> String {
    match (store::inspect(dir), lock::holder(dir)) {
        (_, Some(pid)) => format!("Stop process {pid}, then try again."),
        (Err(error), None) => match restorable(dir) {
            Some(at) if !matches!(error, StoreError::Damaged(_)) => {
                format!("Update Headroom, or go back to the backup of {at}: headroom doctor --restore")
            }
            _ => "What to do stands at the database, below.".to_owned(),
        },
        (Ok(_), None) => "What to do stands at the check that failed, below.".to_owned(),
    }
}

pub(super) fn data_dir(dir: &Path, said: Language) -> Check {
    const CODE: &str = "data_dir";
    let shown = dir.display();
    let Ok(meta) = fs::metadata(dir) else {
        return warning(
            CODE,
            said.say(format!("There is no directory {shown}."), format!("没有目录 {shown}。")),
            said.say(
                "It is made at the first start; check HEADROOM_DATA_DIR.",
                "首次启动时会创建；请检查 HEADROOM_DATA_DIR。",
            ),
        );
    };
    if !meta.is_dir() {
        return problem(
            CODE,
            said.say(format!("{shown} is no directory."), format!("{shown} 不是目录。")),
            said.say(
                "Move it away, or choose another with HEADROOM_DATA_DIR.",
                "请移走它，或用 HEADROOM_DATA_DIR 另选一个。",
            ),
        );
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if meta.permissions().mode() & 0o077 != 0 {
            return warning(
                CODE,
                said.say(
                    format!("{shown} can be read by other users of this machine."),
                    format!("本机的其他用户可以读取 {shown}。"),
                ),
                said.say(
                    format!("headroom doctor --fix, or: chmod 700 {shown}"),
                    format!("headroom doctor --fix，或：chmod 700 {shown}"),
                ),
            );
        }
    }
    ok(CODE, said.say(format!("The data directory is {shown}."), format!("数据目录是 {shown}。")))
}

/// Whether something can be written. Only trying tells.
pub(super) fn space(dir: &Path, said: Language) -> Check {
    const CODE: &str = "space";
    let shown = dir.display();
    match try_write(dir) {
        Ok(()) => ok(
            CODE,
            said.say("The data directory can be written, and there is space.", "数据目录可写，空间充足。"),
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            ok(CODE, said.say("Nothing was written yet.", "还没有写入任何内容。"))
        }
        Err(error) if error.kind() == io::ErrorKind::StorageFull => problem(
            CODE,
            said.say(
                format!("The disk of {shown} is full: less than {} MiB are left.", ROOM >> 20),
                format!("{shown} 所在的磁盘已满：剩余不足 {} MiB。", ROOM >> 20),
            ),
            said.say(
                "Free some space. Nothing that was stored is lost; Headroom goes on by itself.",
                "请腾出一些空间。已保存的内容没有丢失；Headroom 会自行继续。",
            ),
        ),
        Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => problem(
            CODE,
            said.say(
                format!("The disk of {shown} is mounted read-only."),
                format!("{shown} 所在的磁盘以只读方式挂载。"),
            ),
            said.say(
                "Everything is shown and nothing can be changed. Mount it for writing, then start Headroom again.",
                "可以查看，但无法更改。请以可写方式挂载，然后重新启动 Headroom。",
            ),
        ),
        Err(error) => problem(
            CODE,
            said.say(format!("{shown} cannot be written: {error}."), format!("{shown} 不可写：{error}。")),
            said.say(
                "Make it yours: chown and chmod 700. Until then everything is shown and nothing can be changed.",
                "请用 chown 和 chmod 700 使其归你所有。在此之前可以查看，但无法更改。",
            ),
        ),
    }
}

fn try_write(dir: &Path) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".try-").tempfile_in(dir)?;
    file.write_all(&vec![0; ROOM])?;
    file.as_file().sync_data()
}

fn owner(dir: &Path) -> Check {
    const CODE: &str = "owner";
    if !lock::is_held(dir) {
        return ok(CODE, "No other Headroom uses the directory.".to_owned());
    }
    let who = lock::holder(dir).map_or_else(|| "a process".to_owned(), |pid| format!("process {pid}"));
    problem(
        CODE,
        format!("Another Headroom ({who}) owns the directory and does not answer."),
        "End it, then try again.",
    )
}

fn database(dir: &Path) -> Check {
    const CODE: &str = "database";
    match store::inspect(dir) {
        Ok(Some(())) => ok(CODE, "The database is sound.".to_owned()),
        Ok(None) => ok(CODE, "There is no database yet.".to_owned()),
        Err(error @ StoreError::Newer { .. }) => problem(CODE, error.to_string(), newer_advice(dir)),
        Err(error) => problem(
            CODE,
            error.to_string(),
            "The next start that can write restores the newest backup and keeps the damaged file.",
        ),
    }
}

fn newer_advice(dir: &Path) -> String {
    match restorable(dir) {
        Some(at) => format!(
            "Update Headroom. To go back to the backup of {at} instead (the present database is kept aside): headroom doctor --restore"
        ),
        None => "Update Headroom: no backup is of a form that this version reads.".to_owned(),
    }
}

/// When the newest backup was made that this version reads.
fn restorable(dir: &Path) -> Option<Timestamp> {
    store::backups(dir).into_iter().rev().find(|b| store::verify(&b.path).is_ok()).map(|b| b.at)
}

/// How far back one can go, and whether the newest copy is good.
pub(super) fn backups(dir: &Path, said: Language) -> Check {
    const CODE: &str = "backups";
    let all = store::backups(dir);
    let Some(newest) = all.last() else {
        return ok(
            CODE,
            said.say(
                "There is no backup yet: the first is made within a day.",
                "还没有备份：一天之内会创建第一份。",
            ),
        );
    };
    match store::verify(&newest.path) {
        Ok(()) => {
            let (count, at) = (all.len(), newest.at);
            ok(
                CODE,
                said.say(
                    format!("{count} backup(s), the newest of {at} reads back whole."),
                    format!("{count} 份备份，最新的一份（{at}）可以完整读回。"),
                ),
            )
        }
        Err(error) => warning(
            CODE,
            said.say(
                format!("The newest backup, {}, cannot be used: {error}.", newest.path.display()),
                format!("最新的备份 {} 无法使用：{}。", newest.path.display(), error.in_chinese()),
            ),
            match restorable(dir) {
                Some(at) => said.say(
                    format!(
                        "The one of {at} is good. The next one is made within a day; you may delete the bad one."
                    ),
                    format!("{at} 的备份完好。一天之内会创建下一份；可以删除损坏的那一份。"),
                ),
                None => said
                    .say(
                        "None of the backups is good. The next one is made within a day.",
                        "没有完好的备份。一天之内会创建下一份。",
                    )
                    .to_owned(),
            },
        ),
    }
}

/// What was put aside instead of being thrown away.
pub(super) fn kept_aside(dir: &Path, said: Language) -> Option<Check> {
    let kept: Vec<String> =
        names(dir).into_iter().filter(|name| ASIDE.iter().any(|aside| name.contains(aside))).collect();
    (!kept.is_empty()).then(|| {
        let names = kept.join(", ");
        warning(
            "kept_aside",
            said.say(
                format!("Kept aside, because it could not be read or was replaced: {names}."),
                format!("因无法读取或已被替换而保留在旁的文件：{names}。"),
            ),
            said.say(
                "Headroom does not use these files. Delete them once you miss nothing.",
                "Headroom 不使用这些文件。确认没有缺失后可以删除。",
            ),
        )
    })
}

/// Does what loses nothing: closes files to others, takes away what interrupted writes left. Answers what was done.
/// `in_use` where an engine runs: its own unfinished files are let alone then.
#[must_use]
pub fn tidy(dir: &Path, in_use: bool) -> Vec<String> {
    let mut done = Vec::new();
    #[cfg(unix)]
    done.extend(closed_to_others(dir));
    if !in_use {
        let parts = names(&dir.join("backups")).into_iter().filter(|name| name.ends_with(".part"));
        let unfinished = names(dir).into_iter().filter(|name| UNFINISHED.iter().any(|u| name.starts_with(u)));
        let paths =
            unfinished.map(|name| dir.join(name)).chain(parts.map(|name| dir.join("backups").join(name)));
        for path in paths {
            if fs::remove_file(&path).is_ok() {
                done.push(format!("Removed what an interrupted write left: {}", path.display()));
            }
        }
        let stale = dir.join("control.json");
        if stale.exists() && !lock::is_held(dir) && fs::remove_file(&stale).is_ok() {
            done.push("Removed control.json of an engine that is gone.".to_owned());
        }
    }
    done
}

#[cfg(unix)]
fn closed_to_others(dir: &Path) -> Vec<String> {
    use std::os::unix::fs::PermissionsExt;
    let folders = [dir.to_owned(), dir.join("backups"), dir.join("logs")];
    let files = folders.iter().flat_map(|folder| names(folder).into_iter().map(|name| folder.join(name)));
    let all: Vec<PathBuf> = folders.iter().cloned().chain(files).collect();
    all.into_iter()
        .filter(|path| {
            let Ok(meta) = fs::symlink_metadata(path) else { return false };
            let open = !meta.is_symlink() && meta.permissions().mode() & 0o077 != 0;
            let mode = if meta.is_dir() { 0o700 } else { 0o600 };
            open && fs::set_permissions(path, fs::Permissions::from_mode(mode)).is_ok()
        })
        .map(|path| format!("Closed to other users: {}", path.display()))
        .collect()
}

/// Puts the newest good backup in the database's place; the present one is kept aside.
///
/// # Errors
/// Why not, and what to do.
pub fn restore(dir: &Path, now: Timestamp) -> Result<String, String> {
    let _ours = lock::acquire(dir).map_err(|error| format!("{error}; stop it first"))?;
    let (from, kept) = store::restore(dir, now).map_err(|error| error.to_string())?;
    let aside =
        kept.map(|kept| format!(" What was there is kept as {}.", kept.display())).unwrap_or_default();
    Ok(format!("The backup of {from} is in the database's place.{aside}"))
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    names
}
