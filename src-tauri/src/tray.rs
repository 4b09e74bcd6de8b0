//! The tray: draws what `engine::view::tray` decides, and passes on what is clicked.
//!
//! Knows whether anybody can see it. Where there is no tray the program goes on, says so, and closing the window
//! quits.

use std::sync::Arc;
use std::time::Duration;

use engine::Clock;
use engine::settings::Vars;
use engine::tasks::Tasks;
use engine::view::dto::{ApiError, ErrorCode, Freshness, Notice, PauseArgs, QuotaArgs, WarmupArgs};
use engine::view::tray::{Absence, Language, PauseFor, Spoken, TrayModel, TrayRequest, tray, without_engine};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tauri::{AppHandle, Manager};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::backend::Backend;
use crate::locale::Locale;
use crate::windows;

mod art;
#[cfg(any(not(target_os = "linux"), feature = "native-tray"))]
#[path = "tray/native.rs"]
mod face;
#[cfg(all(target_os = "linux", not(feature = "native-tray")))]
#[path = "tray/status_notifier.rs"]
mod face;
mod panel;

/// A peek is answered from memory; an engine that takes longer does not hold up the menu.
const PROMPT: Duration = Duration::from_secs(5);
/// "2 h 04 m" in the menu is true for a minute.
const MINUTE: Duration = Duration::from_secs(60);

/// Whether the tray can be seen.
pub(crate) struct Presence(watch::Sender<Standing>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    Looking,
    Shown,
    Missing { why: Missing, since: Timestamp },
}

/// Why there is no tray.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Missing {
    /// Nothing on the session bus shows icons.
    #[cfg_attr(
        all(any(not(target_os = "linux"), feature = "native-tray"), not(test)),
        expect(dead_code, reason = "only a tray on the session bus can miss it")
    )]
    #[error(
        "This desktop shows no tray icons (nothing on the session bus hosts StatusNotifier items), so closing the \
         window quits Headroom. GNOME needs the AppIndicator extension, Xfce the status tray plugin in the panel; \
         the icon comes by itself as soon as there is a place for it."
    )]
    NoHost,
    /// There is no session bus, or it refuses.
    #[cfg_attr(
        all(any(not(target_os = "linux"), feature = "native-tray"), not(test)),
        expect(dead_code, reason = "only a tray on the session bus can miss it")
    )]
    #[error(
        "There is no tray, because the session bus does not answer ({0}), so closing the window quits Headroom. \
         Start it inside a desktop session, or run `headroom serve` and open the page with `headroom ui`."
    )]
    NoBus(String),
    /// The system would not make the icon.
    #[error(
        "There is no tray icon, because the system refused it ({0}), so closing the window quits Headroom."
    )]
    Refused(String),
}

impl Spoken for Missing {
    fn in_chinese(&self) -> String {
        match self {
            Self::NoHost => "此桌面不显示托盘图标（会话总线上没有显示 StatusNotifier 的程序），因此关闭窗口会退出 Headroom。GNOME 需要 AppIndicator 扩展，Xfce 需要面板中的状态托盘插件；有了显示的地方，图标会自动出现。".to_owned(),
            Self::NoBus(why) => format!(
                "没有托盘，因为会话总线没有应答（{why}），因此关闭窗口会退出 Headroom。请在桌面会话中启动，或运行 `headroom serve` 并用 `headroom ui` 打开页面。"
            ),
            Self::Refused(why) => {
                format!("没有托盘图标，因为系统拒绝了它（{why}），因此关闭窗口会退出 Headroom。")
            }
        }
    }
}

impl Presence {
    /// Not known yet.
    pub fn new() -> Self {
        Self(watch::Sender::new(Standing::Looking))
    }

    /// Whether closing the window may leave the program to the tray.
    pub fn holds(&self) -> bool {
        !matches!(*self.0.borrow(), Standing::Missing { .. })
    }

    /// What the window says about it.
    pub fn notice(&self, language: Language) -> Option<Notice> {
        match &*self.0.borrow() {
            Standing::Looking | Standing::Shown => None,
            Standing::Missing { why, since } => Some(Notice {
                code: "tray_missing".to_owned(),
                level: "warning".to_owned(),
                message: why.said().in_language(language).to_owned(),
                at: since.to_string(),
            }),
        }
    }

    /// Tells when that changes.
    pub fn changes(&self) -> PresenceChanges {
        PresenceChanges(self.0.subscribe())
    }

    /// Waits until the tray can be seen.
    pub async fn shown(&self) {
        self.wait(|standing| matches!(standing, Standing::Shown)).await;
    }

    /// Waits until it is known that the tray cannot be seen.
    pub async fn missing(&self) {
        self.wait(|standing| matches!(standing, Standing::Missing { .. })).await;
    }

    async fn wait(&self, is_so: impl FnMut(&Standing) -> bool) {
        if self.0.subscribe().wait_for(is_so).await.is_err() {
            // The sender lives as long as `self`.
            std::future::pending::<()>().await;
        }
    }
}

/// See [`Presence::changes`].
pub(crate) struct PresenceChanges(watch::Receiver<Standing>);

impl PresenceChanges {
    /// Waits for the next change.
    pub async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            // Nothing changes any more.
            std::future::pending::<()>().await;
        }
    }
}

/// How the tray tells whether it can be seen. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Told {
    app: AppHandle,
    clock: Arc<dyn Clock>,
}

impl Told {
    fn shown(&self) {
        if self.set(Standing::Shown) {
            tracing::info!("the tray icon is shown");
        }
    }

    fn missing(&self, why: Missing) {
        let said = why.to_string();
        if self.set(Standing::Missing { why, since: self.clock.now() }) {
            tracing::warn!("{said}");
        }
    }

