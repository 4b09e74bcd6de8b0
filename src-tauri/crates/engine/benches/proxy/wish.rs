//! What a request wants to become of its calls, for runs that are about failures.

/// No longer request is searched for a wish: it would cost more than the answer.
const WITHIN: usize = 4 << 10;

/// What is to become of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// A stream that never ends.
    Endless,
    /// No answer at all.
    Silence,
    /// No room at the service, at every try.
    Full,
    /// The first try is one too many for this login, for half a second.
    TooMany,
    /// The first try comes with a token that ran out.
    Expired,
    /// The first try is cut off.
    Cut,
}

impl Wish {
    pub const ALL: [Self; 6] =
        [Self::Endless, Self::Silence, Self::Full, Self::TooMany, Self::Expired, Self::Cut];

    /// The words of a request with this wish.
    pub fn words(self, id: usize) -> String {
        format!("bench:{}={id}.", self.word())
    }

    fn word(self) -> &'static str {
        match self {
            Self::Endless => "endless",
            Self::Silence => "silence",
            Self::Full => "full",
            Self::TooMany => "too-many",
            Self::Expired => "expired",
            Self::Cut => "cut",
        }
    }

    /// What a request says, and its number.
    pub fn of(body: &[u8]) -> Option<(Self, usize)> {
        let text = std::str::from_utf8(body).ok().filter(|text| text.len() <= WITHIN)?;
        let (word, rest) = text.split_once("bench:")?.1.split_once('=')?;
        let id = rest.split_once('.')?.0.parse().ok()?;
        Self::ALL.into_iter().find(|wish| wish.word() == word).map(|wish| (wish, id))
    }
}
