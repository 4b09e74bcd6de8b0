//! From a path to what is asked there. Pure.

use hyper::header::HeaderMap;
use hyper::{Method, Uri};
use wire::dialect::{Delivery, Endpoint};
use wire::refusal::Dialect;

/// What is at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// Whether anybody answers.
    Health,
    /// A request to a model.
    Call(Call),
    /// Every model.
    Models,
    /// One model.
    Model(String),
    /// Nothing.
    Nothing,
}

/// A request to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Call {
    ChatCompletions,
    Completions,
    Responses,
    Images,
    Messages,
    CountMessages,
    Generate { model: String, delivery: Delivery },
    CountContents { model: String },
}

impl Call {
    pub(super) fn endpoint(&self) -> Endpoint<'_> {
        match self {
            Self::ChatCompletions => Endpoint::ChatCompletions,
            Self::Completions => Endpoint::Completions,
            Self::Responses => Endpoint::Responses,
            Self::Images => Endpoint::Images,
            Self::Messages => Endpoint::Messages,
            Self::CountMessages => Endpoint::CountMessages,
            Self::Generate { model, delivery } => Endpoint::Generate { model, delivery: *delivery },
            Self::CountContents { model } => Endpoint::CountContents { model },
        }
    }

    /// The path without a model's name, for the record.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::ChatCompletions => "/v1/chat/completions",
            Self::Completions => "/v1/completions",
            Self::Responses => "/v1/responses",
            Self::Images => "/v1/images/generations",
            Self::Messages => "/v1/messages",
            Self::CountMessages => "/v1/messages/count_tokens",
            Self::Generate { delivery: Delivery::Whole, .. } => "/v1beta/models:generateContent",
            Self::Generate { .. } => "/v1beta/models:streamGenerateContent",
            Self::CountContents { .. } => "/v1beta/models:countTokens",
        }
    }
}

/// What is at an address, and in which dialect it is spoken there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) route: Route,
    pub(super) dialect: Dialect,
    /// The key may stand in the query.
    pub(super) takes_query_key: bool,
}

impl Found {
    /// Whether the address answers to a method.
    pub(super) fn takes(&self, method: &Method) -> bool {
        match self.route {
            Route::Call(_) => method == Method::POST,
            Route::Health | Route::Models | Route::Model(_) => matches!(*method, Method::GET | Method::HEAD),
            Route::Nothing => true,
        }
    }
}

/// Finds what is at an address.
pub(super) fn find(uri: &Uri, headers: &HeaderMap) -> Found {
    let path = uri.path();
    let plain = match path {
        "/healthz" => Some(Route::Health),
        "/v1/chat/completions" => Some(Route::Call(Call::ChatCompletions)),
        "/v1/completions" => Some(Route::Call(Call::Completions)),
        "/v1/responses" => Some(Route::Call(Call::Responses)),
        "/v1/images/generations" => Some(Route::Call(Call::Images)),
        "/v1/messages" => Some(Route::Call(Call::Messages)),
        "/v1/messages/count_tokens" => Some(Route::Call(Call::CountMessages)),
        _ => None,
    };
    if let Some(route) = plain {
        let dialect = match &route {
            Route::Call(call) => call.endpoint().dialect(),
            Route::Health | Route::Models | Route::Model(_) | Route::Nothing => Dialect::OpenAi,
        };
        return Found { route, dialect, takes_query_key: false };
    }
    let beta = path.strip_prefix("/v1beta/");
    let models = beta.or_else(|| path.strip_prefix("/v1/")).and_then(|rest| rest.strip_prefix("models"));
    let Some(rest) = models.filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
        let dialect = match (beta, path.starts_with("/v1/messages")) {
            (Some(_), _) => Dialect::Gemini,
            (None, true) => Dialect::Anthropic,
            (None, false) => Dialect::OpenAi,
        };
        return Found { route: Route::Nothing, dialect, takes_query_key: beta.is_some() };
    };
    let id = decoded(rest.trim_start_matches('/'));
    if let Some((model, method)) = id.as_deref().and_then(|id| id.rsplit_once(':'))
        && let Some(call) = native(model, method, uri.query())
    {
        return Found { route: Route::Call(call), dialect: Dialect::Gemini, takes_query_key: true };
    }
    let route = match id {
        Some(id) if id.is_empty() => Route::Models,
        Some(id) => Route::Model(id),
        None => Route::Nothing,
    };
    let has_key = || query(uri.query(), "key").is_some();
    let dialect = if beta.is_some() {
        Dialect::Gemini
    } else if headers.contains_key("anthropic-version") {
        Dialect::Anthropic
    } else if headers.contains_key("x-goog-api-key") || has_key() {
        Dialect::Gemini
    } else {
        Dialect::OpenAi
    };
    Found { route, dialect, takes_query_key: dialect == Dialect::Gemini }
}

