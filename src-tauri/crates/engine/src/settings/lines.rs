//! The lines of a `.env` file.

/// One line that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The variable's name; for a line that has none, where it stands.
    pub name: String,
    /// The value; `None` where the line is no `NAME=VALUE`.
    pub value: Option<String>,
}

/// Reads the lines; comments and empty lines say nothing.
pub(super) fn read(text: &str) -> Vec<Line> {
    let lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate();
    lines
        .filter_map(|(at, line)| {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                return None;
            }
            let line = line.strip_prefix("export ").unwrap_or(line);
            Some(match line.split_once('=').map(|(name, value)| (name.trim(), value.trim())) {
                Some((name, value)) if is_name(name) => {
                    Line { name: name.to_owned(), value: Some(unquoted(value)) }
                }
                // Not shown: what stands there may be anything, a secret too.
                Some(_) | None => Line { name: format!("line {}", at + 1), value: None },
            })
        })
        .collect()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 100 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn unquoted(value: &str) -> String {
    for quote in ['"', '\''] {
        if let Some((inside, _)) = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return inside.to_owned();
        }
    }
    if value.starts_with('#') {
        return String::new();
    }
    value.split_once(" #").map_or(value, |(value, _)| value.trim_end()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_gives_a_name_and_a_value() {
        for (line, expected) in [
            ("A=1", Some(("A", Some("1")))),
            ("  export A = two words  ", Some(("A", Some("two words")))),
            ("A=\"x # y\" # comment", Some(("A", Some("x # y")))),
            ("A='x'", Some(("A", Some("x")))),
            ("A=x # comment", Some(("A", Some("x")))),
            ("A=x#y", Some(("A", Some("x#y")))),
            ("A=", Some(("A", Some("")))),
            ("A= # nothing", Some(("A", Some("")))),
            ("A=b=c", Some(("A", Some("b=c")))),
            ("A=\"open", Some(("A", Some("\"open")))),
            ("# A=1", None),
            ("", None),
            ("A", Some(("line 1", None))),
            ("a b=c", Some(("line 1", None))),
            ("=c", Some(("line 1", None))),
        ] {
            let expected: Vec<Line> = expected
                .map(|(name, value)| Line { name: name.into(), value: value.map(Into::into) })
                .into_iter()
                .collect();
            assert_eq!(read(line), expected, "{line:?}");
        }
    }
}
