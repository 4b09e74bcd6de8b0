// The tray on a real panel: its icon follows the level, and the menu does what it says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { desktop } from './desktop.mjs';
import { engine } from './engine.mjs';
import { gdbus, lineOf } from './gdbus.mjs';
import { closeMenu, openMenu, Pictures } from './panel.mjs';
import { until } from './wait.mjs';
import { APP } from './webdriver.mjs';

/** What Ada uses of her Gemini window before each level, as shares of all of it. */
const LEVELS = [
  ['full', 0],
  ['high', 0.25],
  ['half', 0.25],
  ['low', 0.25],
  ['empty', 1],
];

for (const light of [false, true]) {
  const panel = light ? 'light' : 'dark';
  test(`the icon has five levels and a look for a pause, on a ${panel} panel`, async (t) => {
    const { env, start } = await desktop(t, { light });
    const bus = gdbus(env);
    const pictures = new Pictures(env, panel);
    start(APP, ['--demo', '--hidden'], env);
    const host = await engine(env);
    await host.read();
    const item = await until('the icon', () => bus.item());
    const { id } = await host.credential('Ada');
    await host.command('settings_set', { key: 'tray_pinned', value: id });

    // Who needs somebody puts a dot on the icon; here it is about the level.
    const { credentials } = await host.read();
    const needy = credentials.filter((one) => one.needs_user);
    for (const one of needy) await host.command('credential_disable', { id: one.id });

    const uses = (change) => host.lever('POST', 'set', { account: 'ada', change });
    const seen = new Map();
    for (const group of ['gemini', '3p']) await uses({ refill: { group } });
    for (const [name, share] of LEVELS) {
      if (share > 0) await uses({ use: { group: 'gemini', window: '5h', share } });
      await host.command('quota', { freshness: 'refreshed', credential: id });
      const pixels = await until(`an icon for ${name}`, async () => {
        const drawn = await bus.pixels(item);
        return ![...seen.values()].includes(drawn) && drawn;
      });
      seen.set(name, pixels);
      await pictures.icon(name);
    }

    // What the panel draws is what the bus says: no two levels look alike on the screen either.
    const looks = pictures.looks();
    assert.equal(new Set(looks.values()).size, LEVELS.length, [...looks.keys()].join(', '));

    const menu = await bus.menu(item);
    const line = menu.find(lineOf('Ada'));
    assert.match(line.label.replaceAll(/\s/gu, ''), /^0%▯▯▯▯▯Ada·/u);
    assert.ok(
      menu.some(({ label }) => label.startsWith('Next capacity: ')),
      JSON.stringify(menu),
    );
    const menuOnScreen = await openMenu(env);
    await pictures.menu(menuOnScreen);
    await closeMenu(env);

    const click = async (text) => {
      const entry = (await bus.menu(item)).find(({ label }) => label === text);
      await bus.click(item, entry.id);
    };
    await click('For 1 hour');
    await until('the pause', async () => (await host.command('status')).paused_until !== null);
    await until('its icon', async () => ![...seen.values()].includes(await bus.pixels(item)));
    await pictures.icon('paused');
    await until('its line', async () =>
      (await bus.menu(item)).some(({ label }) => label.startsWith('Automation is paused until ')),
    );
    await click('Resume now');
    await until('the end of it', async () => (await host.command('status')).paused_until === null);
    for (const one of needy) await host.command('credential_enable', { id: one.id });
    await pictures.icon('attention');
    await pictures.keep();
  });
}

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
