//! What came back from a call, or why nothing did.

use domain::policy::words::Spoken;
use jiff::{SignedDuration, Timestamp};
use std::error::Error;
use std::time::Duration;

/// Answers of control calls are small; the model list, the largest, is about 128 KB.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;
/// From this difference on the clocks disagree.
const SKEW_MATTERS: SignedDuration = SignedDuration::from_secs(30);

/// An answer of the service, whatever its status.
#[derive(Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The service's clock when it answered.
    pub date: Option<Timestamp>,
    /// The `Retry-After` header as it came.
    pub retry_after: Option<String>,
    /// The body.
    pub body: Vec<u8>,
    /// Our clock when the head of the answer came.
    pub received_at: Timestamp,
}

impl Answer {
    /// Reads an answer to its end, up to a limit.
    pub(super) async fn read(
        mut response: reqwest::Response,
        received_at: Timestamp,
    ) -> Result<Self, ReadFailure> {
        let header =
            |name| response.headers().get(name).and_then(|v: &reqwest::header::HeaderValue| v.to_str().ok());
        let date = header("date").and_then(wire::date::http_date);
        let retry_after = header("retry-after").map(str::to_owned);
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(ReadFailure::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self { status, date, retry_after, body, received_at })
    }

    /// Whether the service did what was asked.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The service's clock minus ours, where they differ by more than 30 s; else zero.
    #[must_use]
    pub fn skew(&self) -> SignedDuration {
        let difference = self.date.map_or(SignedDuration::ZERO, |date| self.received_at.duration_until(date));
        if difference.abs() > SKEW_MATTERS { difference } else { SignedDuration::ZERO }
    }

    /// The instants a reading of this answer carries.
    #[must_use]
    pub fn seen(&self) -> wire::upstream::Seen {
        wire::upstream::Seen {
            answered_at: self.date.unwrap_or(self.received_at),
            observed_at: self.received_at,
            skew: self.skew(),
        }
    }
}

/// Why an answer that began was not read to its end.
pub(super) enum ReadFailure {
    /// More than the limit.
    TooLarge,
    /// The network.
    Network(reqwest::Error),
}

impl From<reqwest::Error> for ReadFailure {
    fn from(error: reqwest::Error) -> Self {
        Self::Network(error)
    }
}

/// Why no answer came. Carries no secret: the texts are ours, and addresses are taken out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Nobody answered at that address.
    #[error("the service cannot be reached; check the network and the `upstream_proxy` setting")]
    Connect,
    /// No answer in time.
    #[error("the service did not answer within {0:?}")]
    Timeout(Duration),
    /// The connection broke in the middle of the answer.
    #[error("the connection broke before the answer was complete")]
    Broken,
    /// More than the limit.
    #[error("the answer is larger than {} MB", LARGEST_ANSWER / 1024 / 1024)]
    TooLarge,
    /// The client cannot be built from the settings.
    #[error("no connection can be made with these settings: {0}")]
    Settings(String),
    /// The system knows no authority that could vouch for a service.
    #[error(
        "this system has no certificates of authorities, so no service can be trusted; install the package ca-certificates"
    )]
    NoCertificates,
    /// No host is configured.
    #[error("no address of the service is set; reset the address settings of this provider")]
    NoHost,
}

impl Spoken for CallError {
    fn in_chinese(&self) -> String {
        match self {
            Self::Connect => "无法连接到服务；请检查网络和 `upstream_proxy` 设置".to_owned(),
            Self::Timeout(limit) => format!("服务在 {} 秒内没有应答", limit.as_secs()),
            Self::Broken => "应答还没有传完，连接就断了".to_owned(),
            Self::TooLarge => format!("应答超过 {} MB", LARGEST_ANSWER / 1024 / 1024),
            Self::Settings(why) => format!("按这些设置无法建立连接：{why}"),
            Self::NoCertificates => {
                "系统中没有证书颁发机构的证书，无法信任任何服务；请安装 ca-certificates 软件包".to_owned()
            }
            Self::NoHost => "没有设置服务的地址；请重置此提供方的地址设置".to_owned(),
        }
    }
}

impl CallError {
    /// What an error of the network means for a call that may take `limit`.
    pub(super) fn of(error: reqwest::Error, limit: Duration) -> Self {
        if error.is_connect() {
            Self::Connect
        } else if error.is_timeout() {
            Self::Timeout(limit)
        } else {
            Self::from(error)
        }
    }

    /// Whether the request certainly did not reach the service.
    #[must_use]
    pub fn never_left(&self) -> bool {
        match self {
            Self::Connect | Self::Settings(_) | Self::NoCertificates | Self::NoHost => true,
            Self::Timeout(_) | Self::Broken | Self::TooLarge => false,
        }
    }
}

impl From<reqwest::Error> for CallError {
    fn from(error: reqwest::Error) -> Self {
        if !error.is_builder() {
            return Self::Broken;
        }
        // reqwest says "builder error", and its cause what is wrong.
        let error = error.without_url();
        let mut cause: &dyn Error = &error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        let cause = cause.to_string();
        // rustls-platform-verifier 0.7 has no kind for it, only these words.
        if cause.contains("No CA certificates") { Self::NoCertificates } else { Self::Settings(cause) }
    }
}

impl From<http::Error> for CallError {
    fn from(error: http::Error) -> Self {
        Self::Settings(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_differences_of_the_clocks_do_not_count() {
        for (seconds, expected) in [(0, 0), (30, 0), (-30, 0), (31, 31), (-600, -600)] {
            let received_at: Timestamp = "2026-09-01T00:00:00Z".parse().unwrap();
            let date = Some(received_at + SignedDuration::from_secs(seconds));
            let answer = Answer { status: 200, date, retry_after: None, body: Vec::new(), received_at };
            assert_eq!(answer.skew().as_secs(), expected);
        }
    }
}
