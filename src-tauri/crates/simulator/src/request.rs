//! One request as the simulator sees it: which endpoint, whose credentials, what body.
//!
//! Reads paths and headers; whether they are acceptable is decided by the endpoints.

use hyper::{
    Method,
    body::Bytes,
    header::{self, HeaderMap},
    http::request::Parts,
};
use serde_json::Value;
use url::form_urlencoded;

use crate::calls::CallKind;

/// A request, taken apart.
#[derive(Debug)]
pub(crate) struct Request {
    pub kind: CallKind,
    /// What the path names: a model, an operation.
    pub subject: Option<String>,
    pub query: Vec<(String, String)>,
    pub bearer: Option<String>,
    pub api_key: Option<String>,
    pub user_agent: Option<String>,
    pub user_project: bool,
    /// Path and query as sent.
    pub path: String,
    pub body: Bytes,
    /// The body as JSON, where it is some.
    pub json: Option<Value>,
}

impl Request {
    pub(crate) fn new(head: &Parts, body: Bytes) -> Self {
        let (kind, subject) = route(&head.method, head.uri.path());
        let text = |name: &str| header_text(&head.headers, name);
        let bearer = text("authorization").and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
        let json = if body.is_empty() { None } else { serde_json::from_slice(&body).ok() };
        Self {
            kind,
            subject,
            query: pairs(head.uri.query().unwrap_or_default().as_bytes()),
            bearer,
            api_key: text("x-goog-api-key"),
            user_agent: text(header::USER_AGENT.as_str()),
            user_project: head.headers.contains_key("x-goog-user-project"),
            path: head.uri.path_and_query().map_or_else(String::new, ToString::to_string),
            json,
            body,
        }
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    /// The body as a form.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        pairs(&self.body)
    }

    /// A text field of the JSON body.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.json.as_ref()?.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// The model asked for: in the path, in the envelope, or inside the request of a token count.
    pub(crate) fn model(&self) -> Option<&str> {
        let named = match self.kind {
            CallKind::KeyGenerate | CallKind::KeyStream | CallKind::KeyCount => self.subject.as_deref(),
            CallKind::CountTokens => self.json.as_ref()?.get("request")?.get("model")?.as_str(),
            CallKind::Authorize
            | CallKind::Token
            | CallKind::Revoke
            | CallKind::UserInfo
            | CallKind::LoadCodeAssist
            | CallKind::OnboardUser
            | CallKind::Operation
            | CallKind::FetchAvailableModels
            | CallKind::RetrieveUserQuotaSummary
            | CallKind::RetrieveUserQuota
            | CallKind::Generate
            | CallKind::StreamGenerate
            | CallKind::KeyModels
            | CallKind::Unknown => self.text("model"),
        }?;
        Some(named.strip_prefix("models/").unwrap_or(named))
    }

    /// The project named by the body.
    pub(crate) fn project(&self) -> Option<&str> {
        self.text("project").or_else(|| self.text("cloudaicompanionProject"))
    }

    /// The kinds of paid credits the body allows.
    pub(crate) fn credits(&self) -> Vec<String> {
        let asked = ["enabledCreditTypes", "enabled_credit_types"];
        let body = self.json.as_ref();
        let lists = asked.iter().filter_map(|name| body?.get(name)?.as_array());
        lists.flatten().filter_map(|kind| kind.as_str().map(str::to_owned)).collect()
    }
}

/// The value of a pair.
pub(crate) fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

fn header_text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Which endpoint a path is (`upstream-api` §1.2, §2.1, §13).
fn route(method: &Method, path: &str) -> (CallKind, Option<String>) {
    let (get, post) = (method == Method::GET, method == Method::POST);
    if let Some(name) = path.strip_prefix("/v1internal:") {
        let kind = match name {
            "loadCodeAssist" => CallKind::LoadCodeAssist,
            "onboardUser" => CallKind::OnboardUser,
            "fetchAvailableModels" => CallKind::FetchAvailableModels,
            "retrieveUserQuotaSummary" => CallKind::RetrieveUserQuotaSummary,
            "retrieveUserQuota" => CallKind::RetrieveUserQuota,
            "generateContent" => CallKind::Generate,
            "streamGenerateContent" => CallKind::StreamGenerate,
            "countTokens" => CallKind::CountTokens,
            _ => CallKind::Unknown,
        };
        return if post { (kind, None) } else { (CallKind::Unknown, None) };
    }
    if let Some(operation) = path.strip_prefix("/v1internal/") {
        return if get {
            (CallKind::Operation, Some(operation.to_owned()))
        } else {
            (CallKind::Unknown, None)
        };
    }
    if let Some(rest) = path.strip_prefix("/v1beta/models") {
        return studio_route(get, post, rest);
    }
    let kind = match path {
        "/authorize" | "/o/oauth2/v2/auth" if get => CallKind::Authorize,
        "/token" if post => CallKind::Token,
        "/revoke" if post => CallKind::Revoke,
        "/userinfo" | "/oauth2/v2/userinfo" if get => CallKind::UserInfo,
        _ => CallKind::Unknown,
    };
    (kind, None)
}

fn studio_route(get: bool, post: bool, rest: &str) -> (CallKind, Option<String>) {
    let Some(named) = rest.strip_prefix('/') else {
        return if get && rest.is_empty() { (CallKind::KeyModels, None) } else { (CallKind::Unknown, None) };
    };
    match named.split_once(':') {
        None if get => (CallKind::KeyModels, Some(named.to_owned())),
        Some((model, method)) if post => {
            let kind = match method {
                "generateContent" => CallKind::KeyGenerate,
                "streamGenerateContent" => CallKind::KeyStream,
                "countTokens" => CallKind::KeyCount,
                _ => CallKind::Unknown,
            };
            (kind, Some(model.to_owned()))
        }
        None | Some(_) => (CallKind::Unknown, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: &Method, path: &str, kind: CallKind, subject: Option<&str>) {
        assert_eq!(route(method, path), (kind, subject.map(str::to_owned)), "{method} {path}");
    }

    #[test]
    fn paths_lead_to_their_endpoints() {
        let (get, post) = (&Method::GET, &Method::POST);
        check(get, "/authorize", CallKind::Authorize, None);
        check(post, "/token", CallKind::Token, None);
        check(get, "/oauth2/v2/userinfo", CallKind::UserInfo, None);
        check(post, "/v1internal:loadCodeAssist", CallKind::LoadCodeAssist, None);
        check(
            get,
            "/v1internal/operations/FAKE.op.0001",
            CallKind::Operation,
            Some("operations/FAKE.op.0001"),
        );
        check(post, "/v1internal:streamGenerateContent", CallKind::StreamGenerate, None);
        check(get, "/v1beta/models", CallKind::KeyModels, None);
        check(get, "/v1beta/models/gemini-2.5-pro", CallKind::KeyModels, Some("gemini-2.5-pro"));
        check(post, "/v1beta/models/gemini-2.5-pro:countTokens", CallKind::KeyCount, Some("gemini-2.5-pro"));
    }

    #[test]
    fn anything_else_is_unknown() {
        for (method, path) in [
            (Method::GET, "/v1internal:loadCodeAssist"),
            (Method::POST, "/v1internal:recordSomething"),
            (Method::GET, "/token"),
            (Method::POST, "/v1beta/models"),
            (Method::GET, "/v1beta/modelsX"),
            (Method::GET, "/"),
        ] {
            assert_eq!(route(&method, path).0, CallKind::Unknown, "{method} {path}");
        }
    }
}
