//! `headroom doctor`: looks at what can be wrong with an installation and says what to do.

mod files;
mod redact;

pub use files::{restore, tidy, without_engine};
pub use redact::Redactor;

use crate::host::Host;
use crate::view::dto::{Check, KeyStorageView};
use domain::credential::State;
use domain::policy::words::{Language, Spoken as _};

/// System proxy variables that other programs follow and this one does not.
const PROXY_VARIABLES: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// Every check, the same ones in the same order each time, in the user's language.
pub(crate) async fn examine(host: &Host) -> Vec<Check> {
    let said = host.runtime().settings.language();
    let dir = host.data_dir();
    let mut checks = vec![
        files::data_dir(dir, said),
        files::space(dir, said),
        database(host, said).await,
        files::backups(dir, said),
    ];
    checks.extend(files::kept_aside(dir, said));
    checks.push(key_storage(host, said));
    checks.push(clock(host, said));
    checks.push(proxy_variables(host, said));
    checks.push(proxy_port(host, said).await);
    checks.push(network(host, said));
    checks.push(credentials(host, said));
    checks.push(damaged(host, said).await);
    checks.push(sources(host, said));
    checks.extend(notices(host, said));
    checks
}

async fn database(host: &Host, said: Language) -> Check {
    match host.runtime().store.check().await {
        Ok(()) => ok("database", said.say("The database is sound.", "数据库完好。")),
        Err(error) => problem(
            "database",
            error.said().in_language(said),
            said.say(
                "Start Headroom again: it restores the newest backup and keeps the damaged file.",
                "请重新启动 Headroom：它会恢复最新的备份，并保留损坏的文件。",
            ),
        ),
    }
}

fn key_storage(host: &Host, said: Language) -> Check {
    const CODE: &str = "key_storage";
    let runtime = host.runtime();
    match runtime.vault.storage() {
        KeyStorageView::Keychain => ok(
            CODE,
            said.say(
                "Secrets are encrypted; the key lies in the keychain of the system.",
                "机密已加密；密钥保存在系统的钥匙串中。",
            ),
        ),
        KeyStorageView::File => ok(
            CODE,
            said.say(
                "Secrets are encrypted; the key lies in secrets.key in the data directory, as you chose.",
                "机密已加密；按你的选择，密钥保存在数据目录的 secrets.key 中。",
            ),
        ),
        KeyStorageView::Memory => {
            ok(CODE, said.say("The demo keeps its key in memory only.", "演示只在内存中保存密钥。"))
        }
        KeyStorageView::Missing | KeyStorageView::Lost => problem(
            CODE,
            runtime.vault.why_not().map_or_else(
                || said.say("There is no key.", "没有密钥。").to_owned(),
                |why| why.in_language(said).to_owned(),
            ),
            said.say(
                "Unlock or start the system's keychain, or choose the file: headroom settings set key_storage file",
                "请解锁或启动系统的钥匙串，或选择文件：headroom settings set key_storage file",
            ),
        ),
    }
}

fn clock(host: &Host, said: Language) -> Check {
    let state = host.runtime().ledger.state();
    match state.notices.iter().find(|n| n.code == "clock_differs") {
        Some(notice) => warning(
            "clock",
            notice.message.in_language(said),
            said.say("Switch on the system's time synchronisation.", "请打开系统的时间同步。"),
        ),
        None => ok(
            "clock",
            said.say(
                "The clock agrees with the service's, as far as it was asked.",
                "就已读取的数据看，时钟与服务一致。",
            ),
        ),
    }
}

fn proxy_variables(host: &Host, said: Language) -> Check {
    const CODE: &str = "proxy_variables";
    let options = host.options();
    let set: Vec<_> = PROXY_VARIABLES
        .into_iter()
        .filter(|name| options.vars.get(name).is_some_and(|v| !v.is_empty()))
        .collect();
    let own = host.runtime().settings.current().upstream_proxy.is_some();
    match (set.as_slice(), own) {
        ([], false) => ok(CODE, said.say("The service is called directly.", "直接访问服务。")),
        (_, true) => ok(
            CODE,
            said.say("The service is called through upstream_proxy.", "通过 upstream_proxy 访问服务。"),
        ),
        (set, false) => {
            let names = set.join(", ");
            warning(
                CODE,
                said.say(
                    format!("{names} is set, and Headroom does not follow it."),
                    format!("设置了 {names}，但 Headroom 不使用它。"),
                ),
                said.say(
                    "If the service is reached only through a proxy: headroom settings set upstream_proxy http://HOST:PORT",
                    "如果只能通过代理访问服务：headroom settings set upstream_proxy http://HOST:PORT",
                ),
            )
        }
    }
}

async fn proxy_port(host: &Host, said: Language) -> Check {
    const CODE: &str = "proxy_port";
    let address = host.runtime().settings.current().proxy_listen;
    if host.runtime().proxy.state().listening == Some(address) {
        return ok(
            CODE,
            said.say(format!("The proxy listens on {address}."), format!("代理正在监听 {address}。")),
        );
    }
    match tokio::net::TcpListener::bind(address).await {
        Ok(_) => ok(
            CODE,
            said.say(format!("The proxy's address {address} is free."), format!("代理的地址 {address} 空闲。")),
        ),
        Err(error) => warning(
            CODE,
            said.say(
                format!("The proxy's address {address} cannot be used: {error}."),
                format!("代理的地址 {address} 无法使用：{error}。"),
            ),
            said.say(
                "End the program that uses it, or choose another: headroom settings set proxy_listen 127.0.0.1:PORT",
                "请结束占用它的程序，或选择另一个地址：headroom settings set proxy_listen 127.0.0.1:PORT",
            ),
        ),
    }
}

