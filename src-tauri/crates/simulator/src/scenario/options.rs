//! Settings of the whole simulated service.

use serde::{Deserialize, Serialize};

/// How the service behaves towards everybody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Generation requests per second and account before `RATE_LIMIT_EXCEEDED`; none = unlimited.
    /// The limit counts in the simulator's own time.
    pub requests_per_second: Option<f64>,
    /// The same for quota, list and project calls.
    pub control_requests_per_second: Option<f64>,
    /// Lifetime of an access token in seconds; the service says 3599.
    pub expires_in: i64,
    /// Wait before every answer, in milliseconds of real time.
    pub latency_ms: u64,
    /// Fractions in steps of 20 % for every account, as in early 2026.
    pub step20: bool,
    /// The lowest version a `antigravity/…/1.2.3` User-Agent may state; older ones get the version text.
    pub oldest_antigravity: Option<String>,
    /// User-Agents that contain one of these words (any case) get the version text.
    pub outdated_user_agents: Vec<String>,
    /// Refuse conversations, tools and limits the service would refuse. Unknown fields are always refused.
    pub validate: bool,
    /// Wrap the answer of `countTokens` in `response`.
    pub count_tokens_wrapped: bool,
    /// How streams are cut.
    pub stream: StreamOptions,
    /// Start of all random choices, so that a run can be repeated.
    pub seed: u64,
    /// Calls kept in the log; the oldest go first.
    pub calls_kept: usize,
    /// Request bodies up to this many bytes are kept in the log.
    pub body_kept: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            requests_per_second: None,
            control_requests_per_second: None,
            expires_in: 3599,
            latency_ms: 0,
            step20: false,
            oldest_antigravity: None,
            outdated_user_agents: Vec::new(),
            validate: true,
            count_tokens_wrapped: false,
            stream: StreamOptions::default(),
            seed: 1,
            calls_kept: 100_000,
            body_kept: 256 * 1024,
        }
    }
}

/// How a streamed answer is made and cut.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StreamOptions {
    /// Text events of every streamed answer; none = as many as the answer has pieces.
    pub events: Option<u64>,
    /// Characters of each of those events; 16 where `events` is given alone.
    pub characters: Option<usize>,
    /// Wait before each event, in milliseconds of real time.
    pub delay_ms: u64,
    /// How lines end.
    pub line_ending: LineEnding,
    /// Where the network cuts.
    pub split: Split,
}

/// How the lines of a stream end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineEnding {
    /// `\n`.
    #[default]
    Lf,
    /// `\r\n`.
    Crlf,
}

/// Where a stream is cut into network writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// One write per event.
    #[default]
    Events,
    /// Anywhere: inside lines, inside UTF-8 sequences, across events.
    Random,
    /// Byte by byte.
    Bytes,
}
