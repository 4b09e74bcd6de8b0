//! Who may use the control API: the token in `control.json`, one-time words, and the sessions they open.
//!
//! Everything lives in memory and ends with the engine. How a token travels in a request is for `router`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use subtle::ConstantTimeEq;
use tokio::time::Instant;

/// How long a one-time word works.
const WORD_LIVES: Duration = Duration::from_secs(60);
/// A link that nobody follows must not pile up.
const MAX_WORDS: usize = 16;
/// The oldest page loses its session first.
const MAX_SESSIONS: usize = 64;
/// Wrong tokens and words answered as such within [`FAILURE_WINDOW`].
const MAX_FAILURES: usize = 20;
const FAILURE_WINDOW: Duration = Duration::from_secs(60);

/// The one owner of everything that opens the control API.
pub(super) struct Access {
    token: SecretString,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    words: VecDeque<(SecretString, Instant)>,
    sessions: VecDeque<SecretString>,
    failures: VecDeque<Instant>,
}

/// Why somebody does not get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// No token, or a wrong one.
    Wrong,
    /// Wrong, and so were too many before it.
    TooOften,
}

impl Access {
    /// A new token, no words, no sessions.
    pub(super) fn new() -> Self {
        Self { token: secret(), state: Mutex::default() }
    }

    /// The token for `control.json`.
    pub(super) fn token(&self) -> SecretString {
        self.token.clone()
    }

    /// Whether `presented` is the token or a session's.
    ///
    /// The right one always gets in, however often others guessed wrong: 256 bits need no lockout, and a
    /// lockout would let any local program shut the user out.
    pub(super) fn admit(&self, presented: Option<&str>, now: Instant) -> Result<(), Denied> {
        let Some(presented) = presented else { return Err(Denied::Wrong) };
        let mut state = self.state();
        // Every one is compared, so that the time taken does not tell which came close.
        let known = state
            .sessions
            .iter()
            .fold(same(&self.token, presented), |known, session| known | same(session, presented));
        if bool::from(known) { Ok(()) } else { Err(state.failed(now)) }
    }

    /// A word that [`Access::redeem`] takes once, within a minute.
    pub(super) fn issue_word(&self, now: Instant) -> SecretString {
        let word = secret();
        let mut state = self.state();
        state.expire_words(now);
        if state.words.len() >= MAX_WORDS {
            state.words.pop_front();
        }
        state.words.push_back((word.clone(), now + WORD_LIVES));
        word
    }

    /// Exchanges a word for a session's token. The word does not work again.
    pub(super) fn redeem(&self, word: &str, now: Instant) -> Result<SecretString, Denied> {
        let mut state = self.state();
        state.expire_words(now);
        let mut found = None;
        for (place, (known, _)) in state.words.iter().enumerate() {
            if bool::from(same(known, word)) {
                found = Some(place);
            }
        }
        let Some(place) = found else { return Err(state.failed(now)) };
        state.words.remove(place);
        if state.sessions.len() >= MAX_SESSIONS {
            state.sessions.pop_front();
        }
        let session = secret();
        state.sessions.push_back(session.clone());
        Ok(session)
    }

    // A panic elsewhere while the lock was held leaves lists that are whole: each change is one call.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn expire_words(&mut self, now: Instant) {
        self.words.retain(|(_, expires)| now < *expires);
    }

    fn failed(&mut self, now: Instant) -> Denied {
        self.failures.retain(|at| now.duration_since(*at) < FAILURE_WINDOW);
        if self.failures.len() >= MAX_FAILURES {
            return Denied::TooOften;
        }
        self.failures.push_back(now);
        Denied::Wrong
    }
}

fn secret() -> SecretString {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()).into()
}

fn same(known: &SecretString, presented: &str) -> subtle::Choice {
    known.expose_secret().as_bytes().ct_eq(presented.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_token_opens_and_nothing_else_does() {
        let access = Access::new();
        let token = access.token().expose_secret().to_owned();
        let open = |presented: Option<&str>| access.admit(presented, Instant::now()).is_ok();
        assert!(open(Some(&token)));
        assert!(!open(None));
        for wrong in [
            "",
            " ",
            &token[1..],
            &token[..42],
            &format!("{token}="),
            &format!(" {token}"),
            &token.to_uppercase(),
        ] {
            assert!(!open(Some(wrong)), "{wrong:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn two_engines_never_share_a_token() {
        let tokens: std::collections::HashSet<_> =
            (0..1000).map(|_| Access::new().token().expose_secret().to_owned()).collect();
        assert_eq!(tokens.len(), 1000);
        assert!(tokens.iter().all(|token| token.len() == 43), "256 bits in base64");
    }

    #[tokio::test(start_paused = true)]
    async fn guessing_is_slowed_down_and_the_right_token_still_opens() {
        let access = Access::new();
        let mut answers = Vec::new();
        for guess in 0..10_000 {
            answers.push(access.admit(Some(&format!("guess {guess}")), Instant::now()));
        }
        assert!(answers.iter().all(Result::is_err));
        assert_eq!(answers.iter().filter(|answer| **answer == Err(Denied::Wrong)).count(), MAX_FAILURES);
        assert!(access.admit(Some(access.token().expose_secret()), Instant::now()).is_ok());
        tokio::time::advance(FAILURE_WINDOW).await;
        assert_eq!(access.admit(Some("later"), Instant::now()), Err(Denied::Wrong));
    }

    #[tokio::test(start_paused = true)]
    async fn a_word_opens_one_session_once() {
        let access = Access::new();
        let word = access.issue_word(Instant::now());
        let session = access.redeem(word.expose_secret(), Instant::now()).unwrap();
        assert!(access.admit(Some(session.expose_secret()), Instant::now()).is_ok());
        assert_eq!(access.redeem(word.expose_secret(), Instant::now()).unwrap_err(), Denied::Wrong);
        assert!(access.admit(Some(word.expose_secret()), Instant::now()).is_err(), "a word is no token");
    }

    #[tokio::test(start_paused = true)]
    async fn a_word_works_for_a_minute() {
        let access = Access::new();
        let (in_time, late) = (access.issue_word(Instant::now()), access.issue_word(Instant::now()));
        tokio::time::advance(WORD_LIVES - Duration::from_millis(1)).await;
        assert!(access.redeem(in_time.expose_secret(), Instant::now()).is_ok());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(access.redeem(late.expose_secret(), Instant::now()).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn links_and_pages_do_not_pile_up() {
        let access = Access::new();
        let words: Vec<_> = (0..=MAX_WORDS).map(|_| access.issue_word(Instant::now())).collect();
        assert!(access.redeem(words[0].expose_secret(), Instant::now()).is_err(), "the oldest link is gone");
        let mut sessions = Vec::new();
        for _ in 0..=MAX_SESSIONS {
            let word = access.issue_word(Instant::now());
            sessions.push(access.redeem(word.expose_secret(), Instant::now()).unwrap());
        }
        assert!(access.admit(Some(sessions[0].expose_secret()), Instant::now()).is_err());
        assert!(access.admit(Some(sessions[MAX_SESSIONS].expose_secret()), Instant::now()).is_ok());
    }
}
