//! `headroom doctor`: looks at what can be wrong with an installation and says what to do.

mod files;
mod redact;

pub use files::{restore, tidy, without_engine};
pub use redact::Redactor;

use crate::host::Host;
use crate::view::dto::{Check, KeyStorageView};
use domain::credential::State;

/// System proxy variables that other programs follow and this one does not.
const PROXY_VARIABLES: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// Every check, the same ones in the same order each time.
pub(crate) async fn examine(host: &Host) -> Vec<Check> {
    let dir = host.data_dir();
    let mut checks = vec![files::data_dir(dir), files::space(dir), database(host).await, files::backups(dir)];
    checks.extend(files::kept_aside(dir));
    checks.push(key_storage(host));
    checks.push(clock(host));
    checks.push(proxy_variables(host));
    checks.push(proxy_port(host).await);
    checks.push(network(host));
    checks.push(credentials(host));
    checks.push(damaged(host).await);
    checks.push(sources(host));
    checks.extend(notices(host));
    checks
}

async fn database(host: &Host) -> Check {
    match host.runtime().store.check().await {
        Ok(()) => ok("database", "The database is sound.".to_owned()),
        Err(error) => problem(
            "database",
            error.to_string(),
            "Start Headroom again: it restores the newest backup and keeps the damaged file.",
        ),
    }
}

fn key_storage(host: &Host) -> Check {
    const CODE: &str = "key_storage";
    let runtime = host.runtime();
    match runtime.vault.storage() {
        KeyStorageView::Keychain => {
            ok(CODE, "Secrets are encrypted; the key lies in the keychain of the system.".to_owned())
        }
        KeyStorageView::File => ok(
            CODE,
            "Secrets are encrypted; the key lies in secrets.key in the data directory, as you chose."
                .to_owned(),
        ),
        KeyStorageView::Memory => ok(CODE, "The demo keeps its key in memory only.".to_owned()),
        KeyStorageView::Missing | KeyStorageView::Lost => problem(
            CODE,
            runtime.vault.why_not().unwrap_or_else(|| "There is no key.".to_owned()),
            "Unlock or start the system's keychain, or choose the file: headroom settings set key_storage file",
        ),
    }
}

fn clock(host: &Host) -> Check {
    let state = host.runtime().ledger.state();
    match state.notices.iter().find(|n| n.code == "clock_differs") {
        Some(notice) => warning(
            "clock",
            notice.message.clone(),
            "Switch on the system's time synchronisation.".to_owned(),
        ),
        None => ok("clock", "The clock agrees with the service's, as far as it was asked.".to_owned()),
    }
}

fn proxy_variables(host: &Host) -> Check {
    const CODE: &str = "proxy_variables";
    let options = host.options();
    let set: Vec<_> = PROXY_VARIABLES
        .into_iter()
        .filter(|name| options.vars.get(name).is_some_and(|v| !v.is_empty()))
        .collect();
    let own = host.runtime().settings.current().upstream_proxy.is_some();
    match (set.as_slice(), own) {
        ([], false) => ok(CODE, "The service is called directly.".to_owned()),
        (_, true) => ok(CODE, "The service is called through upstream_proxy.".to_owned()),
        (set, false) => warning(
            CODE,
            format!("{} is set, and Headroom does not follow it.", set.join(", ")),
            "If the service is reached only through a proxy: headroom settings set upstream_proxy http://HOST:PORT".to_owned(),
        ),
    }
}

async fn proxy_port(host: &Host) -> Check {
    const CODE: &str = "proxy_port";
    let address = host.runtime().settings.current().proxy_listen;
    if host.runtime().proxy.state().listening == Some(address) {
        return ok(CODE, format!("The proxy listens on {address}."));
    }
    match tokio::net::TcpListener::bind(address).await {
        Ok(_) => ok(CODE, format!("The proxy's address {address} is free.")),
        Err(error) => warning(
            CODE,
            format!("The proxy's address {address} cannot be used: {error}."),
            "End the program that uses it, or choose another: headroom settings set proxy_listen 127.0.0.1:PORT".to_owned(),
        ),
    }
}

