//! What must not pass a listener on port 4711; a test over a socket puts its own port in.

/// `Host` values that are not ours.
#[rustfmt::skip]
pub const FOREIGN_HOSTS: &[&str] = &[
    // No name, no port, another port.
    "", " ", ":", ":4711", "localhost", "127.0.0.1", "[::1]", "::1", "localhost:", "localhost:0",
    "localhost:80", "localhost:471", "localhost:47110", "localhost:04711", "localhost:+4711",
    "localhost: 4711", "localhost :4711", "localhost:4711:4711", "127.0.0.1:4712", "[::1]:4712",
    // Other spellings of names that would reach this machine.
    "LOCALHOST:4711", "Localhost:4711", "localhosT:4711", "localhost.:4711", "localhost..:4711",
    "127.0.0.1.:4711", "127.0.0.2:4711", "127.1:4711", "127.0.1:4711", "2130706433:4711",
    "0x7f000001:4711", "0x7f.0.0.1:4711", "0177.0.0.1:4711", "017700000001:4711", "127.000.000.001:4711",
    "0:4711", "0.0.0.0:4711", "[::]:4711", "[0:0:0:0:0:0:0:1]:4711", "[::01]:4711", "[::1%lo]:4711",
    "[::1%25lo]:4711", "[::ffff:127.0.0.1]:4711", "[::ffff:7f00:1]:4711", "::1:4711", "[::1:4711",
    "::1]:4711", "[::1]", "[::1].:4711", "[localhost]:4711", "[127.0.0.1]:4711",
    "ip6-localhost:4711", "localhost.localdomain:4711", "localhost6:4711", "loopback:4711",
    // The attacker's names.
    "evil.test", "evil.test:4711", "localhost.evil.test:4711", "127.0.0.1.evil.test:4711",
    "127.0.0.1.nip.io:4711", "evil.test.localhost:4711", "a.localhost:4711", "xlocalhost:4711",
    "localhostx:4711", "localtest.me:4711", "headroom.local:4711", "headroom.internal:4711",
    "192.168.0.2:4711", "10.0.0.1:4711", "169.254.169.254:4711", "host.docker.internal:4711",
    "[fe80::1]:4711", "[2001:db8::1]:4711", "xn--localhost-:4711", "loc\u{e4}lhost:4711",
    // Tricks of form.
    "user@localhost:4711", "localhost:4711@evil.test", "evil.test@localhost:4711",
    "localhost:4711,evil.test", "localhost:4711, localhost:4711", "localhost:4711;evil.test",
    "localhost:4711/", "localhost:4711/evil", "localhost:4711?x", "localhost:4711#x",
    "http://localhost:4711", "//localhost:4711", "localhost%3A4711", "%6cocalhost:4711",
    "localhost:4711%00", "localhost:4711\t", "\"localhost:4711\"", "localhost\\:4711",
];

/// `Origin` values of other pages.
#[rustfmt::skip]
pub const FOREIGN_ORIGINS: &[&str] = &[
    "", "null", "NULL", " ", "*", "localhost:4711", "//localhost:4711", "http://", "http:",
    "http://localhost", "http://localhost:80", "http://localhost:4712", "http://localhost:47110",
    "http://localhost:04711", "http://LOCALHOST:4711", "HTTP://localhost:4711", "http://localhost.:4711",
    "http://localhost:4711/", "http://localhost:4711/x", "http://localhost:4711?", "http://localhost:4711#",
    "https://localhost:4711", "ws://localhost:4711", "file://", "file:///tmp/page.html", "about:blank",
    "data:text/html,x", "blob:http://localhost:4711/x", "http://127.0.0.1:4711", "http://[::1]:4711",
    "http://127.1:4711", "http://0.0.0.0:4711", "http://2130706433:4711", "http://evil.test",
    "http://evil.test:4711", "https://evil.test", "http://localhost.evil.test:4711",
    "http://evil.test@localhost:4711", "http://localhost:4711@evil.test", "http://user:pw@localhost:4711",
    "http://localhost:4711 http://evil.test", "http://localhost:4711, http://evil.test",
    "http://localhost:4711,http://localhost:4711", "chrome-extension://abcdefghijklmnop",
    "moz-extension://01234567-89ab", "safari-web-extension://x", "tauri://localhost",
    "http://tauri.localhost", "vscode-webview://x", "http://localhost:4711\t", "http://loc\u{e4}lhost:4711",
];

