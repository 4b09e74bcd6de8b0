//! By thousands of random schedules; `HEADROOM_SCHEDULES` sets how many.

fn schedules() -> usize {
    std::env::var("HEADROOM_SCHEDULES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000)
}

/// Holds G12, F23.
#[test]
fn whoever_asks_in_whatever_order_shares_one_flight_and_none_is_lost() {
    schedules::whoever_asks_in_whatever_order_shares_one_flight_and_none_is_lost(schedules());
}

/// Holds F24, G12.
#[test]
fn who_leaves_in_whatever_order_takes_nobody_along() {
    schedules::who_leaves_in_whatever_order_takes_nobody_along(schedules());
}

/// Holds F3, G12.
#[test]
fn rests_claimed_at_once_end_with_the_last_and_no_reader_sees_half_a_batch() {
    schedules::rests_claimed_at_once_end_with_the_last_and_no_reader_sees_half_a_batch(schedules());
}

/// Holds F43.
#[test]
fn a_stop_in_the_middle_leaves_no_writer_waiting() {
    schedules::a_stop_in_the_middle_leaves_no_writer_waiting(schedules());
}
