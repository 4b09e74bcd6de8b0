//! The ledger, warmups, rests and measurements: kept, merged, thinned out.

use super::*;
use domain::catalogue::Group;
use domain::fault::Class;
use domain::policy::cooldown::{Claim, Part, Probe, Proof, Reason, Scope as Rests};
use domain::policy::protection::{Below, Held};
use domain::policy::warmup::{Outcome, Refusal};
use domain::policy::words::Said;
use domain::quota::Remaining;
use jiff::SignedDuration;

async fn with_ada() -> (Store, CredentialId) {
    let store = Store::in_memory().unwrap();
    store.insert_credential(&credential("ada"), sealed("x")).await.unwrap();
    (store, CredentialId::new("ada"))
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

#[tokio::test]
async fn a_decision_that_stays_the_same_is_one_entry() {
    let (store, ada) = with_ada().await;
    let decide = async |verdict: &str, sentence: &str, after: SignedDuration| {
        let decision = Decision {
            kind: "warmup",
            credential: ada.to_string(),
            name: "Ada".into(),
            subject: "claude-sonnet-4-6".into(),
            verdict: verdict.into(),
            sentence: Said::of(|_| sentence),
            until: None,
            at: noon() + after,
        };
        store.add_decisions(vec![decision]).await.unwrap();
    };
    decide("not_full", "58 % left", minutes(0)).await;
    decide("not_full", "57 % left", minutes(10)).await;
    decide("already_running", "until 18:00", minutes(20)).await;
    decide("not_full", "56 % left", minutes(30)).await;
    // Nobody looked for a day: the same words, and another decision.
    decide("not_full", "50 % left", days(1)).await;
    let all = async |query: DecisionQuery| {
        let kept = store.decisions(query).await.unwrap();
        kept.into_iter().map(|d| (d.sentence.english, noon().duration_until(d.at))).collect::<Vec<_>>()
    };
    let everything = DecisionQuery { since: noon(), limit: 10, ..DecisionQuery::default() };
    let expected = [
        ("50 % left", days(1)),
        ("56 % left", minutes(30)),
        ("until 18:00", minutes(20)),
        ("57 % left", minutes(0)),
    ];
    assert_eq!(all(everything.clone()).await, expected.map(|(s, at)| (s.to_owned(), at)));
    let searched = DecisionQuery { search: Some("UNTIL".into()), ..everything.clone() };
    assert_eq!(all(searched).await.len(), 1);
    let other = DecisionQuery { credential: Some("bob".into()), ..everything.clone() };
    assert_eq!(all(other).await, []);
    // What was last true before is over, however long ago it began.
    let late = DecisionQuery { since: noon() + minutes(15), ..everything };
    assert_eq!(all(late).await.len(), 3);
}

#[tokio::test]
async fn a_warmup_is_kept_with_what_came_of_it() {
    let (store, ada) = with_ada().await;
    let attempt = record(&store, &ada, noon()).await;
    assert_eq!(attempt.outcome, Outcome::Pending);
    let refused = Conclusion {
        outcome: Outcome::Failed(Refusal::Refused),
        detail: Some("rate limit".into()),
        reset_at: None,
    };
    store.conclude_warmup(attempt.id, refused).await.unwrap();
    let started =
        Conclusion { outcome: Outcome::Started, detail: None, reset_at: Some(noon() + minutes(300)) };
    store.conclude_warmup(attempt.id, started).await.unwrap();
    let kept = store.warmups(Some(&ada), noon()).await.unwrap().remove(0);
    assert_eq!((kept.attempt.outcome, kept.detail.as_deref()), (Outcome::Started, Some("rate limit")));
    assert_eq!(kept.reset_at, Some(noon() + minutes(300)));
    let gone = Intent { credential: CredentialId::new("bob"), ..intent(&ada) };
    assert!(store.record_warmup(gone, noon()).await.is_err(), "nothing is sent for who is gone");
}

#[tokio::test]
async fn what_still_decides_is_the_recent_and_the_last_of_each_group() {
    let (store, ada) = with_ada().await;
    for ago in [40, 30, 20, 3, 2, 1] {
        record(&store, &ada, noon() - days(ago)).await;
    }
    let deciding = async |since, least| {
        let found = store.deciding_warmups(noon() - days(since), least).await.unwrap();
        found.into_iter().map(|a| a.at.duration_until(noon()).as_hours() / 24).collect::<Vec<_>>()
    };
    assert_eq!(deciding(8, 1).await, [3, 2, 1]);
    assert_eq!(deciding(8, 4).await, [20, 3, 2, 1]);
    assert_eq!(deciding(0, 2).await, [2, 1]);
    store.clamp_warmups(noon() - days(2)).await.unwrap();
    assert_eq!(deciding(0, 9).await, [40, 30, 20, 3, 2, 2], "the clock was set back");
}

#[tokio::test]
async fn a_rest_and_a_floor_come_back_as_they_were() {
    let (store, ada) = with_ada().await;
    for part in [Part::Whole, Part::Group(Group::Gemini), Part::Model("claude-sonnet-4-6".into())] {
        let claim = Claim {
            scope: Rests { credential: ada.clone(), part },
            reason: Reason::QuotaEmpty,
            proof: Proof { class: Class::QuotaExhausted, status: 429, message: "used up".into(), times: 2 },
            since: noon(),
            until: noon() + SignedDuration::from_hours(51),
            seen_at: noon() + minutes(1),
            probe: Probe::Shut,
        };
        store.put_cooldown(claim.clone()).await.unwrap();
        assert!(store.cooldowns().await.unwrap().contains(&claim), "{claim:?}");
    }
    store.expire_cooldowns(noon() + SignedDuration::from_hours(51)).await.unwrap();
    assert_eq!(store.cooldowns().await.unwrap(), []);
    let below = Below {
        floor: 10,
        remaining: Remaining::clamped(0.07).unwrap(),
        back_at: Some(noon() + SignedDuration::from_hours(51)),
        since: noon(),
    };
    let held = Held { short: Some(below), week: Some(Below { back_at: None, ..below }) };
    store.put_protections(&ada, [("claude-sonnet-4-6".to_owned(), held)].into()).await.unwrap();
    assert_eq!(store.protections().await.unwrap(), [(ada.clone(), "claude-sonnet-4-6".to_owned(), held)]);
    store.put_protections(&ada, [].into()).await.unwrap();
    assert_eq!(store.protections().await.unwrap(), []);
}

/// Holds F54.
#[tokio::test]
async fn measurements_are_full_for_a_week_hourly_for_a_month_daily_for_three() {
    let (store, ada) = with_ada().await;
    let sample = |ago: SignedDuration| Sample {
        credential: ada.clone(),
        subject: "gemini".into(),
        window: Some("5h".into()),
        remaining: Some(0.5),
        at: noon() - ago,
        source: "summary".into(),
    };
    // Four an hour for two hours, at each age.
    let quarters = (0..8).map(|quarter| minutes(15 * quarter));
    for age in [days(1), days(10), days(40), days(91)] {
        store.add_samples(quarters.clone().map(|q| sample(age + q)).collect()).await.unwrap();
    }
    record(&store, &ada, noon() - days(91)).await;
    store.thin_out(noon(), None).await.unwrap();
    let kept = store.samples(&ada, Timestamp::UNIX_EPOCH).await.unwrap();
    let of = |from: i64, to: i64| {
        let ages = kept.iter().map(|s| s.at.duration_until(noon()).as_hours() / 24);
        ages.filter(|age| (from..=to).contains(age)).count()
    };
    assert_eq!((of(0, 6), of(7, 29), of(30, 89), of(90, 999)), (8, 3, 1, 0));
    assert_eq!(store.warmups(None, Timestamp::UNIX_EPOCH).await.unwrap(), []);
}

#[tokio::test]
async fn drops_are_read_from_where_a_reader_stopped() {
    let (store, ada) = with_ada().await;
    let fell = |minute: i64| crate::store::Drop {
        credential: ada.clone(),
        group: "gemini".into(),
        window: "5h".into(),
        from: noon() + minutes(minute),
        to: noon() + minutes(minute + 1),
        points: 2.0,
        by: "elsewhere".into(),
    };
    assert_eq!(store.drops_after(0, noon()).await.unwrap(), (vec![], 0));
    store.add_drops(vec![fell(-60), fell(0), fell(5)]).await.unwrap();
    let (found, seen) = store.drops_after(0, noon()).await.unwrap();
    assert_eq!(found, [fell(0), fell(5)]);
    // Stored later, though it happened before.
    store.add_drops(vec![fell(3)]).await.unwrap();
    let (found, seen) = store.drops_after(seen, noon()).await.unwrap();
    assert_eq!(found, [fell(3)]);
    assert_eq!(store.drops_after(seen, noon()).await.unwrap(), (vec![], seen));
    // What left takes its numbers along: the next ones are seen all the same.
    store.thin_out(noon() + days(91), None).await.unwrap();
    let (found, seen) = store.drops_after(seen, noon()).await.unwrap();
    assert_eq!((found, seen), (vec![], 0));
    store.add_drops(vec![fell(7)]).await.unwrap();
    assert_eq!(store.drops_after(seen, noon()).await.unwrap().0, [fell(7)]);
}

#[tokio::test]
async fn thinning_out_step_by_step_keeps_what_doing_it_at_once_keeps() {
    let kept = async |steps: i64| {
        let (store, ada) = with_ada().await;
        let sample = |n: i64| Sample {
            credential: ada.clone(),
            subject: "gemini".into(),
            window: Some("5h".into()),
            remaining: Some(0.5),
            at: noon() - days(35) + minutes(25 * n),
            source: "summary".into(),
        };
        store.add_samples((0..2_000).map(sample).collect()).await.unwrap();
        let mut last = None;
        for step in 0..=steps {
            let now = noon() + minutes(step * 24 * 60 / steps);
            store.thin_out(now, last).await.unwrap();
            last = Some(now);
        }
        store.samples(&ada, Timestamp::UNIX_EPOCH).await.unwrap()
    };
    let at_once = kept(1).await;
    assert!(at_once.len() < 1_000, "{}", at_once.len());
    assert_eq!(kept(7).await, at_once);
}

fn intent(ada: &CredentialId) -> Intent {
    Intent {
        credential: ada.clone(),
        group: Some(Group::ThirdParty),
        model: "claude-sonnet-4-6".into(),
        by_hand: false,
        forced: false,
    }
}

async fn record(store: &Store, ada: &CredentialId, at: Timestamp) -> domain::policy::warmup::Attempt {
    store.record_warmup(intent(ada), at).await.unwrap()
}
