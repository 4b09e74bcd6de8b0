//! The demo from outside, in time that the test moves: the planner's own starts, on the simulated service.

use crate::bench::scratch;
use engine::clock::TimerClock;
use engine::testkit::{Direct, SimulatedVars, open, options};
use engine::view::dto::{
    DecisionView, DecisionsArgs, Freshness, HistoryArgs, PlannedView, QuotaArgs, WarmupView,
};
use engine::{Client, Clock, Demo, Host, Mode, Options, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use simulator::{Scenario, SimClock, Simulator};
use std::sync::Arc;
use std::time::Duration;

const CLAUDE: &str = "3p";

struct Show {
    host: Host,
    client: Client,
    clock: Arc<TimerClock>,
    _dir: tempfile::TempDir,
}

impl Show {
    /// The demo as somebody starts it at `at`, after its first readings.
    async fn start(at: &str, zone: &str) -> Self {
        let clock = Arc::new(TimerClock::starting_at(at.parse().unwrap()));
        let told = clock.clone();
        let simulator =
            Simulator::without_network(Scenario::demo(), SimClock::Shared(Arc::new(move || told.now())))
                .unwrap();
        let dir = scratch();
        let vars = SimulatedVars::new(&simulator.base_url());
        let options = Options {
            demo: Demo::Yes,
            zone: TimeZone::get(zone).unwrap(),
            transport: Some(Arc::new(Direct::new(simulator.clone(), clock.clone()))),
            ..options(dir.path(), &simulator, &clock, vars, Mode::Full, Time::Simulated)
        };
        let host = open(options).await;
        let show = Self { client: host.client(), host, clock, _dir: dir };
        show.pass(SignedDuration::from_mins(1)).await;
        show
    }

    async fn pass(&self, time: SignedDuration) {
        tokio::time::sleep(Duration::try_from(time).unwrap()).await;
    }

    async fn pass_until(&self, at: Timestamp) {
        self.pass(self.clock.now().duration_until(at)).await;
    }

    async fn planned(&self, name: &str) -> Option<PlannedView> {
        let args = QuotaArgs { freshness: Freshness::Peek, credential: Some(name.to_owned()) };
        let mut found = self.client.quota(args).await.unwrap().credentials;
        found.pop()?.groups.into_iter().find(|group| group.key == CLAUDE)?.planned
    }

    async fn decisions(&self, name: &str, search: &str) -> Vec<DecisionView> {
        let (credential, search) = (Some(name.to_owned()), Some(search.to_owned()));
        self.client.decisions(DecisionsArgs { credential, search, ..DecisionsArgs::default() }).await.unwrap()
    }

    /// The warmups of Claude since `since`.
    async fn warmups(&self, name: &str, since: Timestamp) -> Vec<WarmupView> {
        let args = HistoryArgs { credential: Some(name.to_owned()), since: Some(since.to_string()) };
        let warmups = self.client.history(args).await.unwrap().warmups;
        warmups.into_iter().filter(|warmup| warmup.group == CLAUDE).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_start_is_planned_sent_verified_and_told_of_a_day_later() {
    let show = Show::start("2026-11-27T09:41:00Z", "Europe/Berlin").await;
    let begin = show.clock.now();
    let planned = show.planned("Ada").await.expect("a start is planned");
    let said = &show.decisions("Ada", "starting Claude").await[0];
    assert_eq!((said.verdict.as_str(), &said.sentence), ("planned", &planned.sentence), "the same words");
    assert_eq!(said.until.as_ref(), planned.starts.first());
    let [before, gain] = planned.sentence.split("; expected +").collect::<Vec<_>>()[..] else {
        panic!("{planned:?}")
    };
    assert!(before.starts_with("starting Claude on Ada at ") && before.contains(", so that it refills at "));
    assert!(gain.ends_with(" h of use"), "{gain}");

    // When Bob's window refills it is planned anew, and the start may move by some minutes.
    let start: Timestamp = planned.starts[0].parse().unwrap();
    let moved = SignedDuration::from_mins(15);
    show.pass_until(start - moved).await;
    assert_eq!(show.warmups("Ada", begin).await, [], "nothing goes before its time");
    show.pass(moved + SignedDuration::from_mins(4)).await;
    let warmups = show.warmups("Ada", begin).await;
    let [sent] = &warmups[..] else { panic!("{warmups:?}") };
    let at: Timestamp = sent.at.parse().unwrap();
    assert_eq!((sent.by.as_str(), sent.outcome.as_str()), ("automatic", "started"));
    let reset: Timestamp = sent.reset_at.as_ref().unwrap().parse().unwrap();
    assert!(reset.duration_until(at + SignedDuration::from_hours(5)).abs() < SignedDuration::from_secs(5));
    let verified = &show.decisions("Ada", "the clock started").await[0];
    assert_eq!(verified.verdict, "started");
    assert!(verified.at.parse::<Timestamp>().unwrap() > at, "{verified:?}");

    show.pass(SignedDuration::from_hours(24)).await;
    let told = show.decisions("Ada", "as planned: expected +").await;
    let told_of = |start: &str| {
        told.iter().any(|t| t.sentence.starts_with(&format!("Claude on Ada was started at {start} ")))
    };
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    assert!(told_of(&zone.to_datetime(at).strftime("%a %H:%M").to_string()), "{at}: {told:?}");
    show.host.stop().await;
}

#[tokio::test(start_paused = true)]
async fn at_any_hour_and_in_any_zone_a_start_is_in_sight() {
    for (at, zone) in [
        ("2026-11-27T02:00:00Z", "Etc/UTC"),
        ("2026-11-28T06:13:20Z", "America/Los_Angeles"),
        ("2026-11-29T11:59:59Z", "Asia/Tokyo"),
        ("2026-10-25T00:31:00Z", "Europe/Berlin"),
        ("2026-03-28T22:47:00Z", "Europe/Berlin"),
        ("2026-02-28T17:02:00Z", "Asia/Kolkata"),
    ] {
        let show = Show::start(at, zone).await;
        let planned = show.planned("Ada").await.unwrap_or_else(|| panic!("{at} {zone}: none is planned"));
        let start: Timestamp = planned.starts[0].parse().unwrap();
        let ahead = show.clock.now().duration_until(start);
        let span = SignedDuration::from_mins(15)..SignedDuration::from_hours(3);
        assert!(span.contains(&ahead), "{at} {zone}: {ahead:?} ahead");
        assert!(planned.gain_hours >= 0.2, "{at} {zone}: {planned:?}");
        for said in ["the clock started", "as planned: expected +"] {
            assert!(!show.decisions("Ada", said).await.is_empty(), "{at} {zone}: {said}");
        }
        show.host.stop().await;
    }
}
