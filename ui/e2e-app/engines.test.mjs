// Who runs the engine: this app, or the process that has the data directory already.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { desktop } from './desktop.mjs';
import { engine } from './engine.mjs';
import { gdbus } from './gdbus.mjs';
import { until } from './wait.mjs';
import { APP, drive } from './webdriver.mjs';

const HEADROOM = resolve(process.env.HEADROOM_BIN ?? 'target/debug/headroom');

test('where an engine runs already, the app is its window, and takes over when it ends', async (t) => {
  const place = await desktop(t);
  const { env, start } = place;
  const served = start(HEADROOM, ['serve', '--demo'], env);
  const first = await engine(env);
  await first.read();
  assert.equal(first.pid, served.pid);

  const page = await drive(place, ['--demo']);
  await until('the figures of the engine that runs', async () => (await page.text()).includes('Ada'));
  const { id } = await first.credential('Ada');
  await first.command('credential_rename', { id, label: 'Countess' });
  await until('its changes', async () => (await page.text()).includes('Countess'));
  assert.equal((await engine(env)).pid, served.pid);

  served.kill('SIGTERM');
  assert.equal(await served.ended, 0);
  await until('an engine of its own', async () => (await engine(env)).pid !== served.pid, 30);
  await until('figures again', async () => (await page.invoke('status')).value.demo, 30);
});

// Holds F39, G15.
test('many starts at once give one engine', async (t) => {
  const { env, start } = await desktop(t);
  const apps = Array.from({ length: 8 }, () => start(APP, ['--demo', '--hidden'], env));
  const { pid } = await engine(env);
  await until('the icon', () => gdbus(env).item());
  const others = apps.filter((app) => app.pid !== pid);
  assert.equal(others.length, apps.length - 1);
  // Each hands over to the first and ends.
  assert.deepEqual(
    await Promise.all(others.map((app) => app.ended)),
    others.map(() => 0),
  );
  assert.equal((await engine(env)).pid, pid);
});

test('a signal ends the app in order', async (t) => {
  const { env, start } = await desktop(t);
  const app = start(APP, ['--demo', '--hidden'], env);
  await (await engine(env)).read();
  app.kill('SIGTERM');
  assert.equal(await app.ended, 0);
});