    fn set(&self, next: Standing) -> bool {
        self.app.state::<Presence>().0.send_if_modified(|standing| {
            let same = match (&*standing, &next) {
                (Standing::Missing { why: before, .. }, Standing::Missing { why, .. }) => before == why,
                (before, next) => before == next,
            };
            if !same {
                *standing = next.clone();
            }
            !same
        })
    }
}

/// What the tray needs to know of its surroundings.
pub(crate) struct Around {
    /// Where the panel's colours come from.
    pub vars: Arc<dyn Vars>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

/// Shows the tray and does what is clicked, until `stop`.
pub(crate) async fn keep(app: AppHandle, around: Around, stop: CancellationToken) {
    let told = Told { app: app.clone(), clock: around.clock.clone() };
    let (asked, mut requests) = mpsc::unbounded_channel();
    let mut changes = app.state::<Backend>().changes();
    let mut seen = app.state::<Presence>().changes();
    let mut drawn = current(&app, &around).await;
    let mut face = face::Face::show(&app, drawn.clone(), panel::find(&*around.vars).await, asked, told).await;
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            change = changes.next() => if change.is_none() { break },
            () = seen.next() => {}
            request = requests.recv() => match request {
                Some(request) => act(&app, request),
                None => break,
            },
            () = tokio::time::sleep(MINUTE) => {}
        }
        let next = current(&app, &around).await;
        if next != drawn {
            face.draw(&next).await;
            drawn = next;
        }
    }
    face.hide().await;
}

/// What the tray has to show now.
async fn current(app: &AppHandle, around: &Around) -> TrayModel {
    let locale = app.state::<Locale>();
    let unset = locale.language("system");
    if app.state::<Backend>().starting() {
        return without_engine(Absence::Starting, unset);
    }
    let documents = tokio::time::timeout(PROMPT, async {
        let client = app.state::<Backend>().client().await?;
        let quota = client.quota(QuotaArgs { freshness: Freshness::Peek, credential: None }).await?;
        Ok::<_, ApiError>((quota, client.status().await?))
    });
    match documents.await {
        Ok(Ok((quota, mut status))) => {
            let language = locale.language(&status.language);
            status.notices.extend(app.state::<Presence>().notice(language));
            tray(&quota, &status, around.clock.now(), &TimeZone::system(), language)
        }
        Ok(Err(_)) | Err(_) => without_engine(Absence::Lost, unset),
    }
}

fn act(app: &AppHandle, request: TrayRequest) {
    match request {
        TrayRequest::Open => windows::show(app),
        TrayRequest::Overview => windows::show_page(app, Some("/".to_owned())),
        TrayRequest::OpenCredential(id) => windows::show_page(app, Some(credential_page(&id))),
        TrayRequest::Quit => app.exit(0),
        TrayRequest::Refresh => app.state::<Tasks>().start(|_| refresh(app.clone())),
        TrayRequest::Warm(credential) => app.state::<Tasks>().start(|_| warm(app.clone(), credential)),
        TrayRequest::Pause(how_long) => app.state::<Tasks>().start(|_| pause(app.clone(), how_long)),
    }
}

fn credential_page(id: &str) -> String {
    format!("/credential?{id}")
}

/// Warms up; what asks for the user's word, or for a confirmation, is asked in the window.
async fn warm(app: AppHandle, credential: Option<String>) {
    let page = credential.as_deref().map_or_else(|| "/scheduler".to_owned(), credential_page);
    let args = WarmupArgs { all: credential.is_none(), credential, ..WarmupArgs::default() };
    let done = async { app.state::<Backend>().client().await?.warmup(args).await };
    match done.await {
        Ok(round) if round.total > 0 => {}
        Ok(_) => windows::show_page(&app, Some(page)),
        Err(error) => {
            if error.code != ErrorCode::NeedsConsent {
                tracing::warn!("the warmup asked for in the tray did not work: {error}");
            }
            windows::show_page(&app, Some(page));
        }
    }
}

async fn pause(app: AppHandle, how_long: PauseFor) {
    let args = PauseArgs { pause: how_long.key().to_owned() };
    let done = async { app.state::<Backend>().client().await?.automation_pause(args).await };
    if let Err(error) = done.await {
        tracing::warn!("the pause asked for in the tray did not work: {error}");
    }
}

async fn refresh(app: AppHandle) {
    let args = QuotaArgs { freshness: Freshness::Refreshed, credential: None };
    let read = async { app.state::<Backend>().client().await?.quota(args).await };
    if let Err(error) = read.await {
        tracing::warn!("the refresh asked for in the tray did not work: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(why: Missing) -> Presence {
        Presence(watch::Sender::new(Standing::Missing { why, since: Timestamp::UNIX_EPOCH }))
    }

    #[test]
    fn closing_the_window_quits_only_where_no_tray_can_be_seen() {
        assert!(Presence::new().holds());
        assert!(Presence(watch::Sender::new(Standing::Shown)).holds());
        assert!(!missing(Missing::NoHost).holds());
    }

    #[test]
    fn a_missing_tray_is_told_with_what_to_do() {
        assert_eq!(Presence::new().notice(Language::English), None);
        for why in [Missing::NoHost, Missing::NoBus("gone".to_owned()), Missing::Refused("no".to_owned())] {
            let chinese = missing(why.clone()).notice(Language::Chinese).unwrap();
            assert!(chinese.message.contains("关闭窗口会退出"), "{}", chinese.message);
            let notice = missing(why).notice(Language::English).unwrap();
            assert_eq!(notice.code, "tray_missing");
            assert!(notice.message.contains("closing the window quits"), "{}", notice.message);
        }
    }
}
