// The Debian packages Headroom needs, by purpose, each with its reason.

/** The engine and the command line: bundled SQLite and ring need a C compiler; TLS checks against the system's roots. */
export const engine = ['build-essential', 'ca-certificates'];

/**
 * The window and the tray on top of that: `wry` links WebKitGTK, `tao` links libdbus, GTK loads librsvg for its icons.
 * The tray needs no library, as it speaks to the panel over D-Bus.
 */
export const desktop = [...engine, 'pkg-config', 'libwebkit2gtk-4.1-dev', 'libdbus-1-dev', 'librsvg2-common'];

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
