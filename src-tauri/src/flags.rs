//! What the command line of the desktop program can say.

use clap::Parser;

/// Headroom shows how much of each AI coding quota is left.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "headroom-desktop", version, about, long_about = None)]
pub(crate) struct Flags {
    /// Start in the tray, without a window
    #[arg(long)]
    pub hidden: bool,
    /// Show the demo on the built-in simulated service
    #[arg(long, conflicts_with = "demo_if_empty")]
    pub demo: bool,
    /// Show the demo while there is no credential yet
    #[arg(long)]
    pub demo_if_empty: bool,
}

impl Flags {
    /// Which demo is asked for.
    pub fn demo(&self) -> engine::Demo {
        match (self.demo, self.demo_if_empty) {
            (true, _) => engine::Demo::Yes,
            (false, true) => engine::Demo::IfEmpty,
            (false, false) => engine::Demo::No,
        }
    }

    /// Whether a second start with this command line asks for the window. What it cannot read asks for nothing.
    pub fn second_start_shows(arguments: &[String]) -> bool {
        Self::try_parse_from(arguments).is_ok_and(|flags| !flags.hidden)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(arguments: &[&str], shows: bool) {
        let arguments: Vec<String> =
            ["headroom-desktop"].iter().chain(arguments).map(|&one| one.to_owned()).collect();
        assert_eq!(Flags::second_start_shows(&arguments), shows, "{arguments:?}");
    }

    #[test]
    fn a_second_start_shows_the_window_unless_it_is_to_be_hidden() {
        check(&[], true);
        check(&["--demo"], true);
        check(&["--hidden"], false);
    }

    #[test]
    fn a_second_start_with_anything_else_does_nothing() {
        check(&["https://example.com/"], false);
        check(&["--hidden=no"], false);
        check(&["--version"], false);
        check(&["--demo", "--demo-if-empty"], false);
    }
}
