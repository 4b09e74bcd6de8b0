//! "Is there Claude left?": the answer as an exit code.

use super::figures::percent;
use super::look::Look;
use super::when;
use crate::exit::{Exit, Failure};
use engine::view::dto::{ModelView, QuotaDocument};

/// So much of something.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    what: String,
    /// A fraction; 0 is satisfied by anything above it.
    at_least: f64,
}

impl Need {
    /// Reads `claude` or `claude=20`.
    ///
    /// # Errors
    /// A usage failure.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let (what, percent) = text.split_once('=').unwrap_or((text, "0"));
        let number = percent.trim().trim_end_matches('%').trim_end().parse::<u8>().ok();
        match number.filter(|number| *number <= 100) {
            Some(number) if !what.trim().is_empty() => {
                Ok(Self { what: what.trim().to_lowercase(), at_least: f64::from(number) / 100.0 })
            }
            _ => {
                let words = format!("--need takes WHAT or WHAT=PERCENT, e.g. claude=20, not {text:?}");
                Err(Failure::new(Exit::Usage, words))
            }
        }
    }

    /// Whether one credential has so much left for use: active, not protected, not resting.
    ///
    /// # Errors
    /// 3 where none has, 1 where that is not known.
    pub fn check(&self, document: &QuotaDocument, look: &Look) -> Result<(), Failure> {
        let active = document.credentials.iter().filter(|c| c.state == "active");
        let models: Vec<_> =
            active.flat_map(|c| c.models.iter()).filter(|model| extends(&model.id, &self.what)).collect();
        if models.is_empty() {
            let words = format!("no active credential offers {}", self.what);
            return Err(Failure::new(Exit::NothingMatched, words));
        }
        let free = |model: &&&ModelView| !model.protected && model.cooldown_until.is_none();
        let usable = models.iter().filter(free).filter_map(|model| model.effective_remaining);
        if usable.clone().any(|left| left > 0.0 && left >= self.at_least) {
            return Ok(());
        }
        if models.iter().filter(free).any(|model| model.effective_remaining.is_none()) {
            return Err(Failure::of(format!("how much is left of {} is not known", self.what)));
        }
        let best = usable.fold(0.0, f64::max);
        let back = models
            .iter()
            .filter_map(|model| model.cooldown_until.as_deref().or(model.reset_at.as_deref()))
            .min()
            .map(|at| format!(", the first comes back {}", when::local(at, look)))
            .unwrap_or_default();
        let words = format!("not enough {} is left: {} at most{back}", self.what, percent(Some(best)));
        Err(Failure::new(Exit::NothingMatched, words))
    }
}

/// Whether an id is a name or goes on behind it at a `-`.
fn extends(id: &str, name: &str) -> bool {
    id.to_lowercase().strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests;
