//! Why an answer ended.

/// Why an answer ended, as far as dialects tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It was said to the end.
    Stop,
    /// The limit of tokens.
    Length,
    /// The service would not say it.
    Filtered,
    /// A call that went wrong, or anything this version does not know.
    Odd,
}

/// How one answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ending {
    pub reason: Reason,
    /// There were calls.
    pub calls: bool,
}

impl Reason {
    /// Reads the upstream's word; an unset one says nothing.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "" | "FINISH_REASON_UNSPECIFIED" => None,
            "STOP" => Some(Self::Stop),
            "MAX_TOKENS" => Some(Self::Length),
            "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII"
            | "IMAGE_SAFETY" => Some(Self::Filtered),
            _ => Some(Self::Odd),
        }
    }
}