fn native(model: &str, method: &str, asked: Option<&str>) -> Option<Call> {
    let model = model.to_owned();
    match method {
        "generateContent" => Some(Call::Generate { model, delivery: Delivery::Whole }),
        "streamGenerateContent" => {
            let sse = query(asked, "alt").is_some_and(|alt| alt == "sse");
            let delivery = if sse { Delivery::Sse } else { Delivery::List };
            Some(Call::Generate { model, delivery })
        }
        "countTokens" => Some(Call::CountContents { model }),
        _ => None,
    }
}

/// The value of a name in a query.
pub(super) fn query(query: Option<&str>, name: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(query?.as_bytes());
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// A piece of a path without its escapes; `None` where they are no text.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok().filter(|text| !text.chars().any(char::is_control))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_has_its_route_and_dialect() {
        let generate = |model: &str, delivery| Route::Call(Call::Generate { model: model.into(), delivery });
        for (path, route, dialect) in [
            ("/healthz", Route::Health, Dialect::OpenAi),
            ("/v1/chat/completions", Route::Call(Call::ChatCompletions), Dialect::OpenAi),
            ("/v1/messages", Route::Call(Call::Messages), Dialect::Anthropic),
            ("/v1/messages/count_tokens?beta=true", Route::Call(Call::CountMessages), Dialect::Anthropic),
            ("/v1beta/models/g-3:generateContent", generate("g-3", Delivery::Whole), Dialect::Gemini),
            ("/v1/models/g-3:generateContent?key=x", generate("g-3", Delivery::Whole), Dialect::Gemini),
            (
                "/v1beta/models/g-3:streamGenerateContent?alt=sse",
                generate("g-3", Delivery::Sse),
                Dialect::Gemini,
            ),
            ("/v1beta/models/g-3:streamGenerateContent", generate("g-3", Delivery::List), Dialect::Gemini),
            ("/v1beta/models/g%2D3%3AgenerateContent", generate("g-3", Delivery::Whole), Dialect::Gemini),
            (
                "/v1beta/models/g:countTokens",
                Route::Call(Call::CountContents { model: "g".into() }),
                Dialect::Gemini,
            ),
            ("/v1/models", Route::Models, Dialect::OpenAi),
            ("/v1/models?key=x", Route::Models, Dialect::Gemini),
            ("/v1beta/models", Route::Models, Dialect::Gemini),
            ("/v1/models/g-3", Route::Model("g-3".into()), Dialect::OpenAi),
            ("/v1beta/models/g-3:embedContent", Route::Model("g-3:embedContent".into()), Dialect::Gemini),
            ("/v1/modelsx", Route::Nothing, Dialect::OpenAi),
            ("/v1/messages/batches", Route::Nothing, Dialect::Anthropic),
            ("/v1beta/files", Route::Nothing, Dialect::Gemini),
            ("/v1/models/%", Route::Nothing, Dialect::OpenAi),
            ("/", Route::Nothing, Dialect::OpenAi),
            ("/internal/warmup", Route::Nothing, Dialect::OpenAi),
        ] {
            let found = find(&path.parse().unwrap(), &HeaderMap::new());
            assert_eq!((found.route, found.dialect), (route, dialect), "{path}");
        }
    }

    #[test]
    fn the_list_of_models_follows_the_clients_headers() {
        let dialect = |name: &'static str| {
            let headers = [(name, "x")].map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap()));
            find(&"/v1/models".parse().unwrap(), &headers.into_iter().collect()).dialect
        };
        assert_eq!(dialect("anthropic-version"), Dialect::Anthropic);
        assert_eq!(dialect("x-goog-api-key"), Dialect::Gemini);
        assert_eq!(dialect("authorization"), Dialect::OpenAi);
    }

    #[test]
    fn a_key_in_the_query_is_taken_on_googles_paths_alone() {
        let takes = |path: &str| find(&path.parse().unwrap(), &HeaderMap::new()).takes_query_key;
        assert!(takes("/v1beta/models/g:generateContent?key=x") && takes("/v1/models?key=x"));
        assert!(
            !takes("/v1/chat/completions?key=x") && !takes("/v1/messages?key=x") && !takes("/healthz?key=x")
        );
    }
}
