//! Addresses that a setting may name, read by a grammar narrower than any URL library's.
//!
//! Whatever is accepted here means the same host to every parser that reads it later: no user names, no
//! escapes, no shortened or decimal IP numbers, no backslashes. A bearer token goes only to these hosts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Hosts of the sign-in besides `*.googleapis.com`.
const SIGN_IN_HOSTS: [&str; 1] = ["accounts.google.com"];

const LONGEST: usize = 200;

/// Why an address is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// Nothing there.
    #[error("it is empty")]
    Empty,
    /// Over 200 characters.
    #[error("it is longer than {LONGEST} characters")]
    TooLong,
    /// No `scheme://`, or another scheme than the setting takes.
    #[error("it does not begin with {0}")]
    Scheme(&'static str),
    /// A user name or password before the host.
    #[error("it holds an @: user names and passwords do not belong in an address")]
    UserInfo,
    /// A character that two programs may read in two ways.
    #[error("it holds a character other than letters, digits and . - _ ~ : / [ ]")]
    Character,
    /// Not a host name in its plain form.
    #[error("its host is neither a plain name nor a full IP address")]
    Host,
    /// Not 1 to 65535.
    #[error("its port is not a number from 1 to 65535")]
    Port,
    /// https with a port of its own.
    #[error("https goes to port 443 only")]
    OtherPort,
    /// `.` or `..` or an empty part in the path, or a path where none may be.
    #[error("its path is not plain")]
    Path,
    /// https elsewhere than at the service.
    #[error("https goes to *.googleapis.com only (the sign-in page: accounts.google.com)")]
    ForeignHost,
    /// Plain http beyond this machine.
    #[error("plain http goes to this machine only (127.0.0.1, [::1] or localhost)")]
    PlainHttp,
    /// A listener that others on the network could reach.
    #[error("it is no loopback address; that takes proxy_allow_lan and names in proxy_hosts first")]
    Lan,
}

/// Reads the base address of one of the service's APIs: https on `*.googleapis.com`, or plain http on a
/// loopback address. Answers it in its normal form, without a slash at the end.
///
/// # Errors
/// Says what is wrong with it.
pub fn service_url(text: &str) -> Result<String, BadAddress> {
    url_at(text, |host| host.ends_with(".googleapis.com"))
}

/// Like [`service_url`], for the addresses of the sign-in, which may also be `accounts.google.com`.
///
/// # Errors
/// Says what is wrong with it.
pub fn sign_in_url(text: &str) -> Result<String, BadAddress> {
    url_at(text, |host| host.ends_with(".googleapis.com") || SIGN_IN_HOSTS.contains(&host))
}

/// Reads the address of a proxy: `http://HOST[:PORT]` or `socks5h://HOST[:PORT]`.
///
/// # Errors
/// Says what is wrong with it.
pub fn proxy_url(text: &str) -> Result<String, BadAddress> {
    const TAKES: &str = "http:// or socks5h://";
    let parts = Parts::of(text, TAKES)?;
    if !parts.path.is_empty() {
        return Err(BadAddress::Path);
    }
    match parts.scheme.as_str() {
        "http" | "socks5h" => Ok(parts.normal()),
        _ => Err(BadAddress::Scheme(TAKES)),
    }
}

/// Reads an address to listen on, `IP:PORT`.
///
/// # Errors
/// Says what is wrong with it.
pub fn listen_address(text: &str) -> Result<SocketAddr, BadAddress> {
    let address: SocketAddr = text.trim().parse().map_err(|_| BadAddress::Host)?;
    // A port that the system picks would move the clients silently.
    if address.port() == 0 { Err(BadAddress::Port) } else { Ok(address) }
}

/// Reads a host's name or IP address as a client writes it in `Host`.
///
/// # Errors
/// Says what is wrong with it.
pub fn host_name(text: &str) -> Result<String, BadAddress> {
    let text = text.trim();
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Ok(ip.to_string());
    }
    Host::of(text).map(|host| host.text())
}

/// Schemes whose pages have no origin that a browser would name.
const WITHOUT_ORIGIN: [&str; 8] = ["about", "blob", "data", "file", "ftp", "javascript", "ws", "wss"];

