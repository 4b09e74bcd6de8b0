//! `headroom whatif` as a table.

use super::look::{Look, PLAIN, QUIET};
use super::table::{Cell, Column, Table};
use engine::view::dto::{WhatIf, WhatIfPolicy};

/// One line a policy.
pub fn whatif(compared: &WhatIf, look: &Look) -> String {
    let mut table = Table::new(&[Column::Left, Column::Right, Column::Right, Column::Right, Column::Rest]);
    table.row(["POLICY", "SHARE", "SERVED", "WARMUPS", ""].map(|t| Cell::new(t, QUIET)));
    let best = compared.policies.iter().find(|p| p.name == "bound").map_or(0.0, |p| p.served);
    for policy in &compared.policies {
        let of_best = if best > 0.0 { policy.served / best } else { 1.0 };
        table.row([
            Cell::new(policy.name.as_str(), PLAIN),
            Cell::from(format!("{:.1} %", policy.share * 100.0)),
            Cell::from(format!("{:.1}", policy.served)),
            Cell::from(policy.warmups.len().to_string()),
            Cell::new(remark(policy, of_best), QUIET),
        ]);
    }
    let none = compared.policies.iter().find(|p| p.name == "none").map_or(0.0, |p| p.served);
    for variant in &compared.variants {
        let against = if none > 0.0 { (variant.served / none - 1.0) * 100.0 } else { 0.0 };
        table.row([
            Cell::new(variant.name.as_str(), PLAIN),
            Cell::from(format!("{:.1} %", variant.share * 100.0)),
            Cell::from(format!("{:.1}", variant.served)),
            Cell::from(String::new()),
            Cell::new(format!("{against:+.1} % against none"), QUIET),
        ]);
    }
    table.draw(look.width)
}

fn remark(policy: &WhatIfPolicy, of_best: f64) -> String {
    match (policy.exact, policy.found) {
        (Some(true), _) => "the best plan, knowing the future".to_owned(),
        (Some(false), Some(found)) => {
            format!("no plan serves more; one is known that serves {found:.1}")
        }
        _ => format!("{:.1} % of the best possible", of_best * 100.0),
    }
}
