// Messages on the desktop, from a reading to the page that a click opens.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { desktop } from './desktop.mjs';
import { engine } from './engine.mjs';
import { messages } from './messages.mjs';
import { until } from './wait.mjs';
import { APP, drive } from './webdriver.mjs';
import { close, windows } from './x11.mjs';

test('what falls low is told once on the desktop, and a click opens the window', async (t) => {
  const place = await desktop(t);
  const desk = await messages(place);
  place.start(APP, ['--demo', '--hidden'], place.env);
  const host = await engine(place.env);
  await host.read();
  const shown = (title) => desk.shown().filter((one) => one.title === title);
  // The demo's people bring messages of their own; this one is ours.
  const ada = await host.credential('Ada');
  assert.deepEqual(shown('Gemini is used up on Ada'), []);
  await host.lever('POST', 'set', {
    account: 'ada',
    change: { use: { group: 'gemini', window: '5h', share: 1 } },
  });
  await host.command('quota', { freshness: 'refreshed', credential: ada.id });
  const [told] = await until('the message', () => {
    const found = shown('Gemini is used up on Ada');
    return found.length > 0 && found;
  });
  assert.match(told.body, /^Back at .+\.$/);
  assert.deepEqual(told.actions, ['default', 'Open']);
  await host.command('quota', { freshness: 'refreshed', credential: ada.id });
  assert.deepEqual(await windows(place.env), []);
  desk.click(told);
  await until('the window', async () => (await windows(place.env)).length === 1);
  assert.equal(shown('Gemini is used up on Ada').length, 1);
});

test('a click on a message turns the window to its page, and brings one there where it was closed', async (t) => {
  const place = await desktop(t);
  const desk = await messages(place);
  const page = await drive(place, ['--demo']);
  const host = await engine(place.env);
  await host.read();
  const { id } = await host.credential('Ada');
  await host.lever('POST', 'set', {
    account: 'ada',
    change: { use: { group: 'gemini', window: '5h', share: 1 } },
  });
  await host.command('quota', { freshness: 'refreshed', credential: id });
  const told = await until('the message', () =>
    desk.shown().find((one) => one.title === 'Gemini is used up on Ada'),
  );
  desk.click(told);
  await until('the page', async () => {
    const { value } = await page.evaluate('return location.hash');
    return value === `#/credential?${id}`;
  });

  await page.evaluate("location.hash = '#/settings'");
  const [window] = await windows(place.env);
  await close(place.env, window);
  await until('the window to be gone', async () => (await windows(place.env)).length === 0);
  desk.click(told);
  await page.newest();
  await until('its page in the new window', async () => {
    const { value } = await page.evaluate('return location.hash');
    return value === `#/credential?${id}`;
  });
});

test('the button of a message speaks the language of the setting', async (t) => {
  const place = await desktop(t);
  const desk = await messages(place);
  place.start(APP, ['--demo', '--hidden'], place.env);
  const host = await engine(place.env);
  await host.command('settings_set', { key: 'language', value: 'zh-CN' });
  await host.read();
  const told = await until('a message', () => desk.shown().find(({ actions }) => actions[1] === '打开'));
  assert.match(told.title, /[\u4e00-\u9fff]/u);
});

test('a message that is switched off is not shown', async (t) => {
  const place = await desktop(t);
  const desk = await messages(place);
  place.start(APP, ['--demo', '--hidden'], place.env);
  const host = await engine(place.env);
  for (const key of ['notify_low', 'notify_drain']) {
    await host.command('settings_set', { key, value: 'false' });
  }
  await host.read();
  const { id } = await host.credential('Ada');
  await host.lever('POST', 'set', {
    account: 'ada',
    change: { use: { group: 'gemini', window: '5h', share: 1 } },
  });
  await host.command('quota', { freshness: 'refreshed', credential: id });
  // What is not switched off tells that the look has been: Dora needs somebody.
  await until('another message', async () => {
    const told = await host.command('notifications');
    return told.some(({ kind }) => kind === 'needs_user');
  });
  assert.ok(!desk.shown().some(({ title }) => title.includes('Ada')), JSON.stringify(desk.shown()));
});
