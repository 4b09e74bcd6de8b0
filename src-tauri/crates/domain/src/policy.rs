//! Decisions, each a pure function of what is known and the time.


