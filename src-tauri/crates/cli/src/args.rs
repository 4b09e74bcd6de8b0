//! What may stand on the command line.

mod automation;
mod proxy;
mod scripts;

pub use automation::{CooldownAction, Cooldowns, Decisions, History, Pause, Warmup};
pub use proxy::{Connect, KeyAction, Keys, Requests};
pub use scripts::{Export, Quota, Watch};

use clap::{Args as ClapArgs, Parser, Subcommand};
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

const AFTER: &str = "\
Results go to stdout, messages to stderr. Colour only on a terminal, and not with NO_COLOR.

Exit codes: 0 done, 1 failed, 2 usage, 3 nothing matched, 4 refused (cooldown, budget, protection), \
5 engine not reachable, 6 a credential needs you.

The data directory is HEADROOM_DATA_DIR, else the platform's folder for application data.";

/// Shows how much of each AI coding quota is left.
#[derive(Debug, Parser)]
#[command(name = "headroom", version = engine::VERSION, after_help = AFTER, max_term_width = 100)]
pub struct Args {
    /// Data directory
    #[arg(long, global = true, hide = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// `headroom doctor`
#[derive(Debug, ClapArgs)]
pub struct Doctor {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// Do what loses nothing: close files to other users, remove what interrupted writes left
    #[arg(long)]
    pub fix: bool,
    /// Put the newest good backup in the database's place; the present one is kept aside
    #[arg(long)]
    pub restore: bool,
    /// Write what helps to find a fault into a file you can read before you send it
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub bundle: Option<PathBuf>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the engine and its control API until stopped
    Serve(Serve),
    /// Open the web page of the running engine in the browser
    Ui {
        /// Print the one-time link and open nothing
        #[arg(long)]
        print: bool,
    },
    /// Take over credentials from files, folders, ZIPs and other programs' data, or everything from an export
    Import(Import),
    /// List credentials, or change one
    Credentials(Credentials),
    /// Show every credential, model and window
    Quota(Quota),
    /// Follow the quota as it changes, until Ctrl-C
    Watch(Watch),
    /// Write everything into one encrypted file, to keep or to move; `import` takes it
    Export(Export),
    /// Start idle quota windows now, so that they come back early
    Warmup(Warmup),
    /// Let background reads and warmups rest for a while
    Pause(Pause),
    /// Say what was done or left undone, and why
    Decisions(Decisions),
    /// List what rests and until when, or end a rest
    Cooldowns(Cooldowns),
    /// Show what was measured and done
    History(History),
    /// List the proxy's client keys, make one or revoke one
    Keys(Keys),
    /// Show what went through the proxy
    Requests(Requests),
    /// Say what a program needs to use the proxy, or write it into its files
    Connect(Connect),
    /// Compare what warmup policies would have served
    Whatif {
        /// Demand to play, as JSON; - reads it from stdin. Without it: what this engine recorded
        #[arg(long, value_name = "FILE")]
        trace: Option<PathBuf>,
        /// Of what was recorded: how far back
        #[arg(long, value_name = "SPAN", conflicts_with = "trace")]
        since: Option<String>,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// List settings, or change one
    Settings(Settings),
    /// Check the installation and say what to do
    Doctor(Doctor),
    /// Run the simulated service on its own, to try things on
    Simulate(Simulate),
    /// Print the completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder
    #[command(hide = true)]
    Manual {
        /// The folder
        dir: PathBuf,
    },
}

/// `headroom serve`
#[derive(Debug, ClapArgs)]
pub struct Serve {
    /// Where the proxy listens, instead of the setting `proxy_listen`
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Where the control API and the web page listen [default: 127.0.0.1, any free port]
    #[arg(long, value_name = "ADDR", env = "HEADROOM_CONTROL", hide_env_values = true)]
    pub control: Option<SocketAddr>,
    /// Show the demo: invented credentials on a simulated service
    #[arg(long, conflicts_with = "demo_if_empty")]
    pub demo: bool,
    /// Show the demo while there is no credential
    #[arg(long)]
    pub demo_if_empty: bool,
}

/// `headroom import`
#[derive(Debug, ClapArgs)]
pub struct Import {
    /// Files, folders and ZIPs, gcli2api's credentials.db or its folder, Antigravity-Manager's data directory, or
    /// the file of an export; - reads one file from stdin
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<OsString>,
    /// Where the credentials belong, whatever the files say
    #[arg(long, value_name = "P", value_parser = ["antigravity", "gemini-cli", "api-key"])]
    pub provider: Option<String>,
    /// Only say what would happen
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `headroom credentials`
#[derive(Debug, ClapArgs)]
pub struct Credentials {
    /// Print one JSON document
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do; without a word, list them.
    #[command(subcommand)]
    pub action: Option<CredentialAction>,
}

/// What to do with credentials. ID is an id, or a name that only one credential has.
#[derive(Debug, Subcommand)]
pub enum CredentialAction {
    /// List all credentials
    List,
    /// Switch a credential on
    Enable {
        /// Its id or name
        id: String,
    },
    /// Switch a credential off
    Disable {
        /// Its id or name
        id: String,
    },
    /// Take a credential away; `restore` brings it back for a while
    Remove {
        /// Its id or name
        id: String,
    },
    /// Bring a removed credential back
    Restore {
        /// Its id
        id: String,
    },
    /// Give a credential your own name, or without LABEL its old one
    Rename {
        /// Its id or name
        id: String,
        /// The new name
        label: Option<String>,
    },
    /// Ask the service again whether it may be used, and read its quota
    Check {
        /// Its id or name
        id: String,
    },
    /// Name the Google Cloud project of a login whose subscription needs one
    Project {
        /// Its id or name
        id: String,
        /// The project's id (not its number)
        project: String,
    },
    /// Sign in with the browser
    Login {
        /// Where to sign in
        #[arg(value_parser = ["antigravity", "gemini-cli"])]
        provider: String,
        /// Print the address and open nothing
        #[arg(long)]
        no_browser: bool,
    },
    /// Watch the login that the Antigravity CLI (agy) is signed in with, by its own report; no login is handed over
    Watch {
        /// Your name for it [default: Antigravity CLI]
        name: Option<String>,
    },
    /// Add an API key of Google AI Studio; the key is asked for, or read from stdin
    AddKey {
        /// Your name for it
        name: String,
    },
}

/// `headroom settings`
#[derive(Debug, ClapArgs)]
pub struct Settings {
    /// Print one JSON document
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do; without a word, list them.
    #[command(subcommand)]
    pub action: Option<SettingAction>,
}

/// What to do with settings.
#[derive(Debug, Subcommand)]
pub enum SettingAction {
    /// List all settings with their values
    List,
    /// Print one setting's value; with --json also those of single credentials
    Get {
        /// Its name
        key: String,
    },
    /// Change a setting
    Set {
        /// Its name
        key: String,
        /// The new value; - asks for it, or reads it from stdin (for secrets)
        #[arg(allow_hyphen_values = true)]
        value: String,
        #[command(flatten)]
        scope: Scope,
    },
    /// Put a setting back to its default
    Reset {
        /// Its name
        key: String,
        #[command(flatten)]
        scope: Scope,
    },
    /// Write all settings to a file (secrets are left out)
    Export {
        /// The file; - is stdout
        #[arg(default_value = "-")]
        file: PathBuf,
    },
    /// Take settings over from such a file, or from the lines of a .env file
    Import {
        /// The file; - is stdin
        file: PathBuf,
    },
}

/// For what a setting's value counts.
#[derive(Debug, ClapArgs)]
pub struct Scope {
    /// For one credential only, by id or name
    #[arg(long, value_name = "ID")]
    pub credential: Option<String>,
    /// For one model of that credential only
    #[arg(long, value_name = "M", requires = "credential")]
    pub model: Option<String>,
}

/// `headroom simulate`
#[derive(Debug, ClapArgs)]
pub struct Simulate {
    /// Where it listens
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// A scenario (TOML or JSON) instead of the demo's
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
