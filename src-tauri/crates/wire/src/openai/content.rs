//! Content parts as OpenAI's two dialects have them, and what becomes of them.

use crate::bad_request::{BadRequest, Problem};
use crate::convert::{Blob, Data, Draft, Outcome, Part, Response, Said, Text, Who, data_url, object};
use serde::Deserialize;
use std::borrow::Cow;

/// A part of a message; which fields it has depends on its type.
#[derive(Deserialize)]
pub(super) struct ContentPart<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
    #[serde(borrow)]
    refusal: Option<Text<'a>>,
    #[serde(borrow)]
    image_url: Option<ImageUrl<'a>>,
    #[serde(borrow)]
    input_audio: Option<Audio<'a>>,
    #[serde(borrow)]
    file: Option<File<'a>>,
    #[serde(borrow)]
    file_data: Option<Text<'a>>,
    #[serde(borrow)]
    file_id: Option<Text<'a>>,
    #[serde(borrow)]
    file_url: Option<Text<'a>>,
}

/// An address, alone (responses) or in an object (chat).
#[derive(Deserialize)]
#[serde(untagged)]
enum ImageUrl<'a> {
    #[serde(borrow)]
    Alone(Text<'a>),
    Object {
        #[serde(borrow)]
        url: Text<'a>,
    },
}

#[derive(Deserialize)]
struct Audio<'a> {
    #[serde(borrow)]
    data: Text<'a>,
    #[serde(borrow)]
    format: Text<'a>,
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    file_data: Option<Text<'a>>,
    #[serde(borrow)]
    file_id: Option<Text<'a>>,
}

/// What a message says, as parts of the upstream.
pub(super) fn parts<'a>(
    content: Option<Said<'a, ContentPart<'a>>>,
    param: &str,
) -> Result<Vec<Data<'a>>, BadRequest> {
    match content {
        None => Ok(vec![]),
        Some(Said::Text(text)) => Ok(vec![Data::Text(text.0)]),
        Some(Said::Parts(list)) => {
            let read = |(i, part): (usize, ContentPart<'a>)| part.read(&format!("{param}[{i}]"));
            list.into_iter().enumerate().filter_map(|part| read(part).transpose()).collect()
        }
    }
}

/// Adds what a message says to a draft.
pub(super) fn say<'a>(
    draft: &mut Draft<'a>,
    who: Who,
    content: Option<Said<'a, ContentPart<'a>>>,
    param: &str,
) -> Result<(), BadRequest> {
    for data in parts(content, param)? {
        draft.say(who, Part::of(data));
    }
    Ok(())
}

/// Adds the texts of a system message to a draft; it can hold nothing else.
pub(super) fn instruct<'a>(
    draft: &mut Draft<'a>,
    content: Option<Said<'a, ContentPart<'a>>>,
    param: &str,
) -> Result<(), BadRequest> {
    for data in parts(content, param)? {
        match data {
            Data::Text(text) => draft.instruct(text),
            Data::Thought(_) | Data::Blob(_) | Data::Call(_) | Data::Outcome(_) => {
                return Err(BadRequest::invalid(param, Problem::TextOnly));
            }
        }
    }
    Ok(())
}

/// What came of a call: a JSON object as it is, anything else as a text.
pub(super) fn outcome<'a>(
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    content: Option<Said<'a, ContentPart<'a>>>,
    param: &str,
) -> Result<Part<'a>, BadRequest> {
    let (mut text, mut blobs): (Option<Cow<'a, str>>, Vec<Blob<'a>>) = (None, vec![]);
    for data in parts(content, param)? {
        match data {
            Data::Text(more) => {
                text = Some(match text {
                    Some(text) => text + "\n" + more,
                    None => more,
                });
            }
            Data::Blob(blob) => blobs.push(blob),
            Data::Thought(_) | Data::Call(_) | Data::Outcome(_) => {}
        }
    }
    let response = match object(text.unwrap_or_default()) {
        Ok(object) => Response::Object(object),
        Err(text) => Response::Result(text),
    };
    let (id, name) = (id.map(|id| id.0).filter(|id| !id.is_empty()), name.map(|name| name.0));
    Ok(Part::of(Data::Outcome(Outcome { id, name, response, blobs })))
}

/// The arguments of a call, which are JSON in a text: none are an empty object, unreadable ones are passed on as
/// they are in a field of their own.
pub(super) fn arguments(text: Option<Text<'_>>) -> Cow<'_, serde_json::value::RawValue> {
    let text = text.unwrap_or_default().0;
    let text = if text.trim().is_empty() { Cow::Borrowed("{}") } else { text };
    object(text).unwrap_or_else(|text| one_field("_raw", &text))
}

/// Arguments of one text field.
pub(super) fn one_field<'a>(name: &str, text: &str) -> Cow<'a, serde_json::value::RawValue> {
    let json = serde_json::json!({ name: text });
    match serde_json::value::to_raw_value(&json) {
        Ok(raw) => Cow::Owned(raw),
        Err(_) => Cow::Borrowed(serde_json::value::RawValue::NULL),
    }
}

impl<'a> ContentPart<'a> {
    fn read(self, param: &str) -> Result<Option<Data<'a>>, BadRequest> {
        let at = |field: &str| format!("{param}.{field}");
        match self.kind.as_deref() {
            Some("text" | "input_text" | "output_text") | None => {
                let text = self.text.ok_or_else(|| BadRequest::missing(at("text")))?;
                Ok(Some(Data::Text(text.0)))
            }
            Some("refusal") => Ok(self.refusal.or(self.text).map(|text| Data::Text(text.0))),
            Some("image_url" | "input_image") => {
                if self.file_id.is_some() {
                    return Err(BadRequest::KeptFile { param: at("file_id") });
                }
                let url = self.image_url.ok_or_else(|| BadRequest::missing(at("image_url")))?;
                let (ImageUrl::Alone(url) | ImageUrl::Object { url }) = url;
                data_url(url.0, &at("image_url")).map(|blob| Some(Data::Blob(blob)))
            }
            Some("input_audio") => {
                let audio = self.input_audio.ok_or_else(|| BadRequest::missing(at("input_audio")))?;
                let mime = match &*audio.format {
                    "mp3" => Cow::Borrowed("audio/mpeg"),
                    "wav" => Cow::Borrowed("audio/wav"),
                    format if !format.is_empty() && format.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                        Cow::Owned(format!("audio/{format}"))
                    }
                    _ => return Err(BadRequest::invalid(at("input_audio.format"), Problem::NoFormat)),
                };
                Ok(Some(Data::Blob(Blob { mime, data: audio.data.0 })))
            }
            Some("file" | "input_file") => {
                let (inner_data, inner_id) =
                    self.file.map_or((None, None), |file| (file.file_data, file.file_id));
                if self.file_url.is_some() {
                    return Err(BadRequest::Address { param: at("file_url") });
                }
                match (self.file_data.or(inner_data), self.file_id.or(inner_id)) {
                    (Some(data), _) => data_url(data.0, &at("file_data")).map(|blob| Some(Data::Blob(blob))),
                    (None, Some(_)) => Err(BadRequest::KeptFile { param: at("file_id") }),
                    (None, None) => Err(BadRequest::missing(at("file_data"))),
                }
            }
            Some(other) => Err(BadRequest::invalid(at("type"), Problem::PartOf(cut(other).to_owned()))),
        }
    }
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(40)]
}
