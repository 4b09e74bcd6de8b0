//! The body of an error answer, in every form it comes in.
//!
//! An object, a list with one object, the same as a text inside `error.message` (the Claude route), the Claude
//! route's own form at the top, the flat form of the token endpoint, a web page, or nothing.

use crate::duration::duration_of;
use crate::{field, json};
use jiff::SignedDuration;
use serde_json::{Map, Value};

/// The most details of one error that are looked at; the service sends up to four.
const MOST_DETAILS: usize = 32;

/// What an error body said.
#[derive(Default)]
pub(super) struct Body {
    /// The status inside the body; stands for the HTTP status in the middle of a stream.
    pub code: Option<u16>,
    /// The service's word for the status, e.g. `RESOURCE_EXHAUSTED`.
    pub status: Option<String>,
    /// The words for people.
    pub message: Option<String>,
    /// The Claude route's kind of error, e.g. `overloaded_error`.
    pub kind: Option<String>,
    /// The reasons with what they carry, in the service's order.
    pub infos: Vec<Info>,
    /// `RetryInfo.retryDelay`.
    pub retry_delay: Option<SignedDuration>,
    /// Exceeded quotas.
    pub violations: Vec<Violation>,
    /// Links with their titles, unchecked.
    pub links: Vec<(String, String)>,
}

/// One `ErrorInfo`.
pub(super) struct Info {
    /// The machine word.
    pub reason: String,
    metadata: Map<String, Value>,
}

/// One exceeded quota.
pub(super) struct Violation {
    /// Its id.
    pub id: String,
    /// Its size.
    pub value: Option<u64>,
    /// The model it counts.
    pub model: Option<String>,
}

impl Info {
    /// A text of the metadata.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.metadata.get(key)?.as_str()
    }
}

impl Body {
    /// Reads what can be read.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let Ok(document) = json::document(bytes) else { return Self::default() };
        let root = match &document {
            Value::Array(list) => list.first().unwrap_or(&Value::Null),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                &document
            }
        };
        let mut body = Self::default();
        match root.get("error") {
            Some(Value::Object(error)) => body.take(error),
            Some(Value::String(word)) => {
                let description = root.get("error_description").and_then(Value::as_str);
                body.message = Some(description.map_or_else(|| word.clone(), |d| format!("{word}: {d}")));
            }
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) | None => {}
        }
        body
    }

    /// Every reason.
    pub(super) fn reasons(&self) -> impl Iterator<Item = &str> {
        self.infos.iter().map(|info| info.reason.as_str())
    }

    /// The first text the metadata has under one of the names, the names in order.
    pub(super) fn metadata(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.infos.iter().find_map(|info| info.get(name)))
    }

    fn take(&mut self, error: &Map<String, Value>) {
        let text = |key: &str| error.get(key).and_then(Value::as_str).map(str::to_owned);
        self.code = error.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
        self.status = text("status");
        self.kind = text("type");
        self.message = text("message");
        let details = error.get("details").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for detail in details.iter().take(MOST_DETAILS).filter_map(Value::as_object) {
            self.take_detail(detail);
        }
        if let Some((kind, message)) = self.message.as_deref().and_then(nested) {
            self.kind = kind.or_else(|| self.kind.take());
            self.message = Some(message);
        }
    }

    /// Details are told apart by the end of their type; their order varies.
    fn take_detail(&mut self, detail: &Map<String, Value>) {
        let kind = detail.get("@type").and_then(Value::as_str).unwrap_or_default();
        let kind = kind.rsplit(['.', '/']).next().unwrap_or_default();
        let text = |key: &str| detail.get(key).and_then(Value::as_str);
        let list = |key: &str| {
            let entries = detail.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            entries.iter().take(MOST_DETAILS).filter_map(Value::as_object)
        };
        match kind {
            "ErrorInfo" => self.infos.push(Info {
                reason: text("reason").and_then(field::id).unwrap_or_default().to_owned(),
                metadata: detail.get("metadata").and_then(Value::as_object).cloned().unwrap_or_default(),
            }),
            "RetryInfo" => {
                self.retry_delay = self.retry_delay.or_else(|| duration_of(detail.get("retryDelay")?))
            }
            "QuotaFailure" => self.violations.extend(list("violations").filter_map(violation)),
            "Help" => self.links.extend(list("links").filter_map(|link| {
                let title = link.get("description").and_then(Value::as_str).unwrap_or_default();
                Some((title.to_owned(), link.get("url")?.as_str()?.to_owned()))
            })),
            "LocalizedMessage" if self.message.is_none() => self.message = text("message").map(str::to_owned),
            _ => {}
        }
    }
}

fn violation(fields: &Map<String, Value>) -> Option<Violation> {
    let model = fields.get("quotaDimensions").and_then(|d| d.get("model")?.as_str());
    Some(Violation {
        id: field::id(fields.get("quotaId")?.as_str()?)?.to_owned(),
        value: fields.get("quotaValue").and_then(|v| v.as_u64().or_else(|| v.as_str()?.parse().ok())),
        model: model.and_then(field::id).map(str::to_owned),
    })
}

/// The Claude route's error, written as a text into the message: its kind and its words.
fn nested(message: &str) -> Option<(Option<String>, String)> {
    if !message.starts_with('{') {
        return None;
    }
    let inner = json::document(message.as_bytes()).ok()?;
    let error = inner.get("error")?;
    let kind = error.get("type").and_then(Value::as_str).map(str::to_owned);
    Some((kind, error.get("message")?.as_str()?.to_owned()))
}
