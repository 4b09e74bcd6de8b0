//! `data:` URLs: the only addresses whose content is taken from a client.

use super::Blob;
use crate::bad_request::BadRequest;
use std::borrow::Cow;

/// Reads a data URL. Other addresses are refused: nothing a client names is fetched, and nothing is put where the
/// upstream would fetch it.
pub(crate) fn data_url<'a>(url: Cow<'a, str>, param: &str) -> Result<Blob<'a>, BadRequest> {
    if !url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:")) {
        return Err(BadRequest::Address { param: param.to_owned() });
    }
    let broken = || BadRequest::DataUrl { param: param.to_owned() };
    let (head, _) = url.split_once(',').ok_or_else(broken)?;
    let mut words = head[5..].split(';');
    let mime = words.next().filter(|mime| is_media_type(mime)).ok_or_else(broken)?.to_owned();
    if !words.any(|word| word.trim().eq_ignore_ascii_case("base64")) {
        return Err(broken());
    }
    let start = head.len() + 1;
    let data = match url {
        Cow::Borrowed(url) => Cow::Borrowed(&url[start..]),
        Cow::Owned(mut url) => Cow::Owned(url.split_off(start)),
    };
    Ok(Blob { mime: Cow::Owned(mime), data })
}

/// Whether a text is a media type such as `image/png`.
pub(crate) fn is_media_type(text: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    text.len() <= 127 && text.split_once('/').is_some_and(|(kind, form)| word(kind) && word(form))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_url_has_a_type_and_base64() {
        for url in ["data:image/png;base64,AAAA", "DATA:image/png;charset=x;BASE64,AAAA"] {
            for url in [Cow::Borrowed(url), Cow::Owned(url.to_owned())] {
                let blob = data_url(url, "x").unwrap();
                assert_eq!((&*blob.mime, &*blob.data), ("image/png", "AAAA"));
            }
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let address =
            |url: &str| matches!(data_url(Cow::Borrowed(url), "x"), Err(BadRequest::Address { .. }));
        for url in
            ["https://example.com/a.png", "http://127.0.0.1/", "file:///etc/passwd", "gs://b/o", "", "AAAA"]
        {
            assert!(address(url), "{url}");
        }
        let broken = |url: &str| matches!(data_url(Cow::Borrowed(url), "x"), Err(BadRequest::DataUrl { .. }));
        for url in [
            "data:,x",
            "data:image/png,x",
            "data:;base64,x",
            "data:image;base64,x",
            "data:a/b;base64",
            "data:a b/c;base64,",
        ] {
            assert!(broken(url), "{url}");
        }
    }
}
