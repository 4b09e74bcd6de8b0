//! `headroom pause`: whether automation rests, and until when.

use super::look::Look;
use super::when;
use engine::view::dto::PauseView;

/// One line.
pub fn pause(view: &PauseView, look: &Look) -> String {
    match &view.until {
        Some(at) => format!("Background reads and warmups rest until {}.\n", when::local(at, look)),
        None => "Automation is not paused.\n".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    #[test]
    fn it_says_until_when() {
        let look = Look { width: None, now: "2026-08-31T10:01:00Z".parse().unwrap(), zone: TimeZone::UTC };
        let view = |until: Option<&str>| PauseView { until: until.map(str::to_owned) };
        assert_eq!(pause(&view(None), &look), "Automation is not paused.\n");
        assert_eq!(
            pause(&view(Some("2026-08-31T11:01:00Z")), &look),
            "Background reads and warmups rest until 11:01.\n"
        );
    }
}
