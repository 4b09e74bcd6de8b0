//! Google's own dialect: content, whole or streamed, the count of its tokens, and the list of models.

pub mod count_tokens;
pub mod generate;
pub mod models;
