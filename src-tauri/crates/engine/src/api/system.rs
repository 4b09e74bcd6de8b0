//! `status`, `doctor`, `ui_link`, `demo_end`.

use crate::host::Host;
use crate::notify::Numbered;
use crate::scheduler::Job;
use crate::view::dto::{
    ApiError, Check, ErrorCode, Notice, NotificationView, NotificationsArgs, StatusView, UiLink,
};
use domain::policy::notify::Telling;
use domain::policy::words::{Here, Said};
use domain::settings::Choice as _;

impl Host {
    pub(crate) async fn status(&self) -> Result<StatusView, ApiError> {
        let runtime = self.runtime();
        let language = runtime.settings.language();
        let (settings, agenda) = (runtime.settings.current(), runtime.agenda.borrow().clone());
        Ok(StatusView {
            version: crate::VERSION.to_owned(),
            demo: runtime.is_demo(),
            data_dir: self.data_dir().display().to_string(),
            key_storage: runtime.vault.storage(),
            notices: runtime
                .ledger
                .state()
                .notices
                .iter()
                .map(|n| Notice {
                    code: n.code.to_owned(),
                    level: n.level.key().to_owned(),
                    message: n.message.in_language(language).to_owned(),
                    at: n.at.to_string(),
                })
                .collect(),
            background_refresh: settings.background_refresh_enabled,
            paused_until: runtime.pause.until().map(|at| at.to_string()),
            tray_pinned: settings.tray_pinned.clone(),
            next_refresh_at: agenda.job(Job::Refresh).next_at.map(|at| at.to_string()),
            stretched_to_minutes: agenda.stretched_to.and_then(|d| u32::try_from(d.as_mins()).ok()),
            control_address: self.control_address().map(|a| a.to_string()),
            language: settings.language.key().to_owned(),
            theme: settings.theme.key().to_owned(),
        })
    }

    pub(crate) async fn notifications(
        &self,
        args: NotificationsArgs,
    ) -> Result<Vec<NotificationView>, ApiError> {
        let runtime = self.runtime();
        let language = runtime.settings.language();
        let view = |one: Numbered| {
            // Times are said as on the day it was decided.
            let here = Here { now: one.at, zone: &runtime.zone, language };
            NotificationView {
                number: one.number,
                at: one.at.to_string(),
                kind: one.telling.kind().key().to_owned(),
                title: one.telling.title(here),
                body: one.telling.body(here),
                page: page(&one.telling),
            }
        };
        Ok(runtime.notifier.after(args.after).into_iter().map(view).collect())
    }

    pub(crate) async fn doctor(&self) -> Result<Vec<Check>, ApiError> {
        Ok(crate::doctor::examine(self).await)
    }

    pub(crate) async fn ui_link(&self) -> Result<UiLink, ApiError> {
        self.issue_link().ok_or_else(|| {
            ApiError::new(
                ErrorCode::Unreachable,
                "no engine is running that could show a page; start one with `headroom serve`",
            )
        })
    }

    pub(crate) async fn demo_begin(&self) -> Result<(), ApiError> {
        let begun = self.enter_demo().await?;
        if begun || self.runtime().is_demo() {
            return Ok(());
        }
        Err(ApiError::said(
            ErrorCode::Refused,
            Said::new(
                "there are credentials; the demo shows itself where there is none",
                "已有凭据；只有在没有凭据时才会显示演示",
            ),
        ))
    }

    pub(crate) async fn demo_end(&self) -> Result<(), ApiError> {
        self.leave_demo().await.map(drop)
    }
}

/// Where a message leads: to its credential; one about several, to all of them.
fn page(telling: &Telling) -> String {
    match telling {
        Telling::One(message) => format!("/credential?{}", message.who.id),
        Telling::Several { .. } => "/".to_owned(),
    }
}
