//! Whether the panel behind the icon is light or dark.
//!
//! Nobody tells a tray icon what it lies on. The desktop's name and its colour scheme say it for all but unusual
//! themes.

use engine::settings::Vars;

/// The colour of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Panel {
    /// Dark icons on light.
    Light,
    /// Light icons on dark.
    Dark,
}

/// `org.freedesktop.appearance color-scheme` of the settings portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    all(not(target_os = "linux"), not(test)),
    expect(dead_code, reason = "only Linux has this portal")
)]
enum Scheme {
    PrefersDark,
    PrefersLight,
    NoPreference,
}

/// What the panel is likely to be; asks the desktop, at most for a second.
pub(crate) async fn find(vars: &dyn Vars) -> Panel {
    let desktop = vars.get("XDG_CURRENT_DESKTOP").unwrap_or_default();
    decide(&desktop, scheme().await)
}

/// `desktop` is `XDG_CURRENT_DESKTOP`, a list with `:`.
fn decide(desktop: &str, scheme: Option<Scheme>) -> Panel {
    // These draw a dark bar whatever the windows look like.
    let dark = ["GNOME", "Unity", "Pantheon", "X-Cinnamon", "Budgie"];
    if desktop.split(':').any(|name| dark.iter().any(|known| known.eq_ignore_ascii_case(name))) {
        return Panel::Dark;
    }
    match scheme {
        Some(Scheme::PrefersLight) => Panel::Light,
        Some(Scheme::PrefersDark) => Panel::Dark,
        // Plasma's and most tiling bars' default follow the scheme; Xfce's default panel is dark.
        Some(Scheme::NoPreference) | None if desktop.split(':').any(|name| name == "KDE") => Panel::Light,
        Some(Scheme::NoPreference) | None => Panel::Dark,
    }
}

#[cfg(target_os = "linux")]
async fn scheme() -> Option<Scheme> {
    tokio::time::timeout(std::time::Duration::from_secs(1), ask()).await.ok()?.ok()
}

#[cfg(not(target_os = "linux"))]
async fn scheme() -> Option<Scheme> {
    None
}

#[cfg(target_os = "linux")]
async fn ask() -> zbus::Result<Scheme> {
    use zbus::proxy::MethodFlags;
    use zbus::zvariant::OwnedValue;

    let bus = zbus::Connection::session().await?;
    let portal = zbus::Proxy::new(
        &bus,
        "org.freedesktop.portal.Desktop",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.portal.Settings",
    )
    .await?;
    // Not worth starting the portal for, where the desktop has not.
    let answer: Option<OwnedValue> = portal
        .call_with_flags(
            "ReadOne",
            MethodFlags::NoAutoStart.into(),
            &("org.freedesktop.appearance", "color-scheme"),
        )
        .await?;
    Ok(match answer.and_then(|value| u32::try_from(value).ok()) {
        Some(1) => Scheme::PrefersDark,
        Some(2) => Scheme::PrefersLight,
        Some(_) | None => Scheme::NoPreference,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desktop_and_its_scheme_decide() {
        for (desktop, scheme, panel) in [
            ("GNOME", Some(Scheme::PrefersLight), Panel::Dark),
            ("ubuntu:GNOME", None, Panel::Dark),
            ("KDE", None, Panel::Light),
            ("KDE", Some(Scheme::PrefersDark), Panel::Dark),
            ("XFCE", None, Panel::Dark),
            ("XFCE", Some(Scheme::NoPreference), Panel::Dark),
            ("XFCE", Some(Scheme::PrefersLight), Panel::Light),
            ("", None, Panel::Dark),
        ] {
            assert_eq!(decide(desktop, scheme), panel, "{desktop:?} {scheme:?}");
        }
    }
}
