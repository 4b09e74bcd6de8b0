//! Columns in a menu, whose letters are of different widths.
//!
//! No menu has columns, and a tab is drawn as a gap of its own. The widths below are those of the usual interface fonts,
//! as near as they agree; a column that is a pixel off still reads as one.

/// As wide as a digit.
const FIGURE: char = '\u{2007}';
/// A sixth of an em: about a quarter of a digit.
const QUARTER: char = '\u{2006}';

/// The width of a text in quarters of a digit.
pub(super) fn width(text: &str) -> u32 {
    text.chars().map(quarters).sum()
}

/// The text with as much space behind it as makes it `widest` wide.
pub(super) fn padded(text: &str, widest: u32) -> String {
    let missing = widest.saturating_sub(width(text));
    let wide = std::iter::repeat_n(FIGURE, usize::try_from(missing / 4).unwrap_or(0));
    let narrow = std::iter::repeat_n(QUARTER, usize::try_from(missing % 4).unwrap_or(0));
    text.chars().chain(wide).chain(narrow).collect()
}

fn quarters(letter: char) -> u32 {
    match letter {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'I' | ' ' => 2,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' => 3,
        'w' | 'A'..='H' | 'J'..='L' | 'N'..='V' | 'X'..='Z' | '…' | '&' => 5,
        'm' | 'M' | 'W' | '@' | '%' => 6,
        // Signs of East Asia fill their em.
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' => 6,
        '\u{ff00}'..='\u{ff60}' => 6,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_different_lengths_end_at_the_same_place() {
        let names = ["Ada", "Company", "ill@i.li", "WWW", "张三", ""];
        let widest = names.iter().map(|name| width(name)).max().unwrap();
        for name in names {
            let line = padded(name, widest);
            assert!(line.starts_with(name));
            let spaces = |one| u32::try_from(line.matches(one).count()).unwrap();
            assert_eq!(width(name) + 4 * spaces(FIGURE) + spaces(QUARTER), widest, "{name}");
        }
        assert_eq!(padded("Ada", 0), "Ada");
    }
}
