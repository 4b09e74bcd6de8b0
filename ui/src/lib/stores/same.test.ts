import { expect, test } from 'vitest';
import { sameJson } from './same';

test.each([
  [null, null, true],
  [null, 0, false],
  [[1, 2], [1, 2], true],
  [[1, 2], [2, 1], false],
  [[], {}, false],
  [{ a: 1, b: { c: [null] } }, { b: { c: [null] }, a: 1 }, true],
  [{ a: 1 }, { a: 1, b: undefined }, false],
  [{ a: null }, { b: null }, false],
])('%j and %j say the same: %s', (one, other, same) => {
  expect(sameJson(one, other)).toBe(same);
});
