//! Anthropic's dialect: messages, the count of their tokens, and the list of models.

pub mod count_tokens;
pub mod messages;
pub mod models;
