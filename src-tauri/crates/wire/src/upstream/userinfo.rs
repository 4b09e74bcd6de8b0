//! Who a login belongs to. Needed once for each login, to show; a failure is not fatal.

use super::{Malformed, document, fields, without};
use crate::field;

const ENDPOINT: &str = "userinfo";

/// Who a login belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserInfo {
    /// The e-mail address, if the login may tell it.
    pub email: Option<String>,
    /// The Workspace domain; marks a company account.
    pub hosted_domain: Option<String>,
}

/// Reads the answer.
///
/// # Errors
/// Where it is no user at all.
pub fn parse(body: &[u8]) -> Result<UserInfo, Malformed> {
    let document = document(ENDPOINT, body)?;
    let root = fields(ENDPOINT, &document)?;
    if !root.has("id") && !root.has("sub") && !root.has("email") {
        return Err(without(ENDPOINT, "user"));
    }
    Ok(UserInfo {
        email: root.plain("email").and_then(field::address),
        hosted_domain: root.plain("hd").and_then(field::id).map(str::to_owned),
    })
}
