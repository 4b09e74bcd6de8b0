//! Finds where in a JSON text everything stands.

use super::Unfit;

/// Deeper than any settings file.
const DEEPEST: usize = 100;

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// Of an object.
    pub members: Option<Vec<Member>>,
}

/// A name with its value.
#[derive(Debug)]
pub(super) struct Member {
    pub name: String,
    /// Where the name begins.
    pub start: usize,
    pub value: Node,
    /// Where the comma behind it stands.
    pub comma: Option<usize>,
}

impl Node {
    /// The member of this name; of several the last, which is the one programs see.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.as_ref()?.iter().rfind(|m| m.name == name)
    }
}

/// Reads a whole text.
pub(super) fn scan(text: &str) -> Result<Node, Unfit> {
    let mut scanner = Scanner { text, at: if text.starts_with('\u{feff}') { 3 } else { 0 } };
    let root = scanner.value(0)?;
    scanner.skip()?;
    if scanner.at < text.len() { Err(scanner.broken("something follows its end")) } else { Ok(root) }
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl Scanner<'_> {
    fn value(&mut self, depth: usize) -> Result<Node, Unfit> {
        if depth > DEEPEST {
            return Err(self.broken("it is nested too deep"));
        }
        self.skip()?;
        let start = self.at;
        let members = match self.next() {
            Some(b'{') => Some(self.members(depth)?),
            Some(b'[') => {
                self.elements(depth)?;
                None
            }
            Some(b'"') => {
                self.string()?;
                None
            }
            Some(_) => {
                self.word()?;
                None
            }
            None => return Err(self.broken("it ends too early")),
        };
        Ok(Node { start, end: self.at, members })
    }

    fn members(&mut self, depth: usize) -> Result<Vec<Member>, Unfit> {
        self.at += 1;
        let mut members: Vec<Member> = Vec::new();
        loop {
            self.skip()?;
            match self.next() {
                Some(b'}') => {
                    self.at += 1;
                    return Ok(members);
                }
                Some(b'"') if members.last().is_none_or(|m| m.comma.is_some()) => {}
                Some(_) => return Err(self.broken("a name in quotes, a comma or } belongs here")),
                None => return Err(self.broken("it ends too early")),
            }
            let start = self.at;
            let name = self.string()?;
            self.skip()?;
            if self.next() != Some(b':') {
                return Err(self.broken("a colon belongs here"));
            }
            self.at += 1;
            let value = self.value(depth + 1)?;
            self.skip()?;
            let comma = (self.next() == Some(b',')).then_some(self.at);
            self.at += usize::from(comma.is_some());
            members.push(Member { name, start, value, comma });
        }
    }

    fn elements(&mut self, depth: usize) -> Result<(), Unfit> {
        self.at += 1;
        loop {
            self.skip()?;
            if self.next() == Some(b']') {
                self.at += 1;
                return Ok(());
            }
            self.value(depth + 1)?;
            self.skip()?;
            match self.next() {
                Some(b',') => self.at += 1,
                Some(b']') => {}
                Some(_) => return Err(self.broken("a comma or ] belongs here")),
                None => return Err(self.broken("it ends too early")),
            }
        }
    }

    fn string(&mut self) -> Result<String, Unfit> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.next() {
                Some(b'\\') => self.at += 2,
                Some(b'"') => break,
                Some(b'\n') | None => return Err(self.broken("a text does not end")),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        let text = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_str(text).map_err(|_| self.broken("a text has a sign that must be escaped"))
    }

    /// A number, or `true`, `false`, `null`.
    fn word(&mut self) -> Result<(), Unfit> {
        let start = self.at;
        let part = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
        while self.next().is_some_and(part) {
            self.at += 1;
        }
        let word = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_str::<serde_json::Value>(word).map(drop).map_err(|_| {
            self.at = start;
            self.broken("a value belongs here")
        })
    }

    /// Passes over blanks and comments.
    fn skip(&mut self) -> Result<(), Unfit> {
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                let end = rest.find("*/").ok_or_else(|| self.broken("a comment does not end"))?;
                self.at += end + 2;
            } else if self.next().is_some_and(|b| b" \t\r\n".contains(&b)) {
                self.at += 1;
            } else {
                return Ok(());
            }
        }
    }

    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn broken(&self, why: &str) -> Unfit {
        let before = self.text.as_bytes().get(..self.at).unwrap_or(self.text.as_bytes());
        let line = 1 + before.iter().filter(|b| **b == b'\n').count();
        Unfit::Broken { form: "JSON", why: format!("line {line}: {why}") }
    }
}
