//! Dates of HTTP headers.

use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// Reads a `Date` or `Retry-After` header: `Tue, 01 Sep 2026 00:00:30 GMT`. The two older forms that RFC 9110 keeps
/// for old servers are not read.
#[must_use]
pub fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_today_is_read() {
        let expected: Timestamp = "2026-09-01T00:00:30Z".parse().unwrap();
        assert_eq!(http_date("Tue, 01 Sep 2026 00:00:30 GMT"), Some(expected));
        for text in ["", "30", "Tue", "2026-09-01T00:00:30Z", "Tue, 99 Sep 2026 00:00:30 GMT"] {
            assert_eq!(http_date(text), None, "{text}");
        }
    }
}