/// Reads the origin of a web page or of a browser extension, in the one form in which browsers write it in `Origin`:
/// `https://app.example.com`, `http://localhost:3000`, `chrome-extension://ID`.
///
/// # Errors
/// Says what is wrong with it. `null` and `*` are no origins: they would let in pages that nobody named.
pub fn page_origin(text: &str) -> Result<String, BadAddress> {
    const TAKES: &str = "http://, https:// or an extension's scheme, e.g. chrome-extension://";
    let text = text.trim();
    let (scheme, rest) = text.split_once("://").ok_or(BadAddress::Scheme(TAKES))?;
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        other => return app_origin(other, rest).ok_or(BadAddress::Scheme(TAKES)),
    };
    let parts = Parts::of(text, TAKES)?;
    if !parts.path.is_empty() {
        return Err(BadAddress::Path);
    }
    // Browsers leave the scheme's own port out.
    Ok(Parts { port: parts.port.filter(|port| *port != default_port), ..parts }.normal())
}

/// The origin of an extension or an app with a browser inside: a scheme of its own, and an id or name.
fn app_origin(scheme: &str, id: &str) -> Option<String> {
    let id = id.strip_suffix('/').unwrap_or(id).to_ascii_lowercase();
    let letters = |text: &str, others: &[u8]| {
        text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || others.contains(&b))
    };
    let named = letters(scheme, b"+-.") && letters(&id, b"-.") && scheme.len() + id.len() <= LONGEST;
    (named && !WITHOUT_ORIGIN.contains(&scheme)).then(|| format!("{scheme}://{id}"))
}

/// Whether a normal-form address is plain http: tokens travel in clear, if only within this machine.
#[must_use]
pub fn is_plain_http(url: &str) -> bool {
    url.starts_with("http://")
}

fn url_at(text: &str, ours: impl Fn(&str) -> bool) -> Result<String, BadAddress> {
    const TAKES: &str = "https:// (or http:// on this machine)";
    let parts = Parts::of(text, TAKES)?;
    match parts.scheme.as_str() {
        "https" => {
            let Host::Name(name) = &parts.host else { return Err(BadAddress::ForeignHost) };
            if !ours(name) {
                return Err(BadAddress::ForeignHost);
            }
            match parts.port {
                None | Some(443) => Ok(Parts { port: None, ..parts }.normal()),
                Some(_) => Err(BadAddress::OtherPort),
            }
        }
        "http" if parts.host.is_loopback() => Ok(parts.normal()),
        "http" => Err(BadAddress::PlainHttp),
        _ => Err(BadAddress::Scheme(TAKES)),
    }
}

/// An address in pieces, each already in its normal form.
struct Parts {
    scheme: String,
    host: Host,
    port: Option<u16>,
    /// Empty, or `/` and parts without a slash at the end.
    path: String,
}

impl Parts {
    fn of(text: &str, takes: &'static str) -> Result<Self, BadAddress> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BadAddress::Empty);
        }
        if text.len() > LONGEST {
            return Err(BadAddress::TooLong);
        }
        let (scheme, rest) = text.split_once("://").ok_or(BadAddress::Scheme(takes))?;
        if rest.contains('@') {
            return Err(BadAddress::UserInfo);
        }
        if !rest.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_~:/[]".contains(&b)) {
            return Err(BadAddress::Character);
        }
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let (host, port) = split_port(authority)?;
        Ok(Self { scheme: scheme.to_ascii_lowercase(), host: Host::of(host)?, port, path: plain_path(path)? })
    }

    fn normal(&self) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{}{port}{}", self.scheme, self.host.text(), self.path)
    }
}

/// Splits `HOST[:PORT]`; an IPv6 number stands in brackets and keeps them.
fn split_port(authority: &str) -> Result<(&str, Option<u16>), BadAddress> {
    let after_host = match authority.find(']') {
        Some(end) => end + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(after_host);
    if port.is_empty() {
        return Ok((host, None));
    }
    let digits = port.strip_prefix(':').ok_or(BadAddress::Host)?;
    if digits.is_empty() || digits.len() > 5 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BadAddress::Port);
    }
    match digits.parse::<u16>() {
        Ok(port) if port > 0 => Ok((host, Some(port))),
        Ok(_) | Err(_) => Err(BadAddress::Port),
    }
}

fn plain_path(path: &str) -> Result<String, BadAddress> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let plain = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_~".contains(&b))
    };
    if path.is_empty() || path.split('/').skip(1).all(plain) {
        Ok(path.to_owned())
    } else {
        Err(BadAddress::Path)
    }
}

/// A host that every parser reads alike.
enum Host {
    /// Lower case; its last label begins with no digit, so that it can be no number.
    Name(String),
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}

