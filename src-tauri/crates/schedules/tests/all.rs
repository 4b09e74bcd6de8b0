//! By thousands of random schedules; `HEADROOM_SCHEDULES` sets how many.

#[expect(clippy::disallowed_methods, reason = "how much a test does is said by the environment")]
fn schedules() -> usize {
    std::env::var("HEADROOM_SCHEDULES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000)
}

/// Holds G12, F23.
#[test]
fn whoever_asks_in_whatever_order_shares_one_flight_and_none_is_lost() {
    let schedules = schedules();
    schedules::whoever_asks_in_whatever_order_shares_one_flight_and_none_is_lost(schedules);
    println!("figure G12, F23: single flight: {schedules} schedules, 0 lost, 0 hang");
}

/// Holds F24, G12.
#[test]
fn who_leaves_in_whatever_order_takes_nobody_along() {
    let schedules = schedules();
    schedules::who_leaves_in_whatever_order_takes_nobody_along(schedules);
    println!("figure F24, G12: first asker leaves: {schedules} schedules, the other always served");
}

/// Holds F3, G12.
#[test]
fn rests_claimed_at_once_end_with_the_last_and_no_reader_sees_half_a_batch() {
    let schedules = schedules();
    schedules::rests_claimed_at_once_end_with_the_last_and_no_reader_sees_half_a_batch(schedules);
    println!("figure F3, G12: cooldowns: {schedules} schedules, the latest deadline stands, 0 lost updates");
}

/// Holds F43.
#[test]
fn a_stop_in_the_middle_leaves_no_writer_waiting() {
    let schedules = schedules();
    schedules::a_stop_in_the_middle_leaves_no_writer_waiting(schedules);
    println!("figure F43: shutdown: {schedules} schedules, no writer left waiting");
}

/// Holds G12.
#[test]
fn settings_changed_at_once_are_all_kept_and_never_ahead_of_what_they_are_settled_from() {
    let schedules = schedules();
    schedules::settings_changed_at_once_are_all_kept_and_never_ahead_of_what_they_are_settled_from(schedules);
    println!("figure G12: settings: {schedules} schedules, 0 changes lost, none told before it is held");
}
