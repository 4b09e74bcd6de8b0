//! The web UI's files on the control listener: `/` and `/assets/*`, for everybody on this machine.
//!
//! They hold nothing of the user's. Where they come from is the program's: each gives its own [`Assets`].

use super::answer::{self, Answer};
use super::refusal::Refusal;
use hyper::Response;
use hyper::header::{self, HeaderValue};
use std::borrow::Cow;

/// One file of the web UI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// Its media type, e.g. `text/javascript`.
    pub mime: String,
}

/// Where the web UI's files come from.
pub trait Assets: Send + Sync + 'static {
    /// The file at `path`, without a leading slash: `index.html` or `assets/…`.
    fn get(&self, path: &str) -> Option<Asset>;
}

/// A program without a web UI.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAssets;

impl Assets for NoAssets {
    fn get(&self, _path: &str) -> Option<Asset> {
        None
    }
}

const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Headroom</title>\n\
<h1>Headroom is running, without its web page</h1>\n\
<p>This program was built before the page was. In the source folder run <code>npm run build</code>, then build \
the program again with <code>cargo build --release -p cli</code>.</p>\n\
<p>Until then the command line shows everything: <code>headroom quota</code>.</p>\n</html>\n";

/// Whether `path` is one of the open routes, and then the file's name.
pub(super) fn name_of(path: &str) -> Option<&str> {
    if path == "/" {
        return Some("index.html");
    }
    path.starts_with("/assets/").then(|| &path[1..])
}

/// The answer for a file's name from [`name_of`].
pub(super) fn answer(assets: &dyn Assets, name: &str) -> Result<Answer, Refusal> {
    // Names are flat and plain; anything else is somebody's attempt to leave the folder.
    let plain = name.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
    let found = if plain { assets.get(name) } else { None };
    let (asset, cache) = match found {
        Some(asset) if is_hashed(name) => (asset, "public, max-age=31536000, immutable"),
        Some(asset) => (asset, "no-cache"),
        None if name == "index.html" => {
            (Asset { bytes: NOT_BUILT.as_bytes().into(), mime: "text/html".to_owned() }, "no-cache")
        }
        None => return Err(Refusal::NoFile),
    };
    let bytes = match asset.bytes {
        Cow::Borrowed(bytes) => bytes.into(),
        Cow::Owned(bytes) => bytes.into(),
    };
    let mut response = Response::new(answer::whole(bytes));
    let mime = HeaderValue::from_str(&with_charset(&asset.mime));
    let mime = mime.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    response.headers_mut().insert(header::CONTENT_TYPE, mime);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    Ok(response)
}

// `index-C620Ktfz.js`: the build names a file after its content, so this name never means another one.
fn is_hashed(name: &str) -> bool {
    let hash = name.rsplit_once('.').and_then(|(stem, _)| stem.rsplit_once('-')).map(|(_, hash)| hash);
    hash.is_some_and(|hash| {
        hash.len() == 8 && hash.bytes().any(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    })
}

fn with_charset(mime: &str) -> String {
    if mime.starts_with("text/") && !mime.contains("charset") {
        format!("{mime}; charset=utf-8")
    } else {
        mime.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_after_its_content_is_kept_for_good() {
        for (name, hashed) in [
            ("assets/index-C620Ktfz.js", true),
            ("assets/index-DfoayJm_.css", true),
            ("assets/icon.svg", false),
            ("assets/icon-template.svg", false),
            ("assets/icon-darkmode.svg", false),
            ("index.html", false),
        ] {
            assert_eq!(is_hashed(name), hashed, "{name}");
        }
    }
}
