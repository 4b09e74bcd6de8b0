//! One way to call the engine, whether it runs in this process or in another.
//!
//! The typed methods, one a command, come from `api`'s table. Finding a running engine and talking to it over
//! its control API live here; what a command does is the engine's.

mod changes;
mod remote;

pub use changes::Changes;
pub use remote::Remote;

use crate::host::Host;
use crate::view::dto::{ApiError, ErrorCode};
use crate::{api, control, lock};
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

/// A handle to the engine. Clones talk to the same one.
#[derive(Clone)]
pub enum Client {
    /// In this process.
    Local(Host),
    /// In another process, over its control API.
    Remote(Remote),
}

/// An engine that runs says so at once.
const FIND_WITHIN: Duration = Duration::from_secs(3);

impl Client {
    /// The engine in this process.
    #[must_use]
    pub fn local(host: Host) -> Self {
        Self::Local(host)
    }

    /// An engine in another process.
    ///
    /// # Errors
    ///
    /// `failed` when this process cannot make an HTTP client.
    pub fn remote(address: SocketAddr, token: SecretString) -> Result<Self, ApiError> {
        Ok(Self::Remote(Remote::new(address, token)?))
    }

    /// The running engine that owns `data_dir`, if there is one and it answers.
    ///
    /// The token goes out only while the directory is owned: the port of an engine that was killed may be
    /// somebody else's now.
    pub async fn find(data_dir: &Path) -> Option<Self> {
        let announced = control::announced(data_dir).filter(|_| lock::is_held(data_dir))?;
        let remote = Remote::new(announced.address, announced.token).ok()?;
        remote.answers(FIND_WITHIN).await.then_some(Self::Remote(remote))
    }

    /// Follows what changes.
    #[must_use]
    pub fn changes(&self) -> Changes {
        match self {
            Self::Local(host) => Changes::local(host.revision()),
            Self::Remote(remote) => Changes::remote(remote.clone()),
        }
    }

    pub(crate) async fn call<A: Serialize, R: DeserializeOwned>(
        &self,
        name: &'static str,
        args: A,
    ) -> Result<R, ApiError> {
        match self {
            Self::Local(host) => {
                let args = serde_json::to_value(args).map_err(|_| unwritable(name))?;
                let result = api::dispatch(host, name, args).await?;
                serde_json::from_value(result).map_err(|_| other_version(name))
            }
            Self::Remote(remote) => remote.call(name, &args).await,
        }
    }
}

fn unwritable(name: &str) -> ApiError {
    ApiError::new(ErrorCode::BadInput, format!("The arguments of `{name}` cannot be written as JSON."))
}

fn other_version(name: &str) -> ApiError {
    let message = format!(
        "The engine's answer to `{name}` has a form this program does not know. \
         They are of different versions: stop the engine and start it again."
    );
    ApiError::new(ErrorCode::Failed, message)
}

#[cfg(test)]
mod tests;
