//! The pictures of the tray, rendered from `icons/tray.mjs` and embedded.

use engine::view::tray::{Level, TrayIcon};
use tauri::image::Image;

use super::panel::Panel;

/// The PNG of one state in one size, for each state.
macro_rules! pictures {
    ($panel:literal, $size:literal) => {
        |icon: TrayIcon| -> &'static [u8] {
            match (icon.level, icon.attention) {
                (Level::Full, false) => pictures!($panel, "full", $size),
                (Level::High, false) => pictures!($panel, "high", $size),
                (Level::Half, false) => pictures!($panel, "half", $size),
                (Level::Low, false) => pictures!($panel, "low", $size),
                (Level::Empty, false) => pictures!($panel, "empty", $size),
                (Level::Unknown, false) => pictures!($panel, "unknown", $size),
                (Level::Paused, false) => pictures!($panel, "paused", $size),
                (Level::Full, true) => pictures!($panel, "full-attention", $size),
                (Level::High, true) => pictures!($panel, "high-attention", $size),
                (Level::Half, true) => pictures!($panel, "half-attention", $size),
                (Level::Low, true) => pictures!($panel, "low-attention", $size),
                (Level::Empty, true) => pictures!($panel, "empty-attention", $size),
                (Level::Unknown, true) => pictures!($panel, "unknown-attention", $size),
                (Level::Paused, true) => pictures!($panel, "paused-attention", $size),
            }
        }
    };
    ($panel:literal, $state:literal, $size:literal) => {
        include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/icons/tray/",
            $panel,
            "/",
            $state,
            "-",
            $size,
            ".png"
        ))
    };
}

type Picture = fn(TrayIcon) -> &'static [u8];

// Panels draw 16, 22 (Plasma, Xfce), 24 or 32 points. The largest is 44, not 48: Xfce takes the largest and halves it.
#[cfg(not(target_os = "macos"))]
const LIGHT: [Picture; 5] = [
    pictures!("light", "16"),
    pictures!("light", "22"),
    pictures!("light", "24"),
    pictures!("light", "32"),
    pictures!("light", "44"),
];
#[cfg(not(target_os = "macos"))]
const DARK: [Picture; 5] = [
    pictures!("dark", "16"),
    pictures!("dark", "22"),
    pictures!("dark", "24"),
    pictures!("dark", "32"),
    pictures!("dark", "44"),
];
// The menu bar draws 18 points; this is its sharp size on a Retina screen.
#[cfg(target_os = "macos")]
const TEMPLATE: [Picture; 1] = [pictures!("template", "36")];

/// The picture in every size there is, smallest first.
pub(super) fn sizes(icon: TrayIcon, panel: Panel) -> Vec<Image<'static>> {
    #[cfg(not(target_os = "macos"))]
    let pictures = match panel {
        Panel::Light => &LIGHT,
        Panel::Dark => &DARK,
    };
    #[cfg(target_os = "macos")]
    let pictures = match panel {
        Panel::Light | Panel::Dark => &TEMPLATE,
    };
    pictures.iter().filter_map(|picture| Image::from_bytes(picture(icon)).ok()).collect()
}

/// The picture for a tray that takes a single one: 32 px is sharp at 200 %, and halved at 100 %.
#[cfg_attr(
    all(target_os = "linux", not(feature = "native-tray"), not(test)),
    expect(dead_code, reason = "the session bus takes every size")
)]
pub(super) fn one(icon: TrayIcon, panel: Panel) -> Option<Image<'static>> {
    sizes(icon, panel).into_iter().find(|picture| picture.width() >= 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVELS: [Level; 7] =
        [Level::Full, Level::High, Level::Half, Level::Low, Level::Empty, Level::Unknown, Level::Paused];

    fn all() -> impl Iterator<Item = TrayIcon> {
        LEVELS.into_iter().flat_map(|level| [false, true].map(|attention| TrayIcon { level, attention }))
    }

    #[test]
    fn every_state_has_a_picture_in_every_size() {
        for icon in all() {
            for panel in [Panel::Light, Panel::Dark] {
                let widths: Vec<u32> = sizes(icon, panel).iter().map(Image::width).collect();
                assert_eq!(one(icon, panel).map(|picture| picture.width()), Some(32));
                assert_eq!(widths, [16, 22, 24, 32, 44], "{icon:?} {panel:?}");
            }
        }
    }

    #[test]
    fn no_two_states_look_the_same() {
        for panel in [Panel::Light, Panel::Dark] {
            let drawn: Vec<Vec<u8>> = all().map(|icon| sizes(icon, panel)[0].rgba().to_vec()).collect();
            for (at, one) in drawn.iter().enumerate() {
                assert!(!drawn[at + 1..].contains(one), "two states share a picture on the {panel:?} panel");
            }
        }
    }
}
