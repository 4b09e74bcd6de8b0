//! OpenAI's dialects: chat completions, the older completions, responses, images and the list of models.

pub mod chat;
pub mod completions;
pub mod images;
pub mod models;
pub mod responses;

mod completion;
mod content;
mod usage;
mod wishes;
