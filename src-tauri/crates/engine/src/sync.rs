//! Locks of code whose schedules are explored: `schedules` puts its own in their place.

pub(crate) use std::sync::{Arc, Mutex, PoisonError, RwLock};
