//! The tray's words in both languages; shares and times are said as in every sentence.
//!
//! Written in each language, not translated word by word. What the engine says about a credential comes with the
//! document and is not said again here.

use domain::policy::words::{Here, Language};
use domain::quota::Remaining;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Absence, PauseFor};

/// The words, with the clock that times are told against.
pub(super) struct Words<'a> {
    pub language: Language,
    pub now: Timestamp,
    pub zone: &'a TimeZone,
}

impl Words<'_> {
    fn pick(&self, english: &'static str, chinese: &'static str) -> &'static str {
        self.language.say(english, chinese)
    }

    pub fn demo(&self) -> &'static str {
        self.pick("Demo", "演示")
    }

    pub fn demo_name(&self) -> &'static str {
        self.pick("Headroom (demo)", "Headroom（演示）")
    }

    pub fn refresh(&self) -> &'static str {
        self.pick("Refresh now", "立即刷新")
    }

    pub fn warm_up(&self) -> &'static str {
        self.pick("Warm up", "预热")
    }

    pub fn everyone(&self) -> &'static str {
        self.pick("Everyone", "全部")
    }

    pub fn pause(&self) -> &'static str {
        self.pick("Pause automation", "暂停自动化")
    }

    pub fn pause_for(&self, how_long: PauseFor) -> &'static str {
        match how_long {
            PauseFor::Hour => self.pick("For 1 hour", "1 小时"),
            PauseFor::Tomorrow => self.pick("Until tomorrow, 06:00", "到明早 06:00"),
            PauseFor::Over => self.pick("Resume now", "立即恢复"),
        }
    }

    /// `Automation is paused until 15:20.`
    pub fn paused(&self, until: Timestamp) -> String {
        match self.language {
            Language::English => format!("Automation is paused until {}.", self.local(until)),
            Language::Chinese => format!("自动化已暂停，{} 恢复。", self.local(until)),
        }
    }

    /// `Next capacity: Claude on Bob at 14:05 (2 h 04 m)`
    pub fn next_capacity(&self, group: &str, name: &str, at: Timestamp) -> String {
        match self.language {
            Language::English => format!("Next capacity: {group} on {name} at {}", self.reset(at)),
            Language::Chinese => format!("最早恢复：{name} 的 {group}，{}", self.reset(at)),
        }
    }

    /// `Bob rests for Claude: protected, back at 14:05`
    pub fn rests(
        &self,
        name: &str,
        group: &str,
        protected: bool,
        reason: Option<&str>,
        until: Option<Timestamp>,
    ) -> String {
        let why =
            if protected { self.pick("protected", "已达保护下限") } else { reason.unwrap_or_default() };
        let until = until.map(|at| self.local(at));
        let mut said = match self.language {
            Language::English => format!("{name} rests for {group}"),
            Language::Chinese => format!("{name} 的 {group} 暂停使用"),
        };
        if !why.is_empty() {
            said.push_str(self.pick(": ", "："));
            said.push_str(why);
        }
        if let Some(at) = until {
            said.push_str(&match self.language {
                Language::English => format!(", back at {at}"),
                Language::Chinese => format!("，{at} 恢复"),
            });
        }
        said
    }

    pub fn more_rest(&self, count: usize) -> String {
        match self.language {
            Language::English => format!("{count} more rest …"),
            Language::Chinese => format!("还有 {count} 项暂停使用 …"),
        }
    }

    pub fn open(&self) -> &'static str {
        self.pick("Open Headroom", "打开 Headroom")
    }

    pub fn quit(&self) -> &'static str {
        self.pick("Quit", "退出")
    }

    pub fn absence(&self, why: Absence) -> &'static str {
        match why {
            Absence::Starting => self.pick("Starting …", "正在启动 …"),
            Absence::Lost => {
                self.pick("The engine does not answer. Trying again.", "后台引擎没有响应，正在重试。")
            }
        }
    }

    pub fn not_started(&self) -> &'static str {
        self.pick("not started", "未开始计时")
    }

    pub fn stale(&self) -> &'static str {
        self.pick("last read failed", "上次读取失败")
    }

    pub fn more(&self, count: usize) -> String {
        match self.language {
            Language::English => format!("{count} more …"),
            Language::Chinese => format!("还有 {count} 个 …"),
        }
    }

    pub fn no_number(&self, reading: bool, failed: bool) -> &'static str {
        match (reading, failed) {
            (true, _) => self.pick("reading …", "正在读取 …"),
            (false, true) => self.stale(),
            (false, false) => self.pick("unknown", "未知"),
        }
    }

    pub fn state(&self, state: &str, needs_user: bool) -> &'static str {
        match state {
            _ if needs_user => self.pick("needs you", "需要处理"),
            "disabled" => self.pick("off", "已停用"),
            "retired" => self.pick("no longer served", "服务已停止支持"),
            _ => self.pick("not in use", "未使用"),
        }
    }

    pub fn window(&self, name: &str) -> String {
        self.language.window(name).to_owned()
    }

    /// Whole percent; never 0 % while something is left and never 100 % once something is gone.
    pub fn percent(&self, share: f64) -> String {
        Remaining::clamped(share).map(|share| self.language.percent(share)).unwrap_or_default()
    }

    /// `14:05 (2 h 04 m)`, with the day where it is not today.
    pub fn reset(&self, at: Timestamp) -> String {
        let (time, wait) = (self.local(at), self.language.lasting(self.now.duration_until(at)));
        match self.language {
            Language::English => format!("{time} ({wait})"),
            Language::Chinese => format!("{time}（{wait}）"),
        }
    }

    fn local(&self, at: Timestamp) -> String {
        Here { now: self.now, zone: self.zone, language: self.language }.time(at)
    }
}
