import { expect, test } from 'vitest';
import { FakeBackend, fixtureTime } from '../ipc/fake';
import { csv, decisionsCsv, dropsCsv, fileName, json, samplesCsv, warmupsCsv } from './export';

test.each([
  [null, ''],
  [0.5, '0.5'],
  [-3, '-3'],
  ['plain', 'plain'],
  ['a, b', '"a, b"'],
  ['say "no"', '"say ""no"""'],
  ['two\nlines', '"two\nlines"'],
  ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
  ['+1', "'+1"],
  ['@cmd', "'@cmd"],
])('the cell %j is written %s', (value, written) => {
  expect(csv(['x'], [[value]])).toBe(`x\r\n${written}\r\n`);
});

test('every document has one line an entry', () => {
  const { history, decisions } = new FakeBackend();
  const lines = (text: string) => text.split('\r\n').length - 2;
  expect(lines(warmupsCsv(history.warmups))).toBe(history.warmups.length);
  expect(lines(dropsCsv(history))).toBe(history.drops.length);
  expect(lines(samplesCsv(history))).toBe(history.samples.length);
  expect(lines(decisionsCsv(decisions))).toBe(decisions.length);
});

test('JSON is what the engine gave', () => {
  const { history } = new FakeBackend();
  expect(JSON.parse(json(history))).toEqual(history);
});

test('a file says what it is and of which day', () => {
  expect(fileName('warmups', 'csv', fixtureTime)).toBe('headroom-warmups-2026-09-01.csv');
});
