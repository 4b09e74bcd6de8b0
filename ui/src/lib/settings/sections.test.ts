import { expect, test } from 'vitest';
import { en } from '../i18n/en';
import { zhCN } from '../i18n/zh-CN';
import { FakeBackend } from '../ipc/fake';
import { sectionOf, sections, settingName, valueText } from './sections';

const { settings } = new FakeBackend();

test('every setting stands in exactly one section, and none is left over', () => {
  const shown = sections(settings, '', en).flatMap((section) => section.settings.map(({ key }) => key));
  expect(shown.toSorted()).toEqual(settings.map(({ key }) => key).toSorted());
  expect(shown.filter((key) => sectionOf(key) === 'other')).toEqual([]);
});

test('every setting has a name in both languages, and its help in Chinese', () => {
  for (const { key } of settings) {
    expect(en.settings.names[key], key).toBeDefined();
    expect(zhCN.settings.names[key], key).toBeDefined();
    expect(zhCN.settings.help[key], key).toBeDefined();
  }
});

test('a setting that nobody named reads as its words', () => {
  expect(settingName('some_new_switch', en)).toBe('Some new switch');
});

test.each([
  ['floor', 'quota_protection_threshold'],
  ['REFRESH_INTERVAL', 'refresh_interval_minutes'],
  ['quota_cache', 'quota_cache_ttl_seconds'],
  ['gentler', 'upstream_min_interval_ms'],
])('searching %j finds %s', (typed, key) => {
  const found = sections(settings, typed, en).flatMap((section) =>
    section.settings.map((setting) => setting.key),
  );
  expect(found).toContain(key);
  expect(found.length).toBeLessThan(settings.length);
});

test.each([
  ['background_refresh_enabled', 'true', 'on'],
  ['refresh_interval_minutes', '15', '15\u202fminutes'],
  ['quota_protection_floor', 'soft', 'Soft'],
  ['proxy_hosts', '', 'none'],
])('%s = %j reads as %s', (key, value, text) => {
  const setting = settings.find((one) => one.key === key);
  if (!setting) throw new Error(`${key} is in the fixture`);
  expect(valueText(setting, value, en)).toBe(text);
});
