// A desktop of its own for one test: X server, session bus and, where wanted, a panel that hosts tray icons.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { midday } from '../e2e/midday.mjs';
import { gdbus } from './gdbus.mjs';
import { until } from './wait.mjs';

const PANEL = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty"><property name="plugin-1" type="string" value="systray"/></property>
</channel>
`;

/** Starts a program that ends with the test; `until ended` is its exit code or signal. */
export function run(program, args, env, stdio = ['ignore', 'ignore', 'ignore']) {
  const child = spawn(program, args, { env, stdio });
  child.ended = new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(code ?? signal));
  });
  return child;
}

/** The first line a program writes to the file descriptor `fd`. */
function firstLine(child, fd) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdio[fd].setEncoding('utf8').on('data', (part) => {
      text += part;
      if (text.includes('\n')) resolve(text.split('\n')[0]);
    });
    void child.ended.then((how) =>
      reject(new Error(`${child.spawnfile} ended (${how}) before it said anything`)),
    );
  });
}

/**
 * Opens a desktop for the test `t`; it is taken down after it.
 *
 * `bus: false` leaves out the session bus, `panel: false` the place for tray icons.
 */
export async function desktop(t, { bus = true, panel = true } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'headroom-app-'));
  const running = [];
  const start = (...args) => {
    const child = run(...args);
    running.push(child);
    return child;
  };
  t.after(async () => {
    for (const child of running.reverse()) {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 5000);
      await child.ended;
      clearTimeout(late);
    }
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  const env = {
    PATH: process.env.PATH,
    HOME: home,
    LANG: 'C.UTF-8',
    TZ: midday,
    XDG_RUNTIME_DIR: join(home, 'run'),
    XDG_CONFIG_HOME: join(home, 'config'),
    // The accessibility bus outlives a test's own.
    NO_AT_BRIDGE: '1',
    GTK_A11Y: 'none',
    // Without a bus of the test's own, none of the machine's either.
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(home, 'no-bus')}`,
    HEADROOM_DATA_DIR: join(home, 'data'),
  };
  mkdirSync(env.XDG_RUNTIME_DIR, { mode: 0o700 });
  const channels = join(env.XDG_CONFIG_HOME, 'xfce4', 'xfconf', 'xfce-perchannel-xml');
  mkdirSync(channels, { recursive: true });
  writeFileSync(join(channels, 'xfce4-panel.xml'), PANEL);

  const screen = ['-screen', '0', '1280x800x24', '-nolisten', 'tcp', '-displayfd', '3'];
  const display = start('Xvfb', screen, env, ['ignore', 'ignore', 'ignore', 'pipe']);
  env.DISPLAY = `:${await firstLine(display, 3)}`;
  if (bus) {
    const daemon = start('dbus-daemon', ['--session', '--nofork', '--print-address=1'], env, [
      'ignore',
      'pipe',
      'ignore',
    ]);
    env.DBUS_SESSION_BUS_ADDRESS = await firstLine(daemon, 1);
  }
  const startPanel = async () => {
    const child = start('xfce4-panel', ['--disable-wm-check'], env);
    await until('the panel to host tray icons', () => gdbus(env).owner('org.kde.StatusNotifierWatcher'));
    return child;
  };
  return { env, home, start, startPanel, panel: panel ? await startPanel() : null };
}
