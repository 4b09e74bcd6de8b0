//! Tests of the plan as a whole; the parts have theirs beside them.

mod by_hand;
mod plan;
mod properties;
mod recheck;
mod rows;
mod words;
mod world;
