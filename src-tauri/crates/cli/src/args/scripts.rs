//! Arguments of what scripts, status bars and people who move use.

use clap::Args as ClapArgs;
use std::path::PathBuf;

const FORMAT: &str = "\
Print one line of this form. {claude} and {gemini} are what is left of the best credential, {claude.5h} and \
{claude.weekly} its windows, {claude.bar} a bar, {claude.reset} the time it refills and {claude.in} how long that is, \
{claude.name} whose it is, {claude.class} ok, low, empty or unknown; {sentence} says all in one sentence, {attention} is \
the number of credentials that need you, {name}, {state} and {tier} are the credential's own. \\n is a new line, {{ \
and }} are braces";

/// `headroom quota`
#[derive(Debug, ClapArgs)]
pub struct Quota {
    /// Read from the service now instead of what was read within the last minute
    #[arg(long)]
    pub refresh: bool,
    /// Of one credential, by id or name
    #[arg(long, value_name = "ID")]
    pub credential: Option<String>,
    /// Print one JSON document
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    #[arg(long, value_name = "FORM", help = "Print one line of a form of yours, e.g. '{claude} {gemini}'", long_help = FORMAT)]
    pub format: Option<String>,
    /// With --format: escape what is put in, so that it can stand between the quotes of JSON
    #[arg(long, requires = "format")]
    pub for_json: bool,
    /// With --format: a line for every credential
    #[arg(long, requires = "format")]
    pub each: bool,
    /// Print nothing; succeed if so much is left to use (claude, gemini, or how a model's id begins), exit with 3 if not
    /// and with 1 if that is unknown
    #[arg(long, value_name = "WHAT[=PERCENT]", conflicts_with_all = ["json", "format"])]
    pub need: Vec<String>,
}

/// `headroom watch`
#[derive(Debug, ClapArgs)]
pub struct Watch {
    /// Print one JSON document a line, for every change
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    #[arg(long, value_name = "FORM", help = "Print a line of a form of yours whenever it changes", long_help = FORMAT)]
    pub format: Option<String>,
    /// With --format: escape what is put in, so that it can stand between the quotes of JSON
    #[arg(long, requires = "format")]
    pub for_json: bool,
}

/// `headroom export`
#[derive(Debug, ClapArgs)]
pub struct Export {
    /// The file to write; its passphrase is asked for, or read from stdin
    pub file: PathBuf,
    /// Replace a file that is there already
    #[arg(long)]
    pub replace: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}
