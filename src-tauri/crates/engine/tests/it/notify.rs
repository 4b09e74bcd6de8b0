//! Messages for the desktop, from a reading to what is to be shown.

use crate::bench::Bench;
use engine::Mode;
use engine::view::dto::{NotificationView, NotificationsArgs};
use jiff::SignedDuration;
use simulator::{AccountChange, AccountSpec, Change, Group, Scenario};

#[tokio::test(start_paused = true)]
async fn a_week_that_will_not_last_is_told_with_the_refill_of_the_week() {
    // The week is two days old and 70 % used: it is empty in less than a day. The five hours refill in four.
    let spec = AccountSpec::new("ada").used(Group::ThirdParty, "weekly", 0.7, "-2d").used(
        Group::ThirdParty,
        "5h",
        0.1,
        "-1h",
    );
    let bench = on(spec, &[("notify_drain", "false")]).await;
    bench.pass(SignedDuration::from_mins(20)).await;
    let told = told(&bench).await;
    assert_eq!(kinds(&told), ["empty_soon"]);
    assert_eq!(told[0].body, "At this pace it is empty at 20:34, and back at Sun 00:00.");
}

#[tokio::test(start_paused = true)]
async fn low_and_back_are_told_once_each_over_a_restart_too() {
    // Used an hour and a half ago: 30 % are left, and the window ends in three and a half hours.
    let spec = AccountSpec::new("ada").used(Group::ThirdParty, "5h", 0.7, "-1h30m");
    let mut bench = on(spec, &[("notify_drain", "false")]).await;
    bench.pass(SignedDuration::from_mins(20)).await;
    let told = told(&bench).await;
    assert_eq!(kinds(&told), ["empty_soon"]);
    assert_eq!(told[0].title, "Claude on ada@example.com will not last");
    assert_eq!(told[0].body, "At this pace it is empty at 00:38, and back at 03:30.");
    uses(&bench, 0.2);
    bench.pass(SignedDuration::from_mins(16)).await;
    assert_eq!(kinds(&self::told(&bench).await), ["empty_soon", "low"]);
    bench.restart(Mode::Full).await;
    bench.pass(SignedDuration::from_hours(2)).await;
    assert_eq!(kinds(&self::told(&bench).await), [""; 0], "it was said before the restart");
    bench.pass(SignedDuration::from_hours(1)).await;
    let after = self::told(&bench).await;
    assert_eq!(kinds(&after), ["back"]);
    let id = &bench.quota(engine::view::dto::Freshness::Peek).await.credentials[0].id;
    assert_eq!(
        (after[0].title.as_str(), &after[0].page),
        ("Claude is back on ada@example.com", &format!("/credential?{id}"))
    );
}

#[tokio::test(start_paused = true)]
async fn use_elsewhere_is_told_and_in_the_users_language() {
    let bench = on(AccountSpec::new("ada").used(Group::ThirdParty, "5h", 0.1, "-1h30m"), &[]).await;
    bench.set("language", "zh-CN").await;
    bench.pass(SignedDuration::from_mins(10)).await;
    uses(&bench, 0.15);
    bench.pass(SignedDuration::from_mins(10)).await;
    let told = told(&bench).await;
    assert_eq!(kinds(&told), ["drain"], "{told:?}");
    assert_eq!(told[0].title, "ada@example.com 的 Claude 在其他地方被使用");
}

#[tokio::test(start_paused = true)]
async fn quiet_hours_and_switches_hold() {
    let spec = || AccountSpec::new("ada").used(Group::ThirdParty, "5h", 0.9, "-1h30m");
    let quiet = on(spec(), &[("notify_quiet_hours", "mon-sun 00:00-01:00")]).await;
    quiet.pass(SignedDuration::from_mins(50)).await;
    assert_eq!(kinds(&told(&quiet).await), [""; 0]);
    quiet.pass(SignedDuration::from_mins(30)).await;
    assert_eq!(kinds(&told(&quiet).await), ["low"], "what still holds is told afterwards");
    let off = on(spec(), &[("notify_low", "false")]).await;
    off.pass(SignedDuration::from_mins(30)).await;
    assert_eq!(kinds(&told(&off).await), [""; 0]);
}

async fn told(bench: &Bench) -> Vec<NotificationView> {
    bench.client.notifications(NotificationsArgs { after: 0 }).await.unwrap()
}

fn kinds(told: &[NotificationView]) -> Vec<&str> {
    told.iter().map(|one| one.kind.as_str()).collect()
}

/// Somebody uses such a share of Ada's five hours with Claude.
fn uses(bench: &Bench, share: f64) {
    let change = Change::Use { group: Group::ThirdParty, window: Some("5h".to_owned()), share };
    bench.simulator.set(AccountChange { account: "ada".to_owned(), change });
}

async fn on(ada: AccountSpec, settings: &[(&str, &str)]) -> Bench {
    let mut bench = Bench::simulated(Scenario::default().with(ada)).await;
    for (key, value) in settings {
        bench.set(key, value).await;
    }
    bench.restart(Mode::Full).await;
    bench
}
