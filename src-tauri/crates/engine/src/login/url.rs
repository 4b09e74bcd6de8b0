//! The address that opens the service's consent page.

use super::flow::Flow;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::credential::Provider;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

/// The scope without which nothing works.
pub(super) const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";
const COMMON: [&str; 3] = [
    CLOUD_PLATFORM,
    "https://www.googleapis.com/auth/userinfo.email",
    "https://www.googleapis.com/auth/userinfo.profile",
];
const ANTIGRAVITY: [&str; 2] =
    ["https://www.googleapis.com/auth/cclog", "https://www.googleapis.com/auth/experimentsandconfigs"];

/// The consent page with everything the sign-in sends along. `prompt=consent` because without it a second
/// sign-in brings no refresh token.
pub(super) fn authorize(page: &str, flow: &Flow) -> String {
    let mut scopes = COMMON.to_vec();
    if flow.provider == Provider::Antigravity {
        scopes.extend(ANTIGRAVITY);
    }
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(flow.verifier.expose_secret().as_bytes()));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", flow.client.0.expose_secret())
        .append_pair("redirect_uri", &flow.redirect_uri)
        .append_pair("response_type", "code")
        .append_pair("scope", &scopes.join(" "))
        .append_pair("access_type", "offline")
        .append_pair("prompt", "consent")
        .append_pair("state", flow.state.expose_secret())
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256")
        .finish();
    format!("{page}?{query}")
}
