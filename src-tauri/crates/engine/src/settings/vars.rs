//! The one door to the environment.

/// Reads variables.
pub trait Vars: Send + Sync + 'static {
    /// A variable's value; `None` where it is not set or no text.
    fn get(&self, name: &str) -> Option<String>;
}

/// The process's environment.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessVars;

impl Vars for ProcessVars {
    #[expect(clippy::disallowed_methods, reason = "this is the door everything else goes through")]
    fn get(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

/// An array is enough for a test.
impl<const N: usize> Vars for [(&'static str, &'static str); N] {
    fn get(&self, name: &str) -> Option<String> {
        self.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
    }
}

/// Variables whose names and values are only known at run time.
impl Vars for Vec<(String, String)> {
    fn get(&self, name: &str) -> Option<String> {
        self.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone())
    }
}
