//! Which windows are started early, and why the others are not.
//!
//! A window's clock starts at its first request, so a window started early comes back early. This module knows
//! readings, settings, history and the time it is given, and answers with a plan: one line a pair of credential
//! and model, each with its reason. Sending, recording the attempt before it is sent, and asking again after a
//! fresh reading are the scheduler's.

mod attempt;
mod by_hand;
mod history;
mod inputs;
mod pick;
mod plan;
mod recheck;
mod summary;
mod table;
mod verdict;
mod verify;
mod words;

pub use attempt::{Attempt, AttemptId, Outcome, Refusal};
pub use history::{History, Key, REMEMBERED};
pub use inputs::{Candidate, Holds, Inputs, Run, Target, Uses};
pub use pick::is_meant;
pub use plan::{Line, Plan, Refresh, plan};
pub use recheck::{Sent, recheck};
pub use summary::{Ride, Summary};
pub use verdict::{Better, Hold, Off, Rest, Unsure, Verdict};
pub use verify::{verified, verified_late};
pub use words::{Came, RefusedSentence, Sentence, Start, Verified};

#[cfg(test)]
mod tests;