/// Request lines other than the plain one, with `{TARGET}` where the address stands.
pub const LINES: &[&str] = &[
    "POST {TARGET} HTTP/1.2",
    "POST {TARGET} HTTP/0.9",
    "POST {TARGET} HTTP/2.0",
    "POST {TARGET} http/1.1",
    "POST  {TARGET} HTTP/1.1",
    "POST {TARGET}  HTTP/1.1",
    "POST {TARGET} {TARGET} HTTP/1.1",
    "POST {TARGET}",
    "POST\t{TARGET}\tHTTP/1.1",
    "P\u{e4}ST {TARGET} HTTP/1.1",
    "POST http://evil.test{TARGET} HTTP/1.1",
    "POST //evil.test{TARGET} HTTP/1.1",
    "POST evil.test:443 HTTP/1.1",
    "CONNECT evil.test:443 HTTP/1.1",
    "TRACE {TARGET} HTTP/1.1",
    "OPTIONS * HTTP/1.1",
    "PRI * HTTP/2.0",
];

/// Header lines that leave it open where a body of `length` bytes ends, or that no proxy may pass on. None of them is
/// a request of ours.
pub fn framings(length: usize) -> Vec<String> {
    let encodings = [
        "identity",
        "chunked, identity",
        "identity, chunked",
        "gzip",
        "gzip, chunked",
        "chunked, chunked",
        "xchunked",
        "chunkedx",
        "\"chunked\"",
        "chunked;q=1",
        "",
        "\u{b}chunked",
        "chunked\u{b}",
        "deflate",
        "cow",
        ",chunked,",
    ];
    let beside = ["chunked", "Chunked", "CHUNKED", "\tchunked", " chunked ", "identity", "gzip, chunked"];
    let lengths = [
        format!("{length}, {length}"),
        format!("{length},{length}"),
        format!("{length} {length}"),
        format!("+{length}"),
        format!("-{length}"),
        format!("0x{length:x}"),
        format!("{length}.0"),
        format!("{length}a"),
        format!("{length} \u{b}"),
        format!("\u{b}{length}"),
        format!("{length};"),
        format!("\"{length}\""),
        format!("{length}e0"),
        "99999999999999999999".to_owned(),
        "18446744073709551616".to_owned(),
        "340282366920938463463374607431768211456".to_owned(),
        String::new(),
        "NaN".to_owned(),
        "\u{661}".to_owned(),
    ];
    let pairs =
        [(length, length), (length, 0), (0, length), (length, length + 1), (length + 1, length), (0, 1)];
    let heads = [
        "content-length",
        ": x",
        "x\0y: z",
        "x: y\0z",
        "x: y\rz",
        "x y: z",
        "x\ty: z",
        "(x): y",
        "x@: y",
        "x[: y",
        "{x}: y",
        "x\u{7f}: y",
        "\u{e4}: y",
        "x: y\u{1}",
        "x: y\u{7f}",
        "\"x\": y",
        "x,y: z",
        "x;y: z",
        "x=y: z",
        "x/y: z",
    ];
    let plain = format!("content-length: {length}");
    let mut all: Vec<String> = Vec::new();
    all.extend(encodings.iter().map(|value| format!("transfer-encoding: {value}\r\n")));
    all.extend(encodings.iter().map(|value| format!("transfer-encoding: {value}\r\n{plain}\r\n")));
    for value in beside {
        all.push(format!("transfer-encoding:{value}\r\n{plain}\r\n"));
        all.push(format!("{plain}\r\ntransfer-encoding: {value}\r\n"));
    }
    for (first, second) in
        [("chunked", "chunked"), ("chunked", "identity"), ("identity", "chunked"), ("gzip", "chunked")]
    {
        all.push(format!("transfer-encoding: {first}\r\ntransfer-encoding: {second}\r\n"));
        all.push(format!("transfer-encoding: {first}\r\nx: y\r\nTransfer-Encoding: {second}\r\n"));
    }
    all.extend(lengths.iter().map(|value| format!("content-length: {value}\r\n")));
    for (first, second) in pairs {
        all.push(format!("content-length: {first}\r\ncontent-length: {second}\r\n"));
        all.push(format!("content-length: {first}\r\nx: y\r\nContent-Length: {second}\r\n"));
    }
    // Space where none may be, and lines that go on.
    for name in ["content-length", "transfer-encoding", "host", "x"] {
        for (before, after) in [("", " "), ("", "\t"), (" ", ""), ("\t", "")] {
            all.push(format!("{plain}\r\n{before}{name}{after}: {length}\r\n"));
        }
        all.push(format!("{name}: 1\r\n  and more\r\n{plain}\r\n"));
    }
    all.extend(heads.iter().map(|line| format!("{plain}\r\n{line}\r\n")));
    all
}
