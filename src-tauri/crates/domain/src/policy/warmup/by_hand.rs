//! A warmup that the user asks for: no scan, no schedule, one request a group.

use super::inputs::{Candidate, Inputs, Target};
use super::pick;
use super::plan::{Plan, models_of, never_read};
use super::table::{SoFar, Table};
use super::verdict::{Off, Verdict};
use crate::catalogue::group_of_model;
use crate::policy::models::unmatched;
use crate::policy::pair::Pair;

/// Adds the lines of one credential that the target names.
pub(super) fn warm<'a>(
    plan: &mut Plan,
    table: &Table<'a>,
    inputs: &Inputs<'_>,
    candidate: &'a Candidate<'a>,
    name: &str,
    target: Target<'_>,
) {
    let id = &candidate.credential.id;
    if let Some(off) = table.off(candidate, candidate.quota, "") {
        // Everything of it is off, whatever the model; a model's own switch shows at its line below.
        if !matches!(off, Verdict::Off { why: Off::Credential | Off::Model }) {
            plan.put(candidate, name, None, off);
            return;
        }
    }
    if !candidate.asked {
        plan.ask(id, plan.at);
    }
    let (file, quota) = (table.file(candidate), models_of(candidate));
    let picks = match (quota, target.models_of(id)) {
        (None, None) => {
            plan.put(candidate, name, None, never_read(candidate, plan.at));
            return;
        }
        // Nothing could be read: the service decides whether there is such a model.
        (None, Some(models)) => {
            for model in models {
                let group = group_of_model(model, None);
                let pair = Pair { credential: id, group: group.as_ref(), model };
                let verdict = table.by_hand(&file, None, pair, &SoFar::default());
                plan.put(candidate, name, Some((pair, false)), verdict);
            }
            return;
        }
        (Some(quota), None) => pick::one_a_group(quota, inputs.settings),
        (Some(quota), Some(models)) => models
            .into_iter()
            .filter_map(|model| {
                let named = pick::named(quota, model);
                if named.is_none() {
                    plan.unmatched.extend(unmatched(&[model.to_owned()], [quota].into_iter()));
                }
                named
            })
            .collect(),
    };
    let mut so_far = SoFar::default();
    for pick in picks {
        let group = pick.model.group.as_ref();
        let pair = Pair { credential: id, group, model: &pick.model.id };
        let verdict = table.by_hand(&file, quota, pair, &so_far);
        if verdict.is_warm() {
            so_far.warm.push((group, &pick.model.id));
        }
        plan.put(candidate, name, Some((pair, false)), verdict);
    }
}
