// The tray on a real panel: its icon follows the level, and the menu does what it says.
//
// `HEADROOM_PICTURES=docs/images` keeps a picture of the panel at each level.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { desktop } from './desktop.mjs';
import { engine } from './engine.mjs';
import { gdbus } from './gdbus.mjs';
import { until } from './wait.mjs';
import { APP } from './webdriver.mjs';

const exec = promisify(execFile);

async function picture(env, name) {
  const folder = process.env.HEADROOM_PICTURES;
  if (folder === undefined) return;
  const crop = ['-crop', '220x32+1060+0', '+repage'];
  await exec('import', ['-window', 'root', ...crop, join(folder, `${name}.png`)], { env });
}

test('the icon has five levels and a look for a pause', async (t) => {
  const { env, start } = await desktop(t);
  const bus = gdbus(env);
  start(APP, ['--demo', '--hidden'], env);
  const host = await engine(env);
  await host.read();
  const item = await until('the icon', () => bus.item());
  const { id } = await host.credential('Ada');
  await host.command('settings_set', { key: 'tray_pinned', value: id });

  const uses = (change) => host.lever('POST', 'set', { account: 'ada', change });
  const seen = new Map();
  for (const group of ['gemini', '3p']) await uses({ refill: { group } });
  for (const [name, share] of [
    ['full', 0],
    ['high', 0.25],
    ['half', 0.25],
    ['low', 0.25],
    ['empty', 1],
  ]) {
    if (share > 0) await uses({ use: { group: 'gemini', window: '5h', share } });
    await host.command('quota', { freshness: 'refreshed', credential: id });
    const pixels = await until(`an icon for ${name}`, async () => {
      const drawn = await bus.pixels(item);
      return ![...seen.values()].includes(drawn) && drawn;
    });
    seen.set(name, pixels);
    await picture(env, `tray-${name}`);
  }
  const menu = await bus.menu(item);
  const click = async (text) => {
    const entry = (await bus.menu(item)).find(({ label }) => label === text);
    await bus.click(item, entry.id);
  };
  assert.ok(
    menu.some(({ label }) => label.startsWith('Next capacity: ')),
    JSON.stringify(menu),
  );
  await click('For 1 hour');
  await until('the pause', async () => (await host.command('status')).paused_until !== null);
  await until('its icon', async () => ![...seen.values()].includes(await bus.pixels(item)));
  await picture(env, 'tray-paused');
  await until('its line', async () =>
    (await bus.menu(item)).some(({ label }) => label.startsWith('Automation is paused until ')),
  );
  await click('Resume now');
  await until('the end of it', async () => (await host.command('status')).paused_until === null);
});

test('the menu speaks the language of the setting', async (t) => {
  const { env, start } = await desktop(t);
  const bus = gdbus(env);
  start(APP, ['--demo', '--hidden'], env);
  const host = await engine(env);
  await host.read();
  const item = await until('the icon', () => bus.item());
  await host.command('settings_set', { key: 'language', value: 'zh-CN' });
  await until('the words', async () => {
    const labels = (await bus.menu(item)).map(({ label }) => label);
    return ['预热', '暂停自动化', '立即刷新', '退出'].every((word) => labels.includes(word));
  });
  const [sentence] = await bus.menu(item);
  assert.match(sentence.label, /^演示.*[\u4e00-\u9fff]/u);
});

test('warm up in the menu sends after the consent, and asks for it before', async (t) => {
  const { env, start } = await desktop(t);
  const bus = gdbus(env);
  start(APP, ['--demo', '--hidden'], env);
  const host = await engine(env);
  await host.read();
  const item = await until('the icon', () => bus.item());
  await host.lever('DELETE', 'calls');
  // The demo's scenario has agreed. Whoever has an idle window gets a request.
  const entry = await until('the menu', async () =>
    (await bus.menu(item)).find(({ label }) => label === 'Everyone'),
  );
  await bus.click(item, entry.id);
  await until(
    'what came of it',
    async () => {
      const { round } = await host.command('scheduler');
      return round?.over && round.by === 'manual';
    },
    60,
  );
});
