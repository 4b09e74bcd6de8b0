//! `POST /v1/images/generations`.

use crate::answer::{End, Identity, Step, Usage, Writer, put};
use crate::bad_request::{self, BadRequest, Problem, Unoffered};
use crate::convert::{Draft, ImageWish, Part, Text, Who, Whole as Count};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The shapes the upstream makes: width, height and name.
const SHAPES: [(u32, u32, &str); 8] = [
    (1, 1, "1:1"),
    (16, 9, "16:9"),
    (9, 16, "9:16"),
    (4, 3, "4:3"),
    (3, 4, "3:4"),
    (3, 2, "3:2"),
    (2, 3, "2:3"),
    (21, 9, "21:9"),
];

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    model: Option<Text<'a>>,
    #[serde(borrow)]
    prompt: Option<Text<'a>>,
    n: Option<Count>,
    #[serde(borrow)]
    size: Option<Text<'a>>,
    #[serde(borrow)]
    response_format: Option<Text<'a>>,
    stream: Option<bool>,
}

/// Reads a request; also returns whether the client wants addresses.
pub(crate) fn read(body: &[u8]) -> Result<(Draft<'_>, bool), BadRequest> {
    let request: Request<'_> = bad_request::read(body)?;
    if request.stream == Some(true) {
        return Err(BadRequest::NotOffered { param: "stream".to_owned(), what: Unoffered::PictureInPieces });
    }
    if request.n.is_some_and(|Count(n)| n != 1) {
        return Err(BadRequest::NotOffered { param: "n".to_owned(), what: Unoffered::Pictures });
    }
    let prompt = request.prompt.filter(|prompt| !prompt.is_empty());
    let mut draft = Draft {
        model: request.model.ok_or_else(|| BadRequest::missing("model"))?.0,
        image: Some(wish(request.size.as_deref())?),
        ..Draft::default()
    };
    draft.say(Who::User, Part::text(prompt.ok_or_else(|| BadRequest::missing("prompt"))?.0));
    Ok((draft, request.response_format.as_deref() == Some("url")))
}

/// The shape nearest to a size, and its resolution by the longer side.
fn wish<'a>(size: Option<&str>) -> Result<ImageWish<'a>, BadRequest> {
    let made = |shape, resolution| ImageWish {
        aspect_ratio: Some(Cow::Borrowed(shape)),
        image_size: Some(Cow::Borrowed(resolution)),
    };
    let Some(size) = size.filter(|size| *size != "auto") else { return Ok(made("1:1", "1K")) };
    let side = |text: &str| text.parse::<u32>().ok().filter(|side| (64..=8_192).contains(side));
    let sides = size.split_once('x').and_then(|(width, height)| Some((side(width)?, side(height)?)));
    let Some((width, height)) = sides else {
        return Err(BadRequest::invalid("size", Problem::NoSize));
    };
    let wanted = (f64::from(width) / f64::from(height)).ln();
    let distance = |(w, h, _): &(u32, u32, &str)| ((f64::from(*w) / f64::from(*h)).ln() - wanted).abs();
    let nearest = SHAPES.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
    let resolution = match width.max(height) {
        0..=1_792 => "1K",
        1_793..=2_560 => "2K",
        _ => "4K",
    };
    Ok(made(nearest.map_or("1:1", |(_, _, name)| *name), resolution))
}

/// The images of an answer.
pub(crate) struct Whole {
    identity: Identity,
    /// As `data:` URLs.
    as_url: bool,
    images: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Images<'i> {
    created: i64,
    data: Vec<Image<'i>>,
    usage: ImageUsage,
}

#[derive(Serialize)]
struct Image<'i> {
    #[serde(skip_serializing_if = "Option::is_none")]
    b64_json: Option<&'i str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct ImageUsage {
    total_tokens: u64,
    input_tokens: u64,
    output_tokens: u64,
}

impl Whole {
    pub fn new(identity: &Identity, as_url: bool) -> Self {
        Self { identity: identity.clone(), as_url, images: vec![] }
    }
}

impl Writer for Whole {
    fn begin(&mut self, _: Usage, _: &mut Vec<u8>) {}

    fn step(&mut self, _: usize, step: Step<'_>, _: &mut Vec<u8>) {
        match step {
            Step::Image { mime, data } => self.images.push((mime.to_owned(), data.to_owned())),
            // What a model says beside its image has no place here.
            Step::Thought(_) | Step::Signature(_) | Step::Text(_) | Step::Call(_) => {}
        }
    }

    fn end(&mut self, end: &End<'_>, out: &mut Vec<u8>) {
        let data = self.images.iter().map(|(mime, data)| Image {
            b64_json: (!self.as_url).then_some(data.as_str()),
            url: self.as_url.then(|| format!("data:{mime};base64,{data}")),
        });
        let (input, output) = (end.usage.input(), end.usage.output());
        let usage = ImageUsage {
            total_tokens: input.saturating_add(output),
            input_tokens: input,
            output_tokens: output,
        };
        put(out, &Images { created: self.identity.created.as_second(), data: data.collect(), usage });
    }

    fn fail(&mut self, _: &Refusal<'_>, _: &mut Vec<u8>) {}

    fn streams(&self) -> bool {
        false
    }

    fn wants_image(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_becomes_the_nearest_shape() {
        for (size, shape, resolution) in [
            (None, "1:1", "1K"),
            (Some("auto"), "1:1", "1K"),
            (Some("1024x1024"), "1:1", "1K"),
            (Some("1792x1024"), "16:9", "1K"),
            (Some("1024x1536"), "2:3", "1K"),
            (Some("2048x2000"), "1:1", "2K"),
            (Some("4096x1700"), "21:9", "4K"),
        ] {
            let wish = wish(size).unwrap();
            assert_eq!(
                (wish.aspect_ratio.as_deref(), wish.image_size.as_deref()),
                (Some(shape), Some(resolution))
            );
        }
        for size in ["", "x", "1024", "0x0", "1024x1024x1024", "1e3x1e3"] {
            assert!(wish(Some(size)).is_err(), "{size}");
        }
    }
}
