//! Shares as figures, bars and colours. Unknown is none of them.

use super::look::{BAD, GOOD, IDLE, LOW, QUIET};
use anstyle::Style;

const SEGMENTS: usize = 5;
/// Below this a quota is worth a look.
const LOW_BELOW: f64 = 0.25;
/// 99.99 % counts as full everywhere.
const FULL: f64 = 0.9999;

/// Whole percent, or a dash for unknown. Never 0 % while something is left, never 100 % once something is gone.
pub fn percent(share: Option<f64>) -> String {
    match share {
        None => "–".to_owned(),
        Some(share) if share >= FULL => "100 %".to_owned(),
        Some(share) if share > 0.0 => format!("{:.0} %", (share * 100.0).round().clamp(1.0, 99.0)),
        Some(_) => "0 %".to_owned(),
    }
}

/// Five segments; hatched for unknown, so that it never looks like a level.
pub fn bar(share: Option<f64>) -> String {
    let Some(share) = share else { return "░".repeat(SEGMENTS) };
    let filled = match (share.clamp(0.0, 1.0) * SEGMENTS as f64).round() {
        _ if share <= 0.0 => 0,
        rounded => (rounded as usize).clamp(1, SEGMENTS),
    };
    "▮".repeat(filled) + &"▯".repeat(SEGMENTS - filled)
}

/// The colour that goes with both.
pub fn style(share: Option<f64>, idle: bool, stale: bool) -> Style {
    match share {
        _ if stale => QUIET,
        None => QUIET,
        Some(_) if idle => IDLE,
        Some(share) if share <= 0.0 => BAD,
        Some(share) if share < LOW_BELOW => LOW,
        Some(_) => GOOD,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_and_bars_do_not_lie() {
        for (share, figure, segments) in [
            (None, "–", "░░░░░"),
            (Some(0.0), "0 %", "▯▯▯▯▯"),
            (Some(0.0001), "1 %", "▮▯▯▯▯"),
            (Some(0.05), "5 %", "▮▯▯▯▯"),
            (Some(0.5), "50 %", "▮▮▮▯▯"),
            (Some(0.58), "58 %", "▮▮▮▯▯"),
            (Some(0.996), "99 %", "▮▮▮▮▮"),
            (Some(0.99995), "100 %", "▮▮▮▮▮"),
            (Some(1.0), "100 %", "▮▮▮▮▮"),
        ] {
            assert_eq!((percent(share).as_str(), bar(share).as_str()), (figure, segments), "{share:?}");
        }
    }

    #[test]
    fn unknown_has_no_level_in_any_colour() {
        assert_eq!(style(None, false, false), QUIET);
        assert_eq!(style(None, true, false), QUIET);
        assert_ne!(style(Some(0.0), false, false), QUIET);
    }
}
