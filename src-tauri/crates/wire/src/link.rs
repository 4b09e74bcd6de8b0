//! Links the service hands out, checked before anybody may click them.

use url::{Host, Url};

/// The longest link that is taken, in bytes.
const LONGEST: usize = 2_048;

/// Where the service sends people: these names and everything below them.
const HOSTS: [&str; 4] = ["google.com", "googleapis.com", "google.dev", "antigravity.google"];

/// Takes a link only if it is https on the standard port of a Google host, without a login in it; returns it
/// as a browser would read it, so that nothing in it means something else to the eye.
#[must_use]
pub fn checked(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let plain = url.scheme() == "https"
        && url.port().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let host = match url.host()? {
        Host::Domain(host) => host,
        Host::Ipv4(_) | Host::Ipv6(_) => return None,
    };
    (plain && HOSTS.iter().any(|known| is_or_below(host, known))).then(|| url.to_string())
}

/// Whether the link leads to the service's help pages.
pub(crate) fn is_help_page(link: &str) -> bool {
    Url::parse(link).is_ok_and(|url| url.host_str() == Some("support.google.com"))
}

fn is_or_below(host: &str, known: &str) -> bool {
    host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_service_are_taken() {
        for link in [
            "https://accounts.google.com/signin/continue?sarp=1&plt=FAKE",
            "https://support.google.com/accounts?p=al_alert",
            "https://console.developers.google.com/apis/api/x/overview?project=p",
            "https://antigravity.google/",
        ] {
            assert_eq!(checked(link).as_deref(), Some(link));
        }
    }

    #[test]
    fn everything_else_is_not() {
        for link in [
            "http://accounts.google.com/",
            "https://example.com/appeal",
            "https://google.com.example.com/",
            "https://notgoogle.com/",
            "https://accounts.google.com@example.com/",
            "https://user:word@accounts.google.com/",
            "https://accounts.google.com:8443/",
            "https://example.com\\.google.com/",
            "https://example.com/#.google.com",
            "https://142.250.0.1/",
            "javascript:alert(1)//google.com",
            "//accounts.google.com/",
            "accounts.google.com",
            "",
        ] {
            assert_eq!(checked(link), None, "{link}");
        }
        assert_eq!(checked(&format!("https://google.com/{}", "a".repeat(LONGEST))), None);
    }
}
