//! What happens when only protected candidates are left.

use super::Below;
use crate::settings::Floor;
use jiff::Timestamp;

/// What a request gets when every candidate that is left is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastResort<T> {
    /// A hard floor: nothing is used.
    Refuse {
        /// When the first of them is back, where that is known.
        back_at: Option<Timestamp>,
        /// That one's floor in percent.
        floor: u32,
    },
    /// A soft floor: the least depleted is used, and the user is told.
    Use {
        /// Which.
        who: T,
        /// How far below its floor it is.
        below: Below,
    },
}

/// What a request gets when only protected candidates are left; `None` without any. Of equals the first stands.
#[must_use]
pub fn last_resort<T>(
    floor: Floor,
    protected: impl IntoIterator<Item = (T, Below)>,
) -> Option<LastResort<T>> {
    let protected = protected.into_iter();
    match floor {
        Floor::Hard => {
            let first = protected.map(|(_, below)| below).min_by_key(|b| (b.back_at.is_none(), b.back_at))?;
            Some(LastResort::Refuse { back_at: first.back_at, floor: first.floor })
        }
        Floor::Soft => {
            let fuller = |best: (T, Below), next: (T, Below)| {
                if next.1.remaining > best.1.remaining { next } else { best }
            };
            protected.reduce(fuller).map(|(who, below)| LastResort::Use { who, below })
        }
    }
}
