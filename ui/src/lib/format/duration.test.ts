import { expect, test } from 'vitest';
import { en } from '../i18n/en';
import { zhCN } from '../i18n/zh-CN';
import { age, span, took } from './duration';

const plain = (text: string) => text.replaceAll('\u202f', ' ');

test.each([
  [7440, '2 h 04 m', '2 小时 04 分'],
  [7441, '2 h 05 m', '2 小时 05 分'],
  [3600, '1 h 00 m', '1 小时 00 分'],
  [3599, '59 min 59 s', '59 分 59 秒'],
  [2460, '41 min 00 s', '41 分 00 秒'],
  [600, '10 min 00 s', '10 分 00 秒'],
  [599, '9 min 59 s', '9 分 59 秒'],
  [60, '1 min 00 s', '1 分 00 秒'],
  [59, '59 s', '59 秒'],
  [0, '0 s', '0 秒'],
])('%d seconds read as %s', (seconds, english, chinese) => {
  expect(plain(span(seconds, en))).toBe(english);
  expect(plain(span(seconds, zhCN))).toBe(chinese);
});

const now = Date.parse('2026-09-01T12:00:00Z');
test.each([
  ['2026-09-01T12:00:03Z', 'just now'],
  ['2026-09-01T11:59:56Z', 'just now'],
  ['2026-09-01T11:59:20Z', '40 s ago'],
  ['2026-09-01T11:58:59Z', '1 min ago'],
  ['2026-09-01T09:00:00Z', '3 h ago'],
  ['2026-08-30T13:00:00Z', '47 h ago'],
  ['2026-08-29T12:00:00Z', '3 d ago'],
])('%s was %s', (at, words) => {
  expect(plain(age(at, now, en))).toBe(words);
});

test.each([
  [35, 'en', '35 ms'],
  [1240, 'en', '1.2 sec'],
  [62_000, 'en', '62 sec'],
  [1240, 'zh-CN', '1.2秒'],
])('%i ms took in %s: %s', (milliseconds, language, text) => {
  expect(took(milliseconds, language)).toBe(text);
});
