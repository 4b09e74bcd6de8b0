//! What other policies would have done.

use serde::{Deserialize, Serialize};
use specta::Type;

/// The document of `headroom whatif --json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct WhatIf {
    /// Where days and hours are meant.
    pub time_zone: String,
    /// From when.
    pub start: String,
    /// Until when.
    pub end: String,
    /// `none`, `fixed`, `planner` and `bound`, in this order.
    pub policies: Vec<WhatIfPolicy>,
}

/// One policy, played over the whole trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct WhatIfPolicy {
    /// Its word.
    pub name: String,
    /// Served cost by cost asked for; 1 where nothing was asked for.
    pub share: f64,
    /// Cost served.
    pub served: f64,
    /// Cost asked for.
    pub demand: f64,
    /// Of the bound: whether `warmups` serves `served`, else what it does serve is `found`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub exact: Option<bool>,
    /// Of the bound: what `warmups` serves.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub found: Option<f64>,
    /// What it sends, in order of time.
    pub warmups: Vec<WhatIfWarmup>,
}

/// One warmup of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct WhatIfWarmup {
    /// When.
    pub at: String,
    /// The credential's id.
    pub credential: String,
    /// The group.
    pub group: String,
}

/// What the planner intends for one group of one credential over the next 24 hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PlannedStart {
    /// The credential's id.
    pub credential: String,
    /// What people call it.
    pub name: String,
    /// The group's key.
    pub group: String,
    /// When its window is to be started, as long as nobody uses it before; the next first.
    pub starts: Vec<String>,
    /// When it refills after the first start.
    pub refills: Vec<String>,
    /// What that is expected to gain, in hours of use.
    pub gain_hours: f64,
    /// Why there is no start: `week_binds` or `no_gain`.
    pub hold: Option<String>,
}
