use super::*;

#[tokio::test]
async fn files_folders_archives_and_what_came_along_are_gathered() {
    let dir = tempfile::tempdir().unwrap();
    let one = put(dir.path(), "one.json", "{1}");
    put(dir.path(), "folder/b/two.json", "{22}");
    put(dir.path(), "folder/a.json", "{333}");
    put(dir.path(), "folder/export.zip", zipped(&[("x/three.json", b"{4444}"), ("four.json", b"{55555}")]));
    let folder = dir.path().join("folder").display().to_string();
    let found = collect(vec![one, folder], vec![came_along("dropped.json", "{666666}")]).await;
    let expected = [
        ("one.json", 3),
        ("folder/a.json", 5),
        ("folder/export.zip!x/three.json", 6),
        ("folder/export.zip!four.json", 7),
        ("folder/b/two.json", 4),
        ("dropped.json", 8),
    ];
    assert_eq!(listing(&found, dir.path()), expected.map(|(name, size)| (name.to_owned(), Ok(size))));
}

#[tokio::test]
async fn an_archive_is_known_by_its_content_and_one_inside_another_stays_shut() {
    let inner = zipped(&[("deep.json", b"{}")]);
    let outer = zipped(&[("inner.json", &inner), ("ok.json", b"{}")]);
    let found = collect(vec![], vec![came_along("not-a-zip.json", outer)]).await;
    assert_eq!(found.len(), 2);
    let planned = plan(&found, &[], None, Language::English);
    assert!(planned[0].entry.reason.as_deref().unwrap().contains("archive"), "{:?}", planned[0].entry.reason);
}

#[tokio::test]
async fn what_cannot_be_read_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("missing.json").display().to_string();
    let large = put(dir.path(), "large.json", vec![b'['; 5 * 1024 * 1024]);
    let log = put(dir.path(), "large.log", vec![b'x'; 5 * 1024 * 1024]);
    let broken = put(dir.path(), "broken.zip", &zipped(&[("a.json", b"{}")])[..60]);
    let bad = ImportFile { name: "bad\u{1b}[2J".into(), data: "***".into() };
    let found = collect(vec![missing, large, log, broken], vec![bad]).await;
    let found = listing(&found, dir.path());
    assert!(matches!(&found[0].1, Err(Problem::Unreadable(_))));
    assert_eq!(found[1].1, Err(Problem::TooLarge));
    assert_eq!(found[2].1, Ok(512), "only its beginning, to say what it is");
    assert_eq!(found[3].1, Err(Problem::BadArchive));
    assert_eq!(found[4], ("bad\u{fffd}[2J".to_owned(), Err(Problem::NotBase64)));
}

/// Holds T14.
#[cfg(unix)]
#[tokio::test]
async fn links_in_a_folder_are_not_followed_and_pipes_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "secret.json", login("OUTSIDE"));
    put(dir.path(), "folder/inside.json", "{}");
    std::os::unix::fs::symlink(dir.path().join("secret.json"), dir.path().join("folder/link.json")).unwrap();
    std::os::unix::fs::symlink("/", dir.path().join("folder/root")).unwrap();
    let pipe = dir.path().join("folder/pipe.json");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let folder = dir.path().join("folder").display().to_string();
    let found = listing(&collect(vec![folder, "/dev/zero".to_owned()], vec![]).await, dir.path());
    let expected = [
        ("folder/inside.json", Ok(2)),
        ("folder/link.json", Err(Problem::Link)),
        ("folder/pipe.json", Err(Problem::NotAFile)),
        ("folder/root", Err(Problem::Link)),
        ("/dev/zero", Err(Problem::NotAFile)),
    ];
    assert_eq!(found, expected.map(|(name, outcome)| (name.to_owned(), outcome)));
}

#[tokio::test]
async fn folders_within_folders_end_somewhere() {
    let dir = tempfile::tempdir().unwrap();
    let deep = (0..40).map(|_| "d").collect::<Vec<_>>().join("/");
    put(dir.path(), &format!("{deep}/far.json"), "{}");
    let found = collect(vec![dir.path().display().to_string()], vec![]).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].content, Err(Problem::TooDeep));
}

#[tokio::test]
async fn bytes_do_not_show_when_printed() {
    let found = collect(vec![], vec![came_along("a.json", login("TOKEN"))]).await;
    assert!(!format!("{found:?}").contains("FAKE"));
}
