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
    /// `none`, `fixed`, `planner` and `bound`, in this order; fewer where one part alone was asked for.
    pub policies: Vec<WhatIfPolicy>,
    /// Over recorded history: what floors and other orders of the credentials would have served, without a warmup.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub variants: Vec<WhatIfPolicy>,
}

/// Arguments of `whatif`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
pub struct WhatIfArgs {
    /// How far back: a span (`7d`) or an instant, four weeks at most. Default: four weeks.
    #[serde(default)]
    pub since: Option<String>,
    /// One part alone, for whoever wants to show each as it is there. Default: every part.
    #[serde(default)]
    pub only: Option<WhatIfPart>,
}

/// What can be played by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WhatIfPart {
    /// No warmup.
    None,
    /// Every window, every four hours.
    Fixed,
    /// The planner.
    Planner,
    /// The best that is possible.
    Bound,
    /// Floors and other orders of the credentials.
    Variants,
}

impl WhatIfPart {
    /// Every part, in the order of the document.
    pub const ALL: [Self; 5] = [Self::None, Self::Fixed, Self::Planner, Self::Bound, Self::Variants];
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
