//! Arguments of warmups and of what is known about them: decisions, rests, history.

use clap::{Args as ClapArgs, Subcommand};

/// `headroom warmup`
#[derive(Debug, ClapArgs)]
pub struct Warmup {
    /// One credential, by id or name
    #[arg(long, value_name = "ID", conflicts_with = "all")]
    pub credential: Option<String>,
    /// One model of that credential, instead of one of each group
    #[arg(long, value_name = "M", requires = "credential")]
    pub model: Option<String>,
    /// Every credential, one request a group
    #[arg(long)]
    pub all: bool,
    /// Only say what would be sent; alone: what the automatic scan would do now
    #[arg(long)]
    pub dry_run: bool,
    /// Send in spite of a rest, a recent warmup or the daily budget
    #[arg(long)]
    pub force: bool,
    /// You have read what warmup sends and what the service's terms say (asked before the first one)
    #[arg(long)]
    pub agree: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `headroom pause`
#[derive(Debug, ClapArgs)]
pub struct Pause {
    /// For how long: a span from 1m to 7d, `tomorrow` (until six in the morning), or `off` to go on; without it,
    /// say how it stands
    #[arg(value_name = "HOW_LONG")]
    pub pause: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `headroom decisions`
#[derive(Debug, ClapArgs)]
pub struct Decisions {
    /// How far back: a span such as 1h or 7d, or an instant [default: 1d]
    #[arg(long, value_name = "SINCE")]
    pub since: Option<String>,
    /// Of one credential, by id or name
    #[arg(long, value_name = "ID")]
    pub credential: Option<String>,
    /// Of one kind
    #[arg(long, value_name = "K", value_parser = ["warmup", "protection", "cooldown", "drain", "automation"])]
    pub kind: Option<String>,
    /// Only those whose sentence holds these words
    #[arg(long, value_name = "WORDS")]
    pub search: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `headroom cooldowns`
#[derive(Debug, ClapArgs)]
pub struct Cooldowns {
    /// Print one JSON document
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do; without a word, list them.
    #[command(subcommand)]
    pub action: Option<CooldownAction>,
}

/// What to do with rests.
#[derive(Debug, Subcommand)]
pub enum CooldownAction {
    /// List what rests, why and until when
    List,
    /// End a rest now
    Clear {
        /// Its id, from the list
        id: String,
    },
}

/// `headroom history`
#[derive(Debug, ClapArgs)]
pub struct History {
    /// Of one credential, by id or name
    #[arg(long, value_name = "ID")]
    pub credential: Option<String>,
    /// How far back: a span such as 24h or 7d, or an instant [default: 7d]
    #[arg(long, value_name = "SINCE")]
    pub since: Option<String>,
    /// Print one JSON document
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print one table as CSV [default: samples]
    #[arg(
        long,
        value_name = "TABLE",
        num_args = 0..=1,
        default_missing_value = "samples",
        value_parser = ["samples", "warmups", "drops"]
    )]
    pub csv: Option<String>,
}