impl Host {
    fn of(text: &str) -> Result<Self, BadAddress> {
        if let Some(inner) = text.strip_prefix('[') {
            let inner = inner.strip_suffix(']').ok_or(BadAddress::Host)?;
            return inner.parse().map(Self::V6).map_err(|_| BadAddress::Host);
        }
        if let Ok(ip) = text.parse::<Ipv4Addr>() {
            return Ok(Self::V4(ip));
        }
        let name = text.to_ascii_lowercase();
        let label = |l: &str| {
            !l.is_empty()
                && l.len() <= 63
                && !l.starts_with('-')
                && !l.ends_with('-')
                && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        // A last label that begins with a digit is a number to the URL standard (`127.1`, `0x7f.1`, `2130706433`).
        let number =
            name.rsplit('.').next().is_none_or(|last| last.starts_with(|c: char| c.is_ascii_digit()));
        if name.len() <= 253 && !number && name.split('.').all(label) {
            Ok(Self::Name(name))
        } else {
            Err(BadAddress::Host)
        }
    }

    fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => name == "localhost",
            Self::V4(ip) => ip.is_loopback(),
            Self::V6(ip) => ip.is_loopback(),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::V4(ip) => ip.to_string(),
            Self::V6(ip) => format!("[{ip}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_own_addresses_are_taken() {
        for (given, normal) in [
            ("https://cloudcode-pa.googleapis.com", "https://cloudcode-pa.googleapis.com"),
            (
                " https://Daily-CloudCode-PA.sandbox.googleapis.com/ ",
                "https://daily-cloudcode-pa.sandbox.googleapis.com",
            ),
            ("HTTPS://oauth2.googleapis.com:443/token", "https://oauth2.googleapis.com/token"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("http://127.3.2.1", "http://127.3.2.1"),
            ("http://[::1]:9/v1beta", "http://[::1]:9/v1beta"),
            ("http://LOCALHOST:1", "http://localhost:1"),
        ] {
            assert_eq!(service_url(given).as_deref(), Ok(normal), "{given}");
            assert_eq!(sign_in_url(given).as_deref(), Ok(normal), "{given}");
        }
        assert!(sign_in_url("https://accounts.google.com/o/oauth2/v2/auth").is_ok());
    }

    #[test]
    fn hostile_addresses_are_refused_with_the_reason() {
        use BadAddress as B;
        for (given, why) in [
            ("", B::Empty),
            ("https://", B::Host),
            ("cloudcode-pa.googleapis.com", B::Scheme("https:// (or http:// on this machine)")),
            ("ftp://cloudcode-pa.googleapis.com", B::Scheme("https:// (or http:// on this machine)")),
            ("file:///etc/passwd", B::Host),
            ("javascript://x.googleapis.com", B::Scheme("https:// (or http:// on this machine)")),
            ("https:/cloudcode-pa.googleapis.com", B::Scheme("https:// (or http:// on this machine)")),
            ("https:\\\\x.googleapis.com", B::Scheme("https:// (or http:// on this machine)")),
            // Other hosts, and ones that look alike.
            ("https://evil.example", B::ForeignHost),
            ("https://googleapis.com", B::ForeignHost),
            ("https://googleapis.com.evil.example", B::ForeignHost),
            ("https://evilgoogleapis.com", B::ForeignHost),
            ("https://x.googleapis.co", B::ForeignHost),
            ("https://x.googleapis.com.", B::Host),
            ("https://x..googleapis.com", B::Host),
            ("https://-.googleapis.com", B::Host),
            ("https://x.g\u{043e}\u{043e}gleapis.com", B::Character),
            ("https://x.googleapis.com\u{3002}evil.example", B::Character),
            ("https://x.googleapis.com\0.evil.example", B::Character),
            ("https://127.0.0.1", B::ForeignHost),
            ("https://localhost", B::ForeignHost),
            ("https://accounts.google.com", B::ForeignHost),
            // The part before an @ is not the host, whatever it looks like.
            ("https://x.googleapis.com@evil.example", B::UserInfo),
            ("https://user:pass@x.googleapis.com", B::UserInfo),
            ("http://127.0.0.1@evil.example", B::UserInfo),
            ("https://evil.example/@x.googleapis.com", B::UserInfo),
            // Characters that parsers read in different ways.
            ("https://evil.example\\.googleapis.com", B::Character),
            ("https://evil.example%2f.googleapis.com", B::Character),
            ("https://evil.example#.googleapis.com", B::Character),
            ("https://evil.example?.googleapis.com", B::Character),
            ("https://evil.example .googleapis.com", B::Character),
            ("https://x.googleapis.com\r\nHost: evil.example", B::Character),
            ("https://evil.example/.googleapis.com", B::ForeignHost),
            ("https://x.googleapis.com/../y", B::Path),
            ("https://x.googleapis.com//evil.example", B::Path),
            ("https://x.googleapis.com:8443", B::OtherPort),
            ("https://x.googleapis.com:443:443", B::Port),
            ("https://x.googleapis.com:", B::Port),
            ("https://x.googleapis.com:99999", B::Port),
            // Plain http anywhere but here, in all the ways to write a number.
            ("http://cloudcode-pa.googleapis.com", B::PlainHttp),
            ("http://10.0.0.1", B::PlainHttp),
            ("http://0.0.0.0", B::PlainHttp),
            ("http://169.254.169.254", B::PlainHttp),
            ("http://2130706433", B::Host),
            ("http://0x7f000001", B::Host),
            ("http://0177.0.0.1", B::Host),
            ("http://127.1", B::Host),
            ("http://127.0.0.1.", B::Host),
            ("http://127.0.0.1.evil.example", B::PlainHttp),
            ("http://localhost.evil.example", B::PlainHttp),
            ("http://[::ffff:10.0.0.1]", B::PlainHttp),
            ("http://[::1", B::Port),
            ("http://[::1]x:80", B::Host),
            ("http://[fe80::1%25eth0]", B::Character),
            ("http://::1", B::Port),
        ] {
            assert_eq!(service_url(given), Err(why), "{given:?}");
        }
        assert_eq!(service_url(&format!("https://{}.googleapis.com", "a".repeat(200))), Err(B::TooLong));
    }

    #[test]
    fn a_proxy_is_http_or_socks5h_without_a_password() {
        for (given, expected) in [
            ("http://proxy.example:3128", Ok("http://proxy.example:3128")),
            ("socks5h://127.0.0.1:9050/", Ok("socks5h://127.0.0.1:9050")),
            ("socks5://127.0.0.1:9050", Err(BadAddress::Scheme("http:// or socks5h://"))),
            ("https://proxy.example", Err(BadAddress::Scheme("http:// or socks5h://"))),
            ("http://me:secret@proxy.example", Err(BadAddress::UserInfo)),
            ("http://proxy.example/pac", Err(BadAddress::Path)),
            ("http://3232235777", Err(BadAddress::Host)),
        ] {
            assert_eq!(proxy_url(given).as_deref().map_err(|e| *e), expected, "{given}");
        }
    }

    #[test]
    fn an_origin_is_taken_as_browsers_write_it() {
        for (given, normal) in [
            ("https://app.example.com", "https://app.example.com"),
            (" HTTPS://App.Example.com/ ", "https://app.example.com"),
            ("https://app.example.com:443", "https://app.example.com"),
            ("https://app.example.com:80", "https://app.example.com:80"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://[::1]:5173", "http://[::1]:5173"),
            (
                "chrome-extension://ABCDEFGHIJKLMNOPabcdefghijklmnop",
                "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
            ),
            (
                "moz-extension://0f1e2d3c-0000-4000-8000-123456789abc",
                "moz-extension://0f1e2d3c-0000-4000-8000-123456789abc",
            ),
            ("app://obsidian.md", "app://obsidian.md"),
        ] {
            assert_eq!(page_origin(given).as_deref(), Ok(normal), "{given}");
        }
        for hostile in [
            "",
            "*",
            "null",
            "https://*",
            "https://*.example.com",
            "https://",
            "https://app.example.com/page",
            "https://app.example.com?x",
            "https://user@app.example.com",
            "https://app.example.com:0",
            "https://app.example.com:",
            "https://app.example.com.",
            "https://2130706433",
            "https://a b",
            "https://\u{e4}pp.example.com",
            "app.example.com",
            "//app.example.com",
            "file:///tmp/page.html",
            "data://x",
            "ws://app.example.com",
            "chrome-extension://",
            "chrome-extension://*",
            "chrome-extension://a/b",
            "chrome-extension://a:1",
            "://x",
        ] {
            assert!(page_origin(hostile).is_err(), "{hostile:?}");
        }
    }

    #[test]
    fn a_listener_needs_a_number_and_a_port() {
        assert!(listen_address("127.0.0.1:8045").is_ok());
        assert!(listen_address("[::1]:8045").is_ok());
        assert_eq!(listen_address("127.0.0.1:0"), Err(BadAddress::Port));
        assert_eq!(listen_address("localhost:8045"), Err(BadAddress::Host));
        assert_eq!(listen_address("8045"), Err(BadAddress::Host));
    }
}
