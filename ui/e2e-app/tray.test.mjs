// The tray: icon and menu on a real panel, and life without one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { desktop } from './desktop.mjs';
import { engine, percent } from './engine.mjs';
import { gdbus, lineOf } from './gdbus.mjs';
import { family, mapped } from './processes.mjs';
import { until } from './wait.mjs';
import { APP, drive } from './webdriver.mjs';
import { close, windows } from './x11.mjs';

const hidden = ['--demo', '--hidden'];

test('the panel gets an icon in five sizes and a menu with a line for each credential', async (t) => {
  const { env, start } = await desktop(t);
  const bus = gdbus(env);
  start(APP, hidden, env);
  const host = await engine(env);
  const { sentence, credentials } = await host.read();
  const item = await until('the icon', () => bus.item());
  assert.deepEqual(await bus.iconSizes(item), [
    '16x16',
    '22x22',
    '24x24',
    '32x32',
    '44x44',
  ]);

  const menu = await until('the figures in the menu', async () => {
    const seen = await bus.menu(item);
    return seen.some(({ label }) => label.endsWith(sentence)) && seen;
  });
  assert.ok(menu[0].label.startsWith('Demo: '));
  for (const { name, state, headline } of credentials) {
    const line = menu.find(lineOf(name));
    assert.ok(line, `no line for ${name}`);
    if (state === 'active' && headline !== null) {
      assert.ok(line.label.replaceAll(/\s/gu, '').includes(percent(headline.remaining)), line.label);
    }
  }
  assert.deepEqual(
    menu.slice(-3).map(({ label }) => label),
    ['Refresh now', 'Open Headroom', 'Quit'],
  );
  assert.match(await bus.tooltip(item), /Headroom \(demo\)/);
  assert.deepEqual(await windows(env), [], 'it was to start in the tray');
});

test('no appindicator library is needed, and no webview is started for the tray', async (t) => {
  const { env, start } = await desktop(t);
  start(APP, hidden, env);
  const { pid } = await engine(env);
  await until('the icon', () => gdbus(env).item());
  assert.deepEqual(mapped(pid, 'appindicator'), []);
  assert.deepEqual(
    family(pid).filter(({ name }) => name.startsWith('WebKit')),
    [],
  );
});

test('the menu refreshes, opens and quits', async (t) => {
  const { env, start } = await desktop(t);
  const bus = gdbus(env);
  const app = start(APP, hidden, env);
  const host = await engine(env);
  await host.read();
  const item = await until('the icon', () => bus.item());
  const click = async (text) => {
    const entry = (await bus.menu(item)).find(({ label }) => label === text);
    await bus.click(item, entry.id);
  };

  await host.lever('DELETE', 'calls');
  await click('Refresh now');
  await until('the service to be asked', async () => (await host.lever('GET', 'calls')).length > 0);
  await click('Open Headroom');
  await until('the window', async () => (await windows(env)).length === 1);
  await click('Quit');
  assert.equal(await app.ended, 0);
  assert.equal(await bus.item(), undefined);
});

test('a second start shows the window of the first and ends', async (t) => {
  const { env, start } = await desktop(t);
  start(APP, hidden, env);
  await engine(env);
  await until('the icon', () => gdbus(env).item());
  const before = performance.now();
  assert.equal(await start(APP, ['--demo'], env).ended, 0);
  assert.ok(performance.now() - before < 2000, 'handing over took more than 2 s');
  await until('the window of the first', async () => (await windows(env)).length === 1);
});

test('without a place for icons the app says so and goes on; an icon comes as soon as there is one', async (t) => {
  const place = await desktop(t, { panel: false });
  const page = await drive(place, ['--demo']);
  await (await engine(place.env)).read();
  const notices = async () => (await page.invoke('status')).value.notices.map(({ code }) => code);
  await until('the notice', async () => (await notices()).includes('tray_missing'));
  await until('the notice on the page', async () => (await page.text()).includes('showsnotrayicons'));

  const panel = await place.startPanel();
  await until('the icon', () => gdbus(place.env).item());
  await until('the notice to go', async () => !(await notices()).includes('tray_missing'));

  panel.kill('SIGTERM');
  await until('the notice again', async () => (await notices()).includes('tray_missing'));
});

test('without a tray, closing the window quits', async (t) => {
  const { env, start } = await desktop(t, { panel: false });
  const app = start(APP, ['--demo'], env);
  await engine(env);
  const [window] = await until('the window', async () => {
    const seen = await windows(env);
    return seen.length > 0 && seen;
  });
  await close(env, window);
  assert.equal(await app.ended, 0);
});

test('started into a tray that does not come, the window opens instead', async (t) => {
  const { env, start } = await desktop(t, { panel: false });
  start(APP, hidden, env);
  await engine(env);
  await until('the window', async () => (await windows(env)).length === 1, 30);
});

test('without a session bus the app says so and goes on', async (t) => {
  const place = await desktop(t, { bus: false, panel: false });
  const page = await drive(place, ['--demo']);
  await (await engine(place.env)).read();
  await until('the notice', async () => {
    const { notices } = (await page.invoke('status')).value;
    return notices.some(({ code, message }) => code === 'tray_missing' && message.includes('session bus'));
  });
});
