// How the program starts: in the tray, with the desktop; and the demo that is begun from the empty window.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { desktop } from './desktop.mjs';
import { engine } from './engine.mjs';
import { gdbus } from './gdbus.mjs';
import { until } from './wait.mjs';
import { APP, drive } from './webdriver.mjs';
import { windows } from './x11.mjs';

/** A desktop on which the app keeps the user's own, so far empty, data. */
async function own(t) {
  const place = await desktop(t);
  place.env.HEADROOM_KEY_STORAGE = 'file';
  return place;
}

test('what is to start in the tray does, and a click brings the window', async (t) => {
  const { env, start } = await own(t);
  const bus = gdbus(env);
  const first = start(APP, [], env);
  const host = await engine(env);
  await until('the window of the first start', async () => (await windows(env)).length === 1);
  await host.command('settings_set', { key: 'start_hidden', value: 'true' });
  first.kill('SIGTERM');
  assert.equal(await first.ended, 0);

  start(APP, [], env);
  await until('the engine of the second', async () => (await engine(env)).pid !== host.pid);
  const item = await until('its icon', () => bus.item());
  // That no window comes is told by time alone: the first start took less than this.
  await pause(3000);
  assert.deepEqual(await windows(env), []);
  await bus.activate(item);
  await until('the window', async () => (await windows(env)).length === 1);
});

test('the desktop starts it as long as the setting says so, into the tray', async (t) => {
  const { env, home, start } = await own(t);
  start(APP, ['--hidden'], env);
  const host = await engine(env);
  const entry = join(home, '.config', 'autostart', 'Headroom.desktop');
  assert.ok(!existsSync(entry), 'nobody asked for that');
  await host.command('settings_set', { key: 'autostart', value: 'true' });
  await until('the entry', () => existsSync(entry));
  assert.match(readFileSync(entry, 'utf8'), /^Exec=.*headroom-desktop.* --hidden$/m);
  await host.command('settings_set', { key: 'autostart', value: 'false' });
  await until('the entry to go', () => !existsSync(entry));
});

test('the demo changes nothing of what the desktop starts', async (t) => {
  const { env, home, start } = await desktop(t);
  start(APP, ['--demo', '--hidden'], env);
  const host = await engine(env);
  await host.read();
  await host.command('settings_set', { key: 'autostart', value: 'true' });
  await until('the setting', async () => {
    const { value } = await host.command('settings_get', { key: 'autostart' });
    return value === 'true';
  });
  await pause(1000);
  assert.ok(!existsSync(join(home, '.config', 'autostart', 'Headroom.desktop')));
});

test('the demo begins from the empty window and ends there, and leaves nothing behind', async (t) => {
  const place = await own(t);
  const page = await drive(place, []);
  await engine(place.env);
  await until('the choices', async () => (await page.text()).includes('Watchthedemo'));
  assert.equal((await page.invoke('status')).value.demo, false);
  await page.evaluate(`
    [...document.querySelectorAll('button')].find((one) => one.textContent.includes('Watch the demo')).click();
  `);
  await until('its people', async () => (await page.text()).includes('Ada'));
  assert.equal((await page.invoke('status')).value.demo, true);
  const again = await page.invoke('demo_begin');
  assert.equal(again.error, undefined, 'a demo that runs is no failure');

  assert.equal((await page.invoke('demo_end')).error, undefined);
  await until('the choices again', async () => (await page.text()).includes('Watchthedemo'));
  const { credentials } = (await page.invoke('quota', { args: {} })).value;
  assert.deepEqual(credentials, []);

  // Whoever has a credential gets no demo over it.
  await page.invoke('credential_add_key', { args: { name: 'mine', key: 'AIzaFAKE_KEY_OF_THE_TEST_0001' } });
  const { error } = await page.evaluate(
    "try { return await window.__TAURI_INTERNALS__.invoke('demo_begin') } catch (thrown) { throw new Error(thrown.code) }",
  );
  assert.equal(error, 'refused');
});