fn network(host: &Host) -> Check {
    const CODE: &str = "network";
    let settings = host.runtime().settings.current();
    if settings.proxy_enabled && settings.proxy_allow_lan && !settings.proxy_listen.ip().is_loopback() {
        return warning(
            CODE,
            format!(
                "The proxy answers the network on {}, by these names: {}.",
                settings.proxy_listen,
                settings.proxy_hosts.join(", ")
            ),
            "If nobody else uses it: headroom settings set proxy_allow_lan false".to_owned(),
        );
    }
    ok(CODE, "Nothing listens beyond this machine.".to_owned())
}

/// Records that cannot be read: named, kept, and hiding no other.
async fn damaged(host: &Host) -> Check {
    const CODE: &str = "records";
    match host.runtime().store.credentials().await {
        Err(error) => problem(CODE, error.to_string(), "See the database above."),
        Ok(loaded) if loaded.damaged.is_empty() => {
            ok(CODE, "Every stored credential can be read.".to_owned())
        }
        Ok(loaded) => {
            let each: Vec<_> = loaded.damaged.iter().map(|d| format!("{}: {}", d.id, d.why)).collect();
            warning(
                CODE,
                format!("{} stored credential(s) cannot be read and are left as they are:\n{}", each.len(), each.join("\n")),
                "Import or sign in again; the damaged record stays until you remove it: headroom credentials remove ID".to_owned(),
            )
        }
    }
}

fn credentials(host: &Host) -> Check {
    const CODE: &str = "credentials";
    let state = host.runtime().ledger.state();
    if state.credentials.is_empty() {
        return warning(CODE, "There is no credential yet.".to_owned(), "headroom import FILE, headroom credentials login antigravity, or headroom credentials add-key NAME".to_owned());
    }
    let stuck: Vec<_> = state
        .credentials
        .iter()
        .map(|k| &k.credential)
        .filter(|c| c.state.needs_user() || matches!(c.state, State::Retired { .. }))
        .map(|c| format!("{}: {}", c.name(), c.state.reason().unwrap_or_default()))
        .collect();
    if stuck.is_empty() {
        ok(CODE, format!("{} credential(s), none needs you.", state.credentials.len()))
    } else {
        warning(
            CODE,
            stuck.join("\n"),
            "headroom credentials check ID, once you have done what it says".to_owned(),
        )
    }
}

fn sources(host: &Host) -> Check {
    const CODE: &str = "sources";
    let state = host.runtime().ledger.state();
    let failing: Vec<_> = state
        .credentials
        .iter()
        .filter(|k| k.credential.state.is_active())
        .filter_map(|k| Some(format!("{}: {}", k.credential.name(), k.failure.as_ref()?.message)))
        .collect();
    if failing.is_empty() {
        ok(CODE, "No reading has failed.".to_owned())
    } else {
        warning(
            CODE,
            failing.join("\n"),
            "The numbers shown are older ones, marked as such; Headroom tries again by itself.".to_owned(),
        )
    }
}

/// What was found at the start: a restored backup, a settings file set aside.
fn notices(host: &Host) -> Vec<Check> {
    let state = host.runtime().ledger.state();
    let covered = ["clock_differs", "no_key", "damaged_credentials"];
    state
        .notices
        .iter()
        .filter(|n| !covered.contains(&n.code))
        .map(|n| Check {
            code: n.code.to_owned(),
            level: n.level.key().to_owned(),
            message: n.message.clone(),
            advice: None,
        })
        .collect()
}

fn ok(code: &str, message: String) -> Check {
    Check { code: code.to_owned(), level: "ok".to_owned(), message, advice: None }
}

fn warning(code: &str, message: String, advice: String) -> Check {
    Check { code: code.to_owned(), level: "warning".to_owned(), message, advice: Some(advice) }
}

fn problem(code: &str, message: String, advice: &str) -> Check {
    Check { code: code.to_owned(), level: "error".to_owned(), message, advice: Some(advice.to_owned()) }
}
