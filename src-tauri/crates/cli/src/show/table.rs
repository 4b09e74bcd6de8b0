//! Columns that line up, within the terminal's width.

use super::look::{PLAIN, styled};
use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const GAP: usize = 2;
/// A column is not cut to less than this.
const LEAST: usize = 6;

/// How a column behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Text from the left.
    Left,
    /// Figures from the right.
    Right,
    /// Text from the left, cut first where the terminal is narrow.
    Cut,
    /// The last one: as it is, cut at the edge.
    Rest,
}

/// One cell.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A cell in a style.
    pub fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: plain(&text.into()), style }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::new(text, PLAIN)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::new(text, PLAIN)
    }
}

enum Line {
    Cells(Vec<Cell>),
    Text(Cell),
}

/// Rows with the same columns, and lines of text between them.
pub struct Table {
    columns: &'static [Column],
    lines: Vec<Line>,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: &'static [Column]) -> Self {
        Self { columns, lines: Vec::new() }
    }

    /// A row; missing cells are empty.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.lines.push(Line::Cells(cells.into_iter().collect()));
    }

    /// A line over all columns.
    pub fn text(&mut self, text: Cell) {
        self.lines.push(Line::Text(text));
    }

    /// The whole table; each line ends with a newline.
    pub fn draw(&self, width: Option<usize>) -> String {
        let widths = self.widths(width);
        let mut drawn = String::new();
        for line in &self.lines {
            match line {
                Line::Text(cell) => {
                    // Sentences are not cut: the terminal wraps them.
                    drawn += &styled(cell.style, cell.text.trim_end());
                }
                Line::Cells(cells) => drawn += &self.draw_row(cells, &widths),
            }
            drawn.push('\n');
        }
        drawn
    }

    fn draw_row(&self, cells: &[Cell], widths: &[usize]) -> String {
        let mut drawn = String::new();
        // Spaces are held back until something follows them: no line ends in blanks.
        let mut held = 0;
        for (place, cell) in cells.iter().enumerate() {
            let text = cut(&cell.text, widths[place]);
            let blank = widths[place].saturating_sub(text.width());
            if self.columns[place] == Column::Right {
                held += blank;
            }
            if !text.is_empty() {
                drawn += &" ".repeat(held);
                held = 0;
                drawn += &styled(cell.style, &text);
            } else if self.columns[place] == Column::Right {
                held += text.width();
            }
            if self.columns[place] != Column::Right {
                held += blank;
            }
            held += GAP;
        }
        drawn
    }

    fn widths(&self, limit: Option<usize>) -> Vec<usize> {
        let mut widths = vec![0; self.columns.len()];
        for line in &self.lines {
            let Line::Cells(cells) = line else { continue };
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(cell.text.width());
            }
        }
        let Some(limit) = limit else { return widths };
        let all = widths.iter().sum::<usize>()
            + GAP * widths.iter().filter(|width| **width > 0).count().saturating_sub(1);
        let mut over = all.saturating_sub(limit);
        for kind in [Column::Cut, Column::Rest] {
            for (width, column) in widths.iter_mut().zip(self.columns) {
                if *column == kind {
                    let less = over.min(width.saturating_sub(LEAST));
                    *width -= less;
                    over -= less;
                }
            }
        }
        widths
    }
}

/// What others wrote must not steer the terminal.
pub fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// As much of a text as so many columns hold.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used + 1 > width {
            break;
        }
        kept.push(letter);
    }
    kept.trim_end().to_owned() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[Column::Cut, Column::Right, Column::Left, Column::Rest];

    fn table() -> Table {
        let mut table = Table::new(COLUMNS);
        table.row(["name".into(), "7 %".into(), "5h".into(), "resets 14:05".into()]);
        table.row(["a longer name".into(), "100 %".into(), "weekly".into(), "".into()]);
        table
    }

    #[test]
    fn columns_line_up_and_no_line_ends_in_blanks() {
        let expected = "name             7 %  5h      resets 14:05\na longer name  100 %  weekly\n";
        assert_eq!(table().draw(None), expected);
        assert_eq!(table().draw(Some(80)), expected);
    }

    #[test]
    fn a_narrow_terminal_cuts_names_before_the_rest() {
        assert_eq!(
            table().draw(Some(38)),
            "name         7 %  5h      resets 14:05\na longer…  100 %  weekly\n"
        );
        for width in 24..50 {
            for line in table().draw(Some(width)).lines() {
                assert!(line.width() <= width.max(31), "{line:?} on {width} columns");
            }
        }
    }

    #[test]
    fn wide_letters_count_double() {
        let mut table = Table::new(COLUMNS);
        table.row(["陳".into(), "7 %".into()]);
        table.row(["abc".into(), "8 %".into()]);
        assert_eq!(table.draw(None), "陳   7 %\nabc  8 %\n");
        assert_eq!(cut("陳陳陳", 4), "陳…");
    }

    #[test]
    fn nothing_in_a_name_steers_the_terminal() {
        let mut table = Table::new(COLUMNS);
        table.row([Cell::from("\u{1b}[31mred\u{7}\r\n")]);
        assert!(!table.draw(None).trim_end_matches('\n').contains(char::is_control));
    }
}
