//! Levers on an account: use its quota up, take its standing away, kill its tokens.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    catalogue::Group,
    fault::FaultError,
    scenario::{Flag, SummaryShape, Tier},
    world::World,
};

/// A change to one account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    /// Whose: name or e-mail address.
    pub account: String,
    /// What.
    pub change: Change,
}

/// What changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Use a share of a group's windows, as somebody else's request would; starts them.
    Use {
        /// The group.
        group: Group,
        /// One window, or all of the group. Each is used by the whole share.
        #[serde(default)]
        window: Option<String>,
        /// The share, 0.0–1.0; 1.0 empties it.
        share: f64,
    },
    /// Back to unused, as when the service restores quota early.
    Refill {
        /// The group.
        group: Group,
        /// One window, or all of the group.
        #[serde(default)]
        window: Option<String>,
    },
    /// Use a share of the request bucket a Gemini CLI model counts in.
    UseBucket {
        /// The model.
        model: String,
        /// The share, 0.0–1.0.
        share: f64,
    },
    /// Set or lift a flag.
    Flag {
        /// Which.
        flag: Flag,
        /// Whether it applies from now on.
        on: bool,
    },
    /// The refresh token is dead (or alive again).
    RevokeRefreshToken {
        /// Whether it is revoked from now on.
        revoked: bool,
    },
    /// Access tokens issued so far stop working: the API answers 401.
    ExpireAccessTokens,
    /// The next sign-ins by browser are denied (or not any more).
    DenySignIn {
        /// Whether they are denied from now on.
        denied: bool,
    },
    /// Another subscription.
    Tier {
        /// Which.
        tier: Tier,
    },
    /// Another project, or none.
    Project {
        /// Its id.
        project: Option<String>,
    },
    /// Another shape of the quota summary.
    Summary {
        /// Which.
        shape: SummaryShape,
    },
    /// What each request costs of a short window from now on.
    Cost {
        /// The share, 0.0–1.0; none = by tokens.
        share: Option<f64>,
    },
}

impl AccountChange {
    /// A change to the account of this name or address.
    pub fn new(account: &str, change: Change) -> Self {
        Self { account: account.to_owned(), change }
    }
}

/// Carries a change out.
pub(crate) fn apply(world: &mut World, change: AccountChange, now: Timestamp) -> Result<(), FaultError> {
    let Some(index) = world.account_called(&change.account) else {
        return Err(FaultError::Account(change.account));
    };
    let account = &mut world.accounts[index];
    match change.change {
        Change::Use { group, window, share } => {
            if let Some(pool) = account.pool(group) {
                pool.settle(now);
                pool.windows_mut(window.as_deref()).for_each(|window| window.bill(share, now));
            }
        }
        Change::Refill { group, window } => {
            if let Some(pool) = account.pool(group) {
                pool.settle(now);
                pool.windows_mut(window.as_deref()).for_each(crate::window::Window::refill);
            }
        }
        Change::UseBucket { model, share } => {
            if let Some(bucket) = account.bucket(&model) {
                bucket.window.bill(share, now);
            }
        }
        Change::Flag { flag, on: true } => {
            account.flags.insert(flag);
        }
        Change::Flag { flag, on: false } => {
            account.flags.remove(&flag);
        }
        Change::RevokeRefreshToken { revoked } => account.refresh_revoked = revoked,
        Change::ExpireAccessTokens => world.tokens.withdraw(index),
        Change::DenySignIn { denied } => account.denies_sign_in = denied,
        Change::Tier { tier } => account.spec.tier = tier,
        Change::Project { project } => account.project = project,
        Change::Summary { shape } => account.spec.summary = Some(shape),
        Change::Cost { share } => account.spec.cost = share,
    }
    Ok(())
}
