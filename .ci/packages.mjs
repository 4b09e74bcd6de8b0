// The Debian packages Headroom needs, by purpose, each with its reason.

/** The engine and the command line: bundled SQLite and ring need a C compiler; TLS checks against the system's roots. */
export const engine = ['build-essential', 'ca-certificates'];

/**
 * The window and the tray on top of that: `wry` links WebKitGTK, `tao` links libdbus, GTK loads librsvg for its icons.
 * The tray needs no library, as it speaks to the panel over D-Bus.
 */
export const desktop = [...engine, 'pkg-config', 'libwebkit2gtk-4.1-dev', 'libdbus-1-dev', 'librsvg2-common'];

/** What the tests use on top of that. */
export const tests = [
  ...desktop,
  // The scripts: planted repositories, and searching tracked files.
  'git',
  // The pages in a browser, in both languages.
  'chromium',
  'fonts-dejavu-core',
  'fonts-noto-cjk',
  // The real window and tray: a display, a session bus, a panel that hosts tray icons, and what drives them.
  'xvfb',
  'dbus',
  'xfce4-panel',
  'webkit2gtk-driver',
  'xdotool',
  'libglib2.0-bin',
  // The official clients for Python.
  'python3-venv',
  // The engine: a real keychain; `kill`.
  'gnome-keyring',
  'procps',
];
