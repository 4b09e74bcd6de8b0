// What the app takes: `HEADROOM_DESKTOP_BIN=target/release/headroom-desktop node ui/e2e-app/memory.mjs`
//
// Proportional set size of all its processes beside a panel, on the demo. Not a test: it depends on build and machine.
import { setTimeout as pause } from 'node:timers/promises';
import { desktop } from './desktop.mjs';
import { engine } from './engine.mjs';
import { gdbus } from './gdbus.mjs';
import { family, pss } from './processes.mjs';
import { until } from './wait.mjs';
import { APP } from './webdriver.mjs';
import { close, windows } from './x11.mjs';

const ends = [];
const { env, start } = await desktop({ after: (end) => ends.push(end) });
try {
  start(APP, ['--demo', '--hidden'], env);
  const host = await engine(env);
  await host.read();
  const item = await until('the icon', () => gdbus(env).item());

  const tell = async (what) => {
    // Allocators and caches come to rest; a figure in between would be of chance.
    await pause(5000);
    const parts = family(host.pid).map(({ pid, name }) => ({ name, size: pss(pid) }));
    const sum = parts.reduce((total, { size }) => total + size, 0);
    const listed = parts.map(({ name, size }) => `${name} ${size.toFixed(1)}`).join(', ');
    console.log(`${what.padEnd(22)} ${sum.toFixed(1).padStart(6)} MB PSS   (${listed})`);
  };
  await tell('tray only');
  await gdbus(env).activate(item);
  const [window] = await until('the window', async () => {
    const seen = await windows(env);
    return seen.length > 0 && seen;
  });
  await tell('window open');
  await close(env, window);
  await until('the window to close', async () => (await windows(env)).length === 0);
  await tell('window closed again');
} finally {
  for (const end of ends) await end();
}
