//! Documents as a person reads them on a terminal. Pure: what the clock and the terminal are comes in as a
//! [`Look`], and what comes out is text with colour that `out` strips where nobody wants it.

mod accounts;
mod archive;
mod connect;
mod csv;
mod decisions;
mod figures;
mod history;
mod line;
mod lists;
mod look;
mod need;
mod pause;
mod proxy;
mod quota;
mod rests;
mod table;
mod warmup;
mod whatif;
mod when;

pub use accounts::{change, credentials};
pub use archive::{archive, exported};
pub use connect::{program, programs, undone, written};
pub use csv::csv;
pub use decisions::decisions;
pub use history::history;
pub use line::Line;
pub use lists::{checks, import, setting, settings, settings_import, value};
pub use look::Look;
pub use need::Need;
pub use pause::pause;
pub use proxy::{changed, keys, prompts, prompts_deleted, requests, revoked, statistics};
pub use quota::quota;
pub use rests::{cleared, cooldowns};
pub use table::cut;
pub use warmup::{asks_confirmation, outcome, warmup};
pub use whatif::whatif;

/// The provider as people write it.
fn provider(key: &str) -> &str {
    match key {
        "antigravity" => "Antigravity",
        "gemini-cli" => "Gemini CLI",
        "api-key" => "API key",
        other => other,
    }
}

/// The group as people write it.
fn group(key: &str) -> &str {
    match key {
        "gemini" => "Gemini Models",
        "3p" => "Claude and GPT models",
        other => other,
    }
}
