//! Arguments of what belongs to the proxy: client keys, requests, and the programs that use it.

use clap::{ArgGroup, Args as ClapArgs, Subcommand};

/// `headroom keys`
#[derive(Debug, ClapArgs)]
pub struct Keys {
    /// Print one JSON document
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do; without a word, list them.
    #[command(subcommand)]
    pub action: Option<KeyAction>,
}

/// What to do with client keys. NAME is a name or an id.
#[derive(Debug, Subcommand)]
pub enum KeyAction {
    /// List all keys
    List,
    /// Make a key; it is printed this once
    Create {
        /// Your name for it
        name: String,
        /// Models it may use, by id or its beginning [default: every model]
        #[arg(long, value_name = "M,…", value_delimiter = ',')]
        models: Vec<String>,
        /// Most requests on one day
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        daily_cap: Option<u32>,
    },
    /// Change what a key is called, which models it may use, or how often
    #[command(group = ArgGroup::new("change").required(true).multiple(true).args(["rename", "models", "daily_cap"]))]
    Change {
        /// Its name or id
        name: String,
        /// Your new name for it
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
        /// Models it may use from now on, by id or its beginning; * for every model
        #[arg(long, value_name = "M,…", value_delimiter = ',')]
        models: Option<Vec<String>>,
        /// Most requests on one day from now on; 0 for no cap
        #[arg(long, value_name = "N")]
        daily_cap: Option<u32>,
    },
    /// Make a key open nothing any more
    Revoke {
        /// Its name or id
        name: String,
    },
}

/// `headroom requests`
#[derive(Debug, ClapArgs)]
pub struct Requests {
    /// How far back: a span such as 1h or 7d, or an instant [default: 1d, with --stats 7d]
    #[arg(long, value_name = "SINCE")]
    pub since: Option<String>,
    /// Of one credential, by id or name
    #[arg(long, value_name = "ID")]
    pub credential: Option<String>,
    /// Of one client key, by name or id
    #[arg(long, value_name = "NAME")]
    pub key: Option<String>,
    /// For one model, as it was asked for or used
    #[arg(long, value_name = "M")]
    pub model: Option<String>,
    /// With one outcome
    #[arg(long, value_name = "O", value_parser = ["ok", "cancelled", "refused", "failed", "truncated"])]
    pub outcome: Option<String>,
    /// Sums by model, credential and key instead of single requests
    #[arg(long, conflicts_with_all = ["credential", "key", "model", "outcome"])]
    pub stats: bool,
    /// With what was said, where the setting proxy_log_prompts lets that be kept
    #[arg(long, conflicts_with = "stats")]
    pub prompts: bool,
    /// Delete all that is kept of what was said, now
    #[arg(long, conflicts_with_all = ["since", "credential", "key", "model", "outcome", "stats", "prompts"])]
    pub delete_prompts: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `headroom connect`
#[derive(Debug, ClapArgs)]
pub struct Connect {
    /// The program; without one, list them
    pub client: Option<String>,
    /// Write it into the program's own files, with a client key made for it
    #[arg(long, requires = "client", conflicts_with = "undo")]
    pub write: bool,
    /// Give it a client key that you have; it is asked for, or read from stdin
    #[arg(long, requires = "write")]
    pub ask_key: bool,
    /// Take back what was written
    #[arg(long, requires = "client")]
    pub undo: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}
