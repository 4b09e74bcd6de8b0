//! Access tokens and authorization codes the simulator has issued.
//!
//! Remembers and recognises them; when to issue one is `oauth`'s decision. Accounts are named by their index.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

/// Codes are good for this long; what Google says of its own is "short-lived".
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Kept after expiry, so that the log can still say whose an old token was.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(48);

#[derive(Debug)]
struct Access {
    account: usize,
    expires: Timestamp,
    withdrawn: bool,
}

/// A code and what its exchange must show.
#[derive(Debug)]
pub(crate) struct Code {
    pub account: usize,
    pub client_id: String,
    pub redirect_uri: String,
    /// The S256 challenge, where one was sent.
    pub challenge: Option<String>,
    pub scope: String,
    issued: Timestamp,
}

/// Whose token it is and whether it still works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bearer {
    Good(usize),
    Expired(usize),
    Withdrawn(usize),
    Unknown,
}

/// Everything issued.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    access: HashMap<String, Access>,
    codes: HashMap<String, Code>,
}

impl Tokens {
    pub(crate) fn plant(&mut self, token: String, account: usize, lifetime: SignedDuration, now: Timestamp) {
        self.access.retain(|_, known| now.duration_since(known.expires) < REMEMBERED);
        let expires = now.checked_add(lifetime).unwrap_or(Timestamp::MAX);
        self.access.insert(token, Access { account, expires, withdrawn: false });
    }

    pub(crate) fn bearer(&self, token: &str, now: Timestamp) -> Bearer {
        match self.access.get(token) {
            None => Bearer::Unknown,
            Some(known) if known.withdrawn => Bearer::Withdrawn(known.account),
            Some(known) if known.expires <= now => Bearer::Expired(known.account),
            Some(known) => Bearer::Good(known.account),
        }
    }

    /// From now on no token of this account works.
    pub(crate) fn withdraw(&mut self, account: usize) {
        self.access
            .values_mut()
            .filter(|known| known.account == account)
            .for_each(|known| known.withdrawn = true);
    }

    #[expect(clippy::too_many_arguments, reason = "what a code is bound to")]
    pub(crate) fn put_code(
        &mut self,
        code: String,
        account: usize,
        client_id: &str,
        redirect_uri: &str,
        challenge: Option<&str>,
        scope: &str,
        now: Timestamp,
    ) {
        self.codes.insert(
            code,
            Code {
                account,
                client_id: client_id.to_owned(),
                redirect_uri: redirect_uri.to_owned(),
                challenge: challenge.map(str::to_owned),
                scope: scope.to_owned(),
                issued: now,
            },
        );
    }

    /// Whose code it is.
    pub(crate) fn code_owner(&self, code: &str) -> Option<usize> {
        self.codes.get(code).map(|code| code.account)
    }

    /// Takes a code: it works once.
    pub(crate) fn take_code(&mut self, code: &str, now: Timestamp) -> Option<Code> {
        self.codes.remove(code).filter(|code| now.duration_since(code.issued) < CODE_LIFE)
    }
}

impl Code {
    /// Whether the exchange proves that it comes from whoever asked for the code (RFC 7636, S256).
    pub(crate) fn proven_by(&self, verifier: Option<&str>) -> bool {
        match (&self.challenge, verifier) {
            (None, _) => true,
            (Some(challenge), Some(verifier)) => {
                URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == *challenge
            }
            (Some(_), None) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        "2026-09-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
    }

    #[test]
    fn a_token_works_until_it_expires_or_is_withdrawn() {
        let mut tokens = Tokens::default();
        tokens.plant("a".into(), 7, SignedDuration::from_mins(60), at(0));
        tokens.plant("b".into(), 8, SignedDuration::from_mins(60), at(0));
        assert_eq!(tokens.bearer("a", at(59)), Bearer::Good(7));
        assert_eq!(tokens.bearer("a", at(60)), Bearer::Expired(7));
        tokens.withdraw(7);
        assert_eq!(
            ["a", "b", "c"].map(|t| tokens.bearer(t, at(1))),
            [Bearer::Withdrawn(7), Bearer::Good(8), Bearer::Unknown]
        );
    }

    #[test]
    fn a_code_works_once_and_not_for_long() {
        let mut tokens = Tokens::default();
        let put = |tokens: &mut Tokens| tokens.put_code("c".into(), 1, "id", "uri", None, "", at(0));
        put(&mut tokens);
        assert!(tokens.take_code("c", at(9)).is_some());
        assert!(tokens.take_code("c", at(9)).is_none());
        put(&mut tokens);
        assert!(tokens.take_code("c", at(10)).is_none());
    }

    #[test]
    fn only_the_verifier_behind_the_challenge_proves_it() {
        let mut tokens = Tokens::default();
        // The example of RFC 7636, appendix B.
        let challenge = Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        tokens.put_code("c".into(), 1, "id", "uri", challenge, "", at(0));
        let code = tokens.take_code("c", at(0)).unwrap();
        assert!(code.proven_by(Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")));
        assert!(!code.proven_by(Some("another")) && !code.proven_by(None));
    }
}
