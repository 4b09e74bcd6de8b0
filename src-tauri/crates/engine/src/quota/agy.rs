//! The first rung of the ladder: the report of the official program `agy`, for the one login it is signed in with.
//!
//! The report names no account. Whose it is, the user says: with the setting `agy_login`, or by a login that is only
//! watched. It is started without a shell, with a time limit and a limit of what it may say.

use super::failure::ReadError;
use super::source::Inner;
use crate::ledger::Note;
use domain::credential::{Credential, Provider};
use domain::policy::words::Spoken;
use domain::quota::SummaryPart;
use jiff::SignedDuration;
use std::io;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::time::timeout;
use wire::upstream::{Malformed, Seen, agy};

/// What it takes to start, renew its own token and ask.
const LIMIT: Duration = Duration::from_secs(30);
/// Many times a report.
const LONGEST: u64 = 1 << 20;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub(super) enum AgyError {
    /// It is not there.
    #[error(
        "the Antigravity CLI ({0}) cannot be started: {1}; install it, or say where it is with agy_command"
    )]
    Missing(String, io::Error),
    /// It hangs.
    #[error("the Antigravity CLI did not report within {} s", LIMIT.as_secs())]
    Slow,
    /// It failed.
    #[error("the Antigravity CLI reported nothing ({0}); is it signed in? Start `agy` once")]
    Failed(String),
    /// What it said is no report.
    #[error(
        "the Antigravity CLI reported something else than quota ({0}); is it signed in? Start `agy` once"
    )]
    Unreadable(Malformed),
}

impl Spoken for AgyError {
    fn in_chinese(&self) -> String {
        match self {
            Self::Missing(program, why) => {
                format!("无法启动 Antigravity CLI（{program}）：{why}；请安装它，或用 agy_command 指定其位置")
            }
            Self::Slow => format!("Antigravity CLI 在 {} 秒内没有报告", LIMIT.as_secs()),
            Self::Failed(why) => {
                format!("Antigravity CLI 没有报告任何内容（{why}）；它登录了吗？请启动一次 `agy`")
            }
            Self::Unreadable(what) => format!(
                "Antigravity CLI 报告的不是额度（{}）；它登录了吗？请启动一次 `agy`",
                what.in_chinese()
            ),
        }
    }
}

impl Inner {
    /// Reads the report where this is the login it is about. Answers whether it stands; where it does not, and
    /// there is another way, that one is gone.
    pub(super) async fn official_report(&self, credential: &Credential) -> Result<bool, ReadError> {
        let settings = self.settings.current();
        let named = settings.agy_login.as_deref() == Some(credential.id.as_str());
        let watched = credential.id.is_watched_only();
        if credential.provider != Provider::Antigravity || !(named || watched) {
            return Ok(false);
        }
        let program = settings.agy_command.clone().unwrap_or_else(|| "agy".to_owned());
        let report = match report(&program).await {
            Ok(output) => {
                let now = self.clock.now();
                let seen = Seen { answered_at: now, observed_at: now, skew: SignedDuration::ZERO };
                agy::parse(&output, seen).map_err(AgyError::Unreadable)
            }
            Err(error) => Err(error),
        };
        let summary = match report {
            Ok(summary) => summary,
            Err(error) if watched => return Err(error.into()),
            Err(error) => {
                tracing::debug!(credential = %credential.id, %error, "No report of the official program; asking the service");
                return Ok(false);
            }
        };
        let now = self.clock.now();
        let part = SummaryPart { groups: summary.groups, models: summary.models, at: now };
        self.ledger.note(Note::Summary(credential.id.clone(), Box::new(part))).await;
        self.credentials.set_last_quota_refresh(&credential.id, now).await?;
        Ok(true)
    }
}

/// What the program prints.
async fn report(program: &str) -> Result<Vec<u8>, AgyError> {
    let mut child = Command::new(program)
        .args(agy::ARGUMENTS)
        // Not in the folder of somebody's project: it reads settings there.
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| AgyError::Missing(program.to_owned(), error))?;
    let work = async {
        let mut output = Vec::new();
        if let Some(pipe) = child.stdout.take() {
            pipe.take(LONGEST).read_to_end(&mut output).await?;
        }
        Ok::<_, io::Error>((output, child.wait().await?))
    };
    match timeout(LIMIT, work).await {
        Err(_) => Err(AgyError::Slow),
        Ok(Err(error)) => Err(AgyError::Failed(error.to_string())),
        // Signed out, it says so as a document or as text, and may end well all the same.
        Ok(Ok((output, status))) if status.success() || output.contains(&b'{') => Ok(output),
        Ok(Ok((_, status))) => Err(AgyError::Failed(status.to_string())),
    }
}

#[cfg(all(test, unix))]
#[expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    fn program(dir: &Path, body: &str) -> String {
        let path = dir.join("agy");
        std::io::Write::write_all(&mut std::fs::File::create(&path).unwrap(), body.as_bytes()).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path.display().to_string()
    }

    #[tokio::test]
    async fn it_is_asked_with_these_words_and_no_others() {
        let dir = tempfile::tempdir().unwrap();
        let echo = program(dir.path(), "#!/bin/sh\nprintf '{\"%s\"}' \"$*\"\n");
        assert_eq!(report(&echo).await.unwrap(), b"{\"-p /usage --output-format json\"}");
    }

    #[tokio::test]
    async fn what_is_missing_or_fails_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("missing").display().to_string();
        assert!(matches!(report(&missing).await, Err(AgyError::Missing(..))));
        let failing = program(dir.path(), "#!/bin/sh\necho 'not signed in' >&2\nexit 1\n");
        assert!(matches!(report(&failing).await, Err(AgyError::Failed(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_hangs_is_ended() {
        let dir = tempfile::tempdir().unwrap();
        let hanging = program(dir.path(), "#!/bin/sh\nexec sleep 600\n");
        assert!(matches!(report(&hanging).await, Err(AgyError::Slow)));
    }

    #[tokio::test]
    async fn one_that_never_stops_talking_is_cut() {
        let dir = tempfile::tempdir().unwrap();
        let talking = program(dir.path(), "#!/bin/sh\nexec head -c 3000000 /dev/zero\n");
        assert!(matches!(report(&talking).await, Err(AgyError::Failed(_))));
    }
}