fn network(host: &Host, said: Language) -> Check {
    const CODE: &str = "network";
    let settings = host.runtime().settings.current();
    if settings.proxy_enabled && settings.proxy_allow_lan && !settings.proxy_listen.ip().is_loopback() {
        let (address, names) = (settings.proxy_listen, settings.proxy_hosts.join(", "));
        return warning(
            CODE,
            said.say(
                format!("The proxy answers the network on {address}, by these names: {names}."),
                format!("代理在 {address} 上应答网络请求，可用的名称：{names}。"),
            ),
            said.say(
                "If nobody else uses it: headroom settings set proxy_allow_lan false",
                "如果没有其他人使用：headroom settings set proxy_allow_lan false",
            ),
        );
    }
    ok(CODE, said.say("Nothing listens beyond this machine.", "没有对本机以外监听。"))
}

/// Records that cannot be read: named, kept, and hiding no other.
async fn damaged(host: &Host, said: Language) -> Check {
    const CODE: &str = "records";
    match host.runtime().store.credentials().await {
        Err(error) => {
            let why = error.said();
            problem(CODE, why.in_language(said), said.say("See the database above.", "见上面的数据库。"))
        }
        Ok(loaded) if loaded.damaged.is_empty() => {
            ok(CODE, said.say("Every stored credential can be read.", "所有已存的凭据都能读取。"))
        }
        Ok(loaded) => {
            let each: Vec<_> = loaded.damaged.iter().map(|d| format!("{}: {}", d.id, d.why)).collect();
            let (count, list) = (each.len(), each.join("\n"));
            warning(
                CODE,
                said.say(
                    format!("{count} stored credential(s) cannot be read and are left as they are:\n{list}"),
                    format!("有 {count} 个已存的凭据无法读取，保持原样：\n{list}"),
                ),
                said.say(
                    "Import or sign in again; the damaged record stays until you remove it: headroom credentials remove ID",
                    "请重新导入或登录；损坏的记录会保留到你移除为止：headroom credentials remove ID",
                ),
            )
        }
    }
}

fn credentials(host: &Host, said: Language) -> Check {
    const CODE: &str = "credentials";
    let state = host.runtime().ledger.state();
    if state.credentials.is_empty() {
        return warning(
            CODE,
            said.say("There is no credential yet.", "还没有凭据。"),
            said.say(
                "headroom import FILE, headroom credentials login antigravity, or headroom credentials add-key NAME",
                "headroom import FILE、headroom credentials login antigravity，或 headroom credentials add-key NAME",
            ),
        );
    }
    let stuck: Vec<_> = state
        .credentials
        .iter()
        .map(|k| &k.credential)
        .filter(|c| c.state.needs_user() || matches!(c.state, State::Retired { .. }))
        .map(|c| format!("{}{}{}", c.name(), said.say(": ", "："), c.state.reason(said).unwrap_or_default()))
        .collect();
    let count = state.credentials.len();
    if stuck.is_empty() {
        ok(
            CODE,
            said.say(
                format!("{count} credential(s), none needs you."),
                format!("{count} 个凭据，没有需要你处理的。"),
            ),
        )
    } else {
        warning(
            CODE,
            stuck.join("\n"),
            said.say(
                "headroom credentials check ID, once you have done what it says",
                "按提示处理之后：headroom credentials check ID",
            ),
        )
    }
}

fn sources(host: &Host, said: Language) -> Check {
    const CODE: &str = "sources";
    let state = host.runtime().ledger.state();
    let failing: Vec<_> = state
        .credentials
        .iter()
        .filter(|k| k.credential.state.is_active())
        .filter_map(|k| {
            let why = k.failure.as_ref()?.message.in_language(said);
            Some(format!("{}{}{why}", k.credential.name(), said.say(": ", "：")))
        })
        .collect();
    if failing.is_empty() {
        ok(CODE, said.say("No reading has failed.", "没有失败的读取。"))
    } else {
        warning(
            CODE,
            failing.join("\n"),
            said.say(
                "The numbers shown are older ones, marked as such; Headroom tries again by itself.",
                "显示的是较早的数值，并有标记；Headroom 会自行重试。",
            ),
        )
    }
}

/// What was found at the start: a restored backup, a settings file set aside.
fn notices(host: &Host, said: Language) -> Vec<Check> {
    let state = host.runtime().ledger.state();
    let covered = ["clock_differs", "no_key", "damaged_credentials"];
    state
        .notices
        .iter()
        .filter(|n| !covered.contains(&n.code))
        .map(|n| Check {
            code: n.code.to_owned(),
            level: n.level.key().to_owned(),
            message: n.message.in_language(said).to_owned(),
            advice: None,
        })
        .collect()
}

fn ok(code: &str, message: impl Into<String>) -> Check {
    Check { code: code.to_owned(), level: "ok".to_owned(), message: message.into(), advice: None }
}

fn warning(code: &str, message: impl Into<String>, advice: impl Into<String>) -> Check {
    Check {
        code: code.to_owned(),
        level: "warning".to_owned(),
        message: message.into(),
        advice: Some(advice.into()),
    }
}

fn problem(code: &str, message: impl Into<String>, advice: impl Into<String>) -> Check {
    Check {
        code: code.to_owned(),
        level: "error".to_owned(),
        message: message.into(),
        advice: Some(advice.into()),
    }
}
