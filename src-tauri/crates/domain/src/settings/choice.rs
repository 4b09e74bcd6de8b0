//! Settings whose value is one of a few words.

/// A value with a fixed set of words.
pub trait Choice: Copy + PartialEq + Sized + 'static {
    /// Every value.
    const ALL: &'static [Self];
    /// The words, in the order of [`Choice::ALL`].
    const KEYS: &'static [&'static str];

    /// The word for it.
    #[must_use]
    fn key(self) -> &'static str {
        Self::ALL
            .iter()
            .position(|v| *v == self)
            .and_then(|at| Self::KEYS.get(at))
            .copied()
            .unwrap_or_default()
    }

    /// The value of a word, whatever its case.
    #[must_use]
    fn of(word: &str) -> Option<Self> {
        Self::KEYS.iter().position(|k| k.eq_ignore_ascii_case(word)).and_then(|at| Self::ALL.get(at)).copied()
    }
}

macro_rules! choice {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $value:ident = $key:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $value),+ }

        impl Choice for $name {
            const ALL: &'static [Self] = &[$(Self::$value),+];
            const KEYS: &'static [&'static str] = &[$($key),+];
        }
    };
}

choice! {
    /// Where the key that encrypts secrets lies.
    KeyStorage {
        /// The keychain of the operating system.
        Keychain = "keychain",
        /// `secrets.key` in the data directory, readable for the user alone.
        File = "file",
    }
}

choice! {
    /// The language of the interface.
    Language {
        /// The system's, where it is one of the others; else English.
        System = "system",
        /// English.
        En = "en",
        /// Simplified Chinese.
        ZhCn = "zh-CN",
    }
}

choice! {
    /// How the window looks.
    Theme {
        /// As the desktop says.
        System = "system",
        /// Light.
        Light = "light",
        /// Dark.
        Dark = "dark",
    }
}

choice! {
    /// What happens when only protected credentials are left.
    Floor {
        /// Requests are refused until quota is back.
        Hard = "hard",
        /// The least depleted credential is used, and the interface says so.
        Soft = "soft",
    }
}

choice! {
    /// In which order the proxy takes credentials of one kind.
    Routing {
        /// Started windows first, the soonest reset first.
        SoonestReset = "soonest-reset",
        /// The one with the most left.
        MostRemaining = "most-remaining",
        /// In turn.
        RoundRobin = "round-robin",
        /// One until it is empty, then the next.
        FillFirst = "fill-first",
        /// The one that `proxy_pinned` names.
        Pinned = "pinned",
    }
}
