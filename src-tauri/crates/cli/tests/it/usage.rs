//! Exit codes, and which stream says what.

use crate::harness::Headroom;

#[tokio::test]
async fn a_wrong_command_line_is_usage() {
    let headroom = Headroom::offline();
    for args in [
        &[][..],
        &["unheard-of"],
        &["quota", "--unheard-of"],
        &["import"],
        &["import", "--provider", "unheard-of", "x"],
        &["serve", "--control", "nonsense"],
        &["serve", "--demo", "--demo-if-empty"],
        &["credentials", "enable"],
        &["credentials", "login", "api-key"],
        &["settings", "set", "language"],
        &["settings", "set", "language", "en", "--model", "m"],
        &["completions", "unheard-of"],
        &["warmup"],
        &["warmup", "--model", "m"],
        &["warmup", "--all", "--credential", "x"],
        &["warmup", "--dry-run", "--force"],
        &["decisions", "--kind", "unheard-of"],
        &["cooldowns", "clear"],
        &["history", "--csv", "unheard-of"],
        &["history", "--csv", "--json"],
        &["keys", "create"],
        &["keys", "create", "x", "--daily-cap", "0"],
        &["requests", "--outcome", "fine"],
        &["requests", "--stats", "--key", "x"],
        &["connect", "--write"],
        &["connect", "codex", "--write", "--undo"],
        &["connect", "codex", "--ask-key"],
    ] {
        let output = headroom.run(args).await;
        assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{args:?}: {output:?}");
        assert!(!output.stderr.is_empty(), "{args:?}");
    }
    assert!(!headroom.data_dir().exists(), "a wrong command line touches nothing");
}

#[tokio::test]
async fn help_and_version_are_results() {
    let headroom = Headroom::offline();
    let version = headroom.ok(&["--version"]).await;
    assert_eq!(
        (version.stdout, version.stderr),
        (format!("headroom {}\n", env!("CARGO_PKG_VERSION")), String::new())
    );
    let help = headroom.ok(&["--help"]).await;
    for word in [
        "serve",
        "ui",
        "import",
        "credentials",
        "quota",
        "warmup",
        "decisions",
        "cooldowns",
        "history",
        "keys",
        "requests",
        "connect",
        "settings",
        "doctor",
        "simulate",
        "completions",
    ] {
        assert!(help.stdout.contains(&format!("\n  {word} ")), "{word} in {}", help.stdout);
    }
    assert!(help.stdout.contains("5 engine not reachable"), "{}", help.stdout);
    assert!(!headroom.data_dir().exists(), "asking for help touches nothing");
}

#[tokio::test]
async fn the_page_needs_a_running_engine() {
    Headroom::offline().run(&["ui"]).await.fails(5, "no engine is running");
    Headroom::offline().run(&["ui", "--print"]).await.fails(5, "headroom serve");
}

#[tokio::test]
async fn a_credential_nobody_has_is_nothing_matched() {
    let headroom = Headroom::offline();
    for action in ["enable", "disable", "remove", "restore", "check", "rename"] {
        headroom.run(&["credentials", action, "nobody"]).await.fails(3, "nobody");
    }
}

#[tokio::test]
async fn a_log_filter_that_is_none_is_said() {
    let headroom = Headroom::offline().env("HEADROOM_LOG", "engine=loud");
    headroom.run(&["quota"]).await.fails(1, "HEADROOM_LOG");
    let headroom = Headroom::offline().env("HEADROOM_LOG_FORMAT", "xml");
    headroom.run(&["quota"]).await.fails(1, "text or json");
}

#[tokio::test]
async fn every_shell_gets_its_script() {
    let headroom = Headroom::offline();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = headroom.ok(&["completions", shell]).await;
        assert!(script.stdout.contains("credentials") && script.stderr.is_empty(), "{shell}");
    }
    let bash = headroom.ok(&["completions", "bash"]).await.stdout;
    let path = headroom.file("completions.bash", bash);
    let checked = std::process::Command::new("bash").args(["-n", &path]).status().unwrap();
    assert!(checked.success(), "bash reads its script");
}
