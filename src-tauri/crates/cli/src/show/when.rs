//! Instants as a person says them: the clock here, and how long until then or since.

use super::look::Look;
use engine::view::sentence::lasting;
use jiff::Timestamp;

/// `resets 14:05 (2 h 04 m)`; what has passed has not been read again.
pub fn reset(at: &str, look: &Look) -> String {
    match parse(at) {
        Some(at) if at > look.now => format!("resets {} ({})", clock(at, look), lasting(at - look.now)),
        Some(at) => format!("reset at {}, not read since", clock(at, look)),
        None => at.to_owned(),
    }
}

/// `read 12:03 (3 min ago)`.
pub fn read(at: &str, look: &Look) -> String {
    match parse(at) {
        Some(at) if look.now.as_second() - at.as_second() < 60 => "read just now".to_owned(),
        Some(at) => format!("read {} ({} ago)", clock(at, look), lasting(look.now - at)),
        None => at.to_owned(),
    }
}

/// `14:05`, with the day where it is not today.
pub fn local(at: &str, look: &Look) -> String {
    parse(at).map_or_else(|| at.to_owned(), |at| clock(at, look))
}

fn parse(at: &str) -> Option<Timestamp> {
    at.parse().ok()
}

fn clock(at: Timestamp, look: &Look) -> String {
    let (there, here) =
        (at.to_zoned_datetime(look.zone.clone()), look.now.to_zoned_datetime(look.zone.clone()));
    let days = (at.as_second() - look.now.as_second()).abs() / 86_400;
    let form = match days {
        _ if there.date() == here.date() => "%H:%M",
        0..=5 => "%a %H:%M",
        _ if there.year() == here.year() => "%-d %b %H:%M",
        _ => "%-d %b %Y %H:%M",
    };
    there.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    #[test]
    fn a_reset_is_told_by_the_clock_here() {
        check_reset("2026-08-31T12:05:00Z", "resets 14:05 (2 h 04 m)");
        check_reset("2026-08-31T10:01:01Z", "resets 12:01 (1 min)");
        check_reset("2026-09-01T07:10:00Z", "resets Tue 09:10 (21 h 09 m)");
        check_reset("2026-09-12T07:10:00Z", "resets 12 Sep 09:10 (11 d 21 h)");
        check_reset("2027-01-02T07:10:00Z", "resets 2 Jan 2027 08:10 (123 d 21 h)");
    }

    #[test]
    fn a_reset_that_has_passed_is_said_to() {
        check_reset("2026-08-31T09:00:00Z", "reset at 11:00, not read since");
        check_reset("2026-08-30T09:00:00Z", "reset at Sun 11:00, not read since");
    }

    #[test]
    fn what_is_no_instant_is_shown_as_it_came() {
        check_reset("soon", "soon");
    }

    #[test]
    fn the_age_of_a_reading_is_told() {
        let look = look();
        assert_eq!(read("2026-08-31T10:00:30Z", &look), "read just now");
        assert_eq!(read("2026-08-31T09:20:00Z", &look), "read 11:20 (41 min ago)");
        assert_eq!(read("2026-08-31T10:05:00Z", &look), "read just now", "a clock that is ahead");
    }

    #[track_caller]
    fn check_reset(at: &str, expected: &str) {
        assert_eq!(reset(at, &look()), expected, "{at}");
    }

    fn look() -> Look {
        let now = "2026-08-31T10:01:00Z".parse().unwrap();
        Look { width: None, now, zone: TimeZone::get("Europe/Berlin").unwrap() }
    }
}
