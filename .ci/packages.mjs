// The Debian packages Headroom needs, by purpose, each with its reason.

/** The engine and the command line: bundled SQLite and ring need a C compiler; TLS checks against the system's roots. */
export const engine = ['build-essential', 'ca-certificates'];

/**
 * The window and the tray on top of that. `tao` links libdbus, `wry` links WebKitGTK. The appindicator library is
 * loaded while the app runs, so its headers are not needed; GTK draws its icons with librsvg the same way.
 */
export const desktop = [
  ...engine,
  'pkg-config',
  'libwebkit2gtk-4.1-dev',
  'libdbus-1-dev',
  'libayatana-appindicator3-1',
  'librsvg2-common',
];

/** What the tests use on top of that: browsers to drive, a display, a session bus, a tray host, a keychain. */
export const tests = [
  ...desktop,
  'git',
  'chromium',
  'webkit2gtk-driver',
  'xvfb',
  'xauth',
  'xdotool',
  'scrot',
  'dbus',
  'dbus-x11',
  'xfce4-panel',
  'gnome-keyring',
  'fonts-dejavu-core',
  'fonts-noto-cjk',
];
