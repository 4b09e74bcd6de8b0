//! Decides from a request's head alone whether it may come from the user's own page or program.
//!
//! A page of another site can make the browser send requests here: by a form, by a script, or with a name of
//! its own that it lets resolve to this machine. None of them gets past this table. Who knows the token is
//! asked afterwards, by `access`.

use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Uri};

/// The names under which the listener may be addressed.
#[derive(Debug)]
pub(crate) struct Guard {
    hosts: Vec<String>,
}

/// Why a request is refused before anything else is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Foreign {
    #[error("the request must name exactly one Host")]
    NotOneHost,
    #[error("this Host is not one of 127.0.0.1, localhost and [::1] with the right port")]
    Host,
    #[error("the request's target names another server")]
    Target,
    #[error("the request comes from another site (Origin)")]
    Origin,
    #[error("the request comes from another site (Referer)")]
    Referer,
    #[error("the request comes from another site (Sec-Fetch-Site)")]
    Site,
}

impl Guard {
    /// For a listener on `port` of this machine.
    pub(crate) fn new(port: u16) -> Self {
        Self::with_names(port, &[])
    }

    /// For a listener that may be called by other names too, with its port or, behind another server, without.
    pub(crate) fn with_names(port: u16, names: &[String]) -> Self {
        let mut hosts = Vec::new();
        for name in names {
            let name = if name.contains(':') { format!("[{name}]") } else { name.clone() };
            hosts.push(format!("{name}:{port}"));
            hosts.push(name);
        }
        for name in ["127.0.0.1", "localhost", "[::1]"] {
            hosts.push(format!("{name}:{port}"));
            // A browser leaves the scheme's own port out.
            if port == 80 {
                hosts.push(name.to_owned());
            }
        }
        Self { hosts }
    }

    /// Refuses what may not come from here; every route and method goes through it first.
    ///
    /// A page of another site passes where the user named its origin among `pages`; then that origin is answered.
    pub(crate) fn check<'h>(
        &self,
        method: &Method,
        target: &Uri,
        headers: &'h HeaderMap,
        pages: &[String],
    ) -> Result<Option<&'h HeaderValue>, Foreign> {
        let host =
            only(headers, &header::HOST).map_err(|_| Foreign::NotOneHost)?.ok_or(Foreign::NotOneHost)?;
        let host =
            self.hosts.iter().find(|known| known.as_bytes() == host.as_bytes()).ok_or(Foreign::Host)?;

        let absolute_elsewhere = target.authority().is_some_and(|authority| authority.as_str() != host);
        let other_scheme = target.scheme_str().is_some_and(|scheme| scheme != "http");
        if absolute_elsewhere || other_scheme || *method == Method::CONNECT {
            return Err(Foreign::Target);
        }

        let own = format!("http://{host}");
        let page = match only(headers, &header::ORIGIN) {
            Ok(None) => None,
            Ok(Some(origin)) if origin.as_bytes() == own.as_bytes() => None,
            Ok(Some(origin)) if pages.iter().any(|page| page.as_bytes() == origin.as_bytes()) => Some(origin),
            Ok(Some(_)) | Err(Several) => return Err(Foreign::Origin),
        };
        let from = page.map_or(own.as_bytes(), HeaderValue::as_bytes);
        match only(headers, &header::REFERER) {
            Ok(None) => {}
            Ok(Some(referer)) if is_under(referer.as_bytes(), from) => {}
            Ok(Some(_)) | Err(Several) => return Err(Foreign::Referer),
        }
        match only(headers, &SEC_FETCH_SITE) {
            Ok(None) => {}
            // `none` is the address bar or a program that opened the browser.
            Ok(Some(site)) if site == "same-origin" || site == "none" => {}
            Ok(Some(site)) if page.is_some() && (site == "cross-site" || site == "same-site") => {}
            Ok(Some(_)) | Err(Several) => return Err(Foreign::Site),
        }
        Ok(page)
    }
}

static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

struct Several;

fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h HeaderValue>, Several> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (first, None) => Ok(first),
        (_, Some(_)) => Err(Several),
    }
}

fn is_under(referer: &[u8], own: &[u8]) -> bool {
    match referer.strip_prefix(own) {
        Some(rest) => matches!(rest.first(), None | Some(b'/')),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listener::vectors::{FOREIGN_HOSTS, FOREIGN_ORIGINS};

    const PORT: u16 = 4711;

    #[test]
    fn own_names_pass() {
        for host in ["127.0.0.1:4711", "localhost:4711", "[::1]:4711"] {
            check(&[("host", host)], Ok(()));
        }
    }

    #[test]
    fn the_schemes_own_port_may_be_left_out() {
        let guard = Guard::new(80);
        for host in ["127.0.0.1", "localhost", "[::1]", "localhost:80"] {
            assert_eq!(
                guard.check(&Method::GET, &"/".parse().unwrap(), &map(&[("host", host)]), &[]),
                Ok(None),
                "{host}"
            );
        }
    }

    /// Holds T3, G5.
    #[test]
    fn every_other_host_is_refused() {
        assert!(FOREIGN_HOSTS.len() >= 80, "{} vectors", FOREIGN_HOSTS.len());
        for host in FOREIGN_HOSTS {
            check(&[("host", host)], Err(Foreign::Host));
        }
    }

    #[test]
    fn none_or_two_hosts_are_refused() {
        check(&[], Err(Foreign::NotOneHost));
        check(&[("host", "localhost:4711"), ("host", "localhost:4711")], Err(Foreign::NotOneHost));
        check(&[("host", "evil.test"), ("host", "localhost:4711")], Err(Foreign::NotOneHost));
        check(&[("host", "localhost:4711"), ("host", "evil.test")], Err(Foreign::NotOneHost));
    }

    /// Holds T3.
    #[test]
    fn a_target_that_names_another_server_is_refused() {
        let own = [("host", "localhost:4711")];
        check_target(Method::GET, "http://localhost:4711/", &own, Ok(()));
        for target in [
            "http://evil.test/",
            "http://evil.test:4711/",
            "http://127.0.0.1:4711/",
            "http://localhost/",
            "http://LOCALHOST:4711/",
            "http://localhost.:4711/",
            "http://user@localhost:4711/",
            "https://localhost:4711/",
            "ws://localhost:4711/",
        ] {
            check_target(Method::GET, target, &own, Err(Foreign::Target));
        }
        check_target(Method::CONNECT, "localhost:4711", &own, Err(Foreign::Target));
        check_target(Method::CONNECT, "evil.test:443", &own, Err(Foreign::Target));
    }

    #[test]
    fn the_pages_own_origin_passes() {
        for host in ["127.0.0.1:4711", "localhost:4711", "[::1]:4711"] {
            let origin = format!("http://{host}");
            let referer = format!("http://{host}/assets/index.js");
            check(&[("host", host), ("origin", &origin)], Ok(()));
            check(&[("host", host), ("referer", &referer)], Ok(()));
            check(&[("host", host), ("referer", &origin)], Ok(()));
            check(
                &[
                    ("host", host),
                    ("origin", &origin),
                    ("referer", &referer),
                    ("sec-fetch-site", "same-origin"),
                ],
                Ok(()),
            );
        }
    }

    /// Holds T2, G5.
    #[test]
    fn every_other_origin_is_refused() {
        assert!(FOREIGN_ORIGINS.len() >= 40, "{} vectors", FOREIGN_ORIGINS.len());
        for origin in FOREIGN_ORIGINS {
            check(&[("host", "localhost:4711"), ("origin", origin)], Err(Foreign::Origin));
        }
        let own = ("origin", "http://localhost:4711");
        check(&[("host", "localhost:4711"), own, own], Err(Foreign::Origin));
    }

    #[test]
    fn every_other_referer_is_refused() {
        for referer in [
            "",
            "null",
            "/",
            "http://evil.test/",
            "https://localhost:4711/",
            "http://localhost:4711@evil.test/",
            "http://localhost:47110/",
            "http://localhost:4711.evil.test/",
            "http://localhost/",
            "http://127.0.0.1:4711/",
            "http://evil.test/?http://localhost:4711/",
            "about:blank",
        ] {
            check(&[("host", "localhost:4711"), ("referer", referer)], Err(Foreign::Referer));
        }
        let own = ("referer", "http://localhost:4711/");
        check(&[("host", "localhost:4711"), own, own], Err(Foreign::Referer));
    }

    /// Holds T4.
    #[test]
    fn a_page_of_another_site_or_port_is_refused() {
        check(&[("host", "localhost:4711"), ("sec-fetch-site", "none")], Ok(()));
        for site in ["cross-site", "same-site", "", "Same-Origin", "same-origin, none", "unheard-of"] {
            check(&[("host", "localhost:4711"), ("sec-fetch-site", site)], Err(Foreign::Site));
        }
        let own = ("sec-fetch-site", "same-origin");
        check(&[("host", "localhost:4711"), own, own], Err(Foreign::Site));
    }

    /// Holds T2.
    #[test]
    fn a_page_the_user_named_passes_and_no_other_that_looks_like_it() {
        const PAGE: &str = "https://app.example.com";
        let guard = Guard::new(PORT);
        let check = |headers: &[(&str, &str)]| {
            let headers = map(&[&[("host", "localhost:4711")], headers].concat());
            let target = "/v1/models".parse().unwrap();
            let page = guard.check(&Method::POST, &target, &headers, &[PAGE.to_owned()]);
            page.map(|page| page.map(|page| page.to_str().unwrap().to_owned()))
        };
        let named = Ok(Some(PAGE.to_owned()));
        assert_eq!(check(&[("origin", PAGE)]), named);
        let from = "https://app.example.com/";
        for site in ["cross-site", "same-site"] {
            assert_eq!(check(&[("origin", PAGE), ("referer", from), ("sec-fetch-site", site)]), named);
            assert_eq!(check(&[("sec-fetch-site", site)]), Err(Foreign::Site), "the origin has to be named");
        }
        assert_eq!(check(&[("origin", PAGE), ("referer", "http://evil.test/")]), Err(Foreign::Referer));
        assert_eq!(check(&[("origin", PAGE), ("sec-fetch-site", "")]), Err(Foreign::Site));
        assert_eq!(check(&[("origin", PAGE), ("origin", PAGE)]), Err(Foreign::Origin));
        assert_eq!(check(&[("origin", "http://localhost:4711")]), Ok(None));
        for other in FOREIGN_ORIGINS.iter().copied().chain([
            "http://app.example.com",
            "https://app.example.com/",
            "https://app.example.com:443",
            "https://app.example.com:8443",
            "https://App.example.com",
            "https://app.example.com.evil.test",
            "https://evil-app.example.com",
            "https://example.com",
            "https://app.example.co",
            "https://app.example.com, https://app.example.com",
            "https://app.example.com https://evil.test",
        ]) {
            assert_eq!(check(&[("origin", other)]), Err(Foreign::Origin), "{other}");
        }
    }

    #[track_caller]
    fn check(headers: &[(&str, &str)], expected: Result<(), Foreign>) {
        check_target(Method::POST, "/api/v1/status", headers, expected);
    }

    #[track_caller]
    fn check_target(method: Method, target: &str, headers: &[(&str, &str)], expected: Result<(), Foreign>) {
        let (target, headers_map) = (target.parse().unwrap(), map(headers));
        let answer = Guard::new(PORT).check(&method, &target, &headers_map, &[]).map(drop);
        assert_eq!(answer, expected, "{method} {target} {headers:?}");
    }

    fn map(headers: &[(&str, &str)]) -> HeaderMap {
        headers
            .iter()
            .map(|(name, value)| {
                let name: HeaderName = name.parse().unwrap();
                (name, HeaderValue::from_bytes(value.as_bytes()).unwrap())
            })
            .collect()
    }
}
