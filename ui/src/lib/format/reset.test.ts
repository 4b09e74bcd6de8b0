import { expect, test } from 'vitest';
import { en } from '../i18n/en';
import { exactly, moment, secondsTo, untilReset } from './reset';

const now = Date.parse('2026-09-01T12:00:00Z');
const plain = (text: string) => text.replaceAll('\u202f', ' ');

test('the way to a reset is counted in whole seconds and never below zero', () => {
  expect(secondsTo('2026-09-01T12:00:00.200Z', now)).toBe(1);
  expect(secondsTo('2026-09-01T11:00:00Z', now)).toBe(0);
});

test.each([
  ['2026-09-01T11:59:59Z', 'due now'],
  ['2026-09-01T12:00:30Z', '30 s'],
  ['2026-09-01T14:04:00Z', '2 h 04 m'],
  ['2026-09-02T11:00:00Z', '23 h 00 m'],
  ['2026-09-03T09:10:00Z', 'Thu 09:10'],
  ['2026-09-12T09:10:00Z', 'Sep 12 09:10'],
])('a window that refills at %s says %s', (at, words) => {
  expect(plain(untilReset(at, now, 'en', en))).toBe(words);
});

test.each([
  ['2026-09-01T14:05:00Z', 'en', '14:05'],
  ['2026-09-02T06:40:00Z', 'en', 'Wed 06:40'],
  ['2026-08-30T06:40:00Z', 'en', 'Sun 06:40'],
  ['2026-09-02T06:40:00Z', 'zh-CN', '周三 06:40'],
  ['2026-09-20T00:00:00Z', 'zh-CN', '9月20日 00:00'],
])('%s in %s is %s', (at, language, words) => {
  expect(moment(at, now, language)).toBe(words);
});

test('the exact instant has its day and its seconds', () => {
  expect(exactly('2026-09-03T09:10:05Z', 'en')).toContain('Sep 3, 2026');
  expect(exactly('2026-09-03T09:10:05Z', 'en')).toContain('09:10:05');
});
