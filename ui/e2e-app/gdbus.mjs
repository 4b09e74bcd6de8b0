// The session bus as a tray host sees it, through GLib's `gdbus`.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const WATCHER = ['org.kde.StatusNotifierWatcher', '/StatusNotifierWatcher'];

/** Finds the line of a credential: its name comes after the figures, or first where there are none. */
export function lineOf(name) {
  return ({ label }) => label.startsWith(`${name} · `) || label.includes(`  ${name} · `);
}

/** The bus that `env` names. Answers are GVariant text. */
export function gdbus(env) {
  const call = async (name, path, method, ...args) => {
    const what = [
      'call',
      '--session',
      '--timeout',
      '5',
      '--dest',
      name,
      '--object-path',
      path,
      '--method',
      method,
    ];
    const { stdout } = await exec('gdbus', [...what, ...args], { env, maxBuffer: 16 << 20 });
    return stdout;
  };
  const property = (name, path, face, key) =>
    call(name, path, 'org.freedesktop.DBus.Properties.Get', face, key);
  return {
    async owner(name) {
      const answer = await call('org.freedesktop.DBus', '/', 'org.freedesktop.DBus.NameHasOwner', name);
      return answer.includes('true');
    },
    /** The bus name of the one tray icon that the host shows, or undefined. */
    async item() {
      const items = await property(
        ...WATCHER,
        'org.kde.StatusNotifierWatcher',
        'RegisteredStatusNotifierItems',
      );
      return /org\.kde\.StatusNotifierItem-[0-9-]+/.exec(items)?.[0];
    },
    iconSizes: async (item) => {
      const pixels = await property(item, '/StatusNotifierItem', 'org.kde.StatusNotifierItem', 'IconPixmap');
      return [...pixels.matchAll(/\((\d+), (\d+), \[/g)].map(([, width, height]) => `${width}x${height}`);
    },
    /** The icon's pixels in every size, as text to be compared. */
    pixels: (item) => property(item, '/StatusNotifierItem', 'org.kde.StatusNotifierItem', 'IconPixmap'),
    tooltip: (item) => property(item, '/StatusNotifierItem', 'org.kde.StatusNotifierItem', 'ToolTip'),
    activate: (item) => call(item, '/StatusNotifierItem', 'org.kde.StatusNotifierItem.Activate', '0', '0'),
    /** The menu's entries: id, label, whether it can be clicked. */
    async menu(item) {
      const layout = await call(item, '/MenuBar', 'com.canonical.dbusmenu.GetLayout', '0', '--', '-1', '[]');
      return [...layout.matchAll(/\((\d+), \{([^}]*)\}/g)].flatMap(([, id, properties]) => {
        const label = /'label': <(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")>/.exec(properties);
        if (label === null) return [];
        return [{ id, label: label[1] ?? label[2], enabled: !properties.includes("'enabled': <false>") }];
      });
    },
    click: (item, id) => call(item, '/MenuBar', 'com.canonical.dbusmenu.Event', id, 'clicked', "<''>", '0'),
  };
}
