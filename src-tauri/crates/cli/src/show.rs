//! Documents as a person reads them on a terminal. Pure: what the clock and the terminal are comes in as a
//! [`Look`], and what comes out is text with colour that `out` strips where nobody wants it.

mod accounts;
mod figures;
mod lists;
mod look;
mod quota;
mod table;
mod when;

pub use accounts::{change, credentials};
pub use lists::{checks, import, setting, settings, settings_import, value};
pub use look::Look;
pub use quota::quota;

/// The provider as people write it.
fn provider(key: &str) -> &str {
    match key {
        "antigravity" => "Antigravity",
        "gemini-cli" => "Gemini CLI",
        "api-key" => "API key",
        other => other,
    }
}
