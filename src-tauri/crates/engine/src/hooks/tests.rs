//! The user's program against events that try to be more than data.

use super::*;
use domain::catalogue::Group;
use domain::credential::CredentialId;
use std::path::Path;

/// What somebody may put into a name or the service into its words.
const HOSTILE: [&str; 7] = [
    "\"; touch PWNED; echo \"",
    "$(touch PWNED)",
    "`touch PWNED`",
    "' | touch PWNED #",
    "line\nbreak\r\n\0nul\u{1b}[2J",
    "--help",
    "%COMSPEC% & calc \u{202e}gnp.exe",
];

fn event(kind: EventKind, name: &str, reason: Option<&str>) -> Event {
    Event {
        kind,
        credential: CredentialId::new("ag-1"),
        name: name.to_owned(),
        group: Some(Group::Other(name.to_owned())),
        remaining: Remaining::clamped(0.08),
        reset_at: None,
        reason: reason.map(str::to_owned),
        at: Timestamp::UNIX_EPOCH,
    }
}

/// A program that writes down its arguments and its standard input.
#[cfg(unix)]
fn recorder(dir: &Path, body: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path = dir.join("hook");
    std::io::Write::write_all(&mut std::fs::File::create(&path).unwrap(), body.as_bytes()).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[cfg(unix)]
#[tokio::test]
async fn whatever_an_event_says_it_arrives_as_data() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().display();
    let program = recorder(
        dir.path(),
        &format!("#!/bin/sh\ncd '{at}' || exit 9\nprintf '%s\\n' \"$#\" \"$@\" > arguments\ncat > input\n"),
    );
    for hostile in HOSTILE {
        let status = run(&program, &event(EventKind::NeedsYou, hostile, Some(hostile))).await.unwrap();
        assert!(status.success(), "{hostile:?}");
        assert_eq!(std::fs::read_to_string(dir.path().join("arguments")).unwrap(), "1\nneeds-you\n");
        let input = std::fs::read(dir.path().join("input")).unwrap();
        assert!(
            !input.iter().any(|byte| byte.is_ascii_control()),
            "one line, nothing that steers a terminal"
        );
        let told: Value = serde_json::from_slice(&input).unwrap();
        assert_eq!(told["credential"]["name"], hostile);
        assert_eq!(told["group"], hostile);
        assert!(told["message"].as_str().unwrap().contains(hostile));
    }
    let names: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "the program, its arguments and its input: {names:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_program_that_fails_reads_nothing_or_is_missing_is_said_and_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let failing = recorder(dir.path(), "#!/bin/sh\nexec <&-\nexit 3\n");
    let long = "x".repeat(1 << 20);
    assert_eq!(run(&failing, &event(EventKind::Low, &long, None)).await.unwrap().code(), Some(3));
    let missing = dir.path().join("missing").display().to_string();
    let why = run(&missing, &event(EventKind::Low, "Ada", None)).await.unwrap_err();
    assert!(why.starts_with("could not be started"), "{why}");
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn a_program_that_hangs_is_ended() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().display();
    let hanging = recorder(dir.path(), &format!("#!/bin/sh\necho $$ > '{at}/pid'\nexec sleep 600\n"));
    let why = run(&hanging, &event(EventKind::Low, "Ada", None)).await.unwrap_err();
    assert_eq!(why, "took longer than 30 s and was ended");
}

#[test]
fn the_words_say_what_happened_and_unknown_is_not_nothing() {
    let words = |kind, left| {
        let event = Event {
            group: Some(Group::ThirdParty),
            remaining: left,
            ..event(kind, "Ada", Some("Verify the account."))
        };
        sentence(&event)
    };
    let some = Remaining::clamped(0.089);
    assert_eq!(words(EventKind::Low, some), "Claude and GPT of Ada: 8 % left.");
    assert_eq!(words(EventKind::Back, None), "Claude and GPT of Ada is back: an unknown share left.");
    assert_eq!(words(EventKind::Warmed, some), "Claude and GPT of Ada is warmed up: its clock runs.");
    let needs = Event { group: None, ..event(EventKind::NeedsYou, "Ada", Some("Verify the account.")) };
    assert_eq!(sentence(&needs), "Ada needs you. Verify the account.");
}
