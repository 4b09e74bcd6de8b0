//! One sign-in: what it sent out, and what may come back.

use crate::view::dto::LoginProgress;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::credential::Provider;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tokio::sync::watch;

/// One sign-in.
pub(super) struct Flow {
    /// Names it to the user's program; says nothing to the service.
    pub(super) id: String,
    pub(super) provider: Provider,
    pub(super) client: (SecretString, SecretString),
    pub(super) port: u16,
    pub(super) path: &'static str,
    pub(super) redirect_uri: String,
    pub(super) state: SecretString,
    pub(super) verifier: SecretString,
    pub(super) expires_at: Timestamp,
    progress: watch::Sender<LoginProgress>,
}

/// What the browser brought.
pub(super) enum Callback {
    /// The code to exchange.
    Code(SecretString),
    /// The user or the service said no.
    Denied(String),
}

/// The address is not a callback of this sign-in.
#[derive(Debug)]
pub(super) struct Foreign;

impl Flow {
    pub(super) fn new(
        provider: Provider,
        client: (SecretString, SecretString),
        port: u16,
        expires_at: Timestamp,
    ) -> Self {
        let path = match provider {
            Provider::Antigravity | Provider::ApiKey => "/oauth-callback",
            Provider::GeminiCli => "/oauth2callback",
        };
        Self {
            id: random().expose_secret().chars().take(16).collect(),
            provider,
            client,
            port,
            path,
            redirect_uri: format!("http://127.0.0.1:{port}{path}"),
            state: random(),
            verifier: random(),
            expires_at,
            progress: watch::Sender::new(LoginProgress::Waiting),
        }
    }

    /// Reads the query of a callback. Compares the state in constant time; decodes once.
    pub(super) fn callback(&self, query: &str) -> Result<Callback, Foreign> {
        let mut fields: std::collections::HashMap<String, String> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let state = fields.remove("state").ok_or(Foreign)?;
        if !bool::from(state.as_bytes().ct_eq(self.state.expose_secret().as_bytes())) {
            return Err(Foreign);
        }
        if let Some(error) = fields.remove("error") {
            let known = matches!(error.as_str(), "access_denied" | "admin_policy_enforced" | "invalid_scope");
            return Ok(Callback::Denied(if known { error } else { "an error".to_owned() }));
        }
        fields
            .remove("code")
            .filter(|c| !c.is_empty())
            .map(|c| Callback::Code(SecretString::from(c)))
            .ok_or(Foreign)
    }

    pub(super) fn progress(&self) -> LoginProgress {
        self.progress.borrow().clone()
    }

    /// Whether this call is the one that exchanges the code: it works once.
    pub(super) fn begin_exchange(&self) -> bool {
        self.progress.send_if_modified(|p| {
            let waiting = *p == LoginProgress::Waiting;
            if waiting {
                *p = LoginProgress::Exchanging;
            }
            waiting
        })
    }

    pub(super) fn done(&self, id: String, name: String) {
        self.progress.send_replace(LoginProgress::Done { id, name });
    }

    /// Over without a credential; a sign-in that is over already stays as it ended.
    pub(super) fn fail(&self, why: &str) {
        self.progress.send_if_modified(|p| {
            let open = matches!(p, LoginProgress::Waiting | LoginProgress::Exchanging);
            if open {
                *p = LoginProgress::Failed { message: why.to_owned() };
            }
            open
        });
    }

    /// Waits until it is over.
    pub(super) async fn over(&self) {
        let mut progress = self.progress.subscribe();
        let _ = progress
            .wait_for(|p| matches!(p, LoginProgress::Done { .. } | LoginProgress::Failed { .. }))
            .await;
    }
}

/// 256 random bits as text that needs no encoding.
fn random() -> SecretString {
    SecretString::from(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_state_is_taken() {
        let flow = flow();
        let state = flow.state.expose_secret();
        assert!(
            matches!(flow.callback(&format!("code=4%2F0abc&state={state}&scope=x")), Ok(Callback::Code(c)) if c.expose_secret() == "4/0abc")
        );
        assert!(matches!(
            flow.callback(&format!("error=access_denied&state={state}")),
            Ok(Callback::Denied(_))
        ));
        for wrong in ["code=4%2F0abc", "code=4%2F0abc&state=", "code=4%2F0abc&state=other", ""] {
            assert!(flow.callback(wrong).is_err(), "{wrong}");
        }
        assert!(flow.callback(&format!("state={state}")).is_err(), "no code");
    }

    #[test]
    fn a_code_is_exchanged_once_and_an_end_stays() {
        let flow = flow();
        assert!(flow.begin_exchange());
        assert!(!flow.begin_exchange());
        flow.done("id".into(), "Ada".into());
        flow.fail("too late");
        assert!(matches!(flow.progress(), LoginProgress::Done { .. }));
    }

    fn flow() -> Flow {
        let client = (SecretString::from("FAKE_CLIENT_ID"), SecretString::from("FAKE_CLIENT_SECRET"));
        Flow::new(Provider::Antigravity, client, 40_000, Timestamp::UNIX_EPOCH)
    }
}
