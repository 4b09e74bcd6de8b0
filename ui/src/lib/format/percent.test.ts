import { expect, test } from 'vitest';
import { en } from '../i18n/en';
import { keepFigures, percent, wholePercent } from './percent';

test.each([
  [0, 0],
  [-0.2, 0],
  [0.0001, 1],
  [0.004, 1],
  [0.58, 58],
  [0.575, 57],
  [0.996, 99],
  [0.99989, 99],
  [0.9999, 100],
  [1, 100],
  [1.4, 100],
])('a share of %d reads as %d percent', (share, whole) => {
  expect(wholePercent(share)).toBe(whole);
});

test('unknown is a dash, never a number', () => {
  expect(percent(null, en)).toBe('–');
  expect(percent(0, en)).toBe('0\u202f%');
});

test('a sentence keeps its figures together', () => {
  expect(keepFigures('Up to 100 % and 58 % left, % or not.')).toBe(
    'Up to 100\u202f% and 58\u202f% left, % or not.',
  );
});
