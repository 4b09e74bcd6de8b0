import { expect, test } from 'vitest';
import { BackendError, isOpenable } from './backend';

test.each([
  ['https://accounts.google.com/verify', false, true],
  ['https://accounts.google.com/verify', true, true],
  ['http://accounts.google.com/verify', true, false],
  ['http://127.0.0.1:4000/authorize', true, true],
  ['http://127.0.0.1:4000/authorize', false, false],
  ['http://localhost:4000/authorize', true, true],
  ['http://127.0.0.1.evil.example/', true, false],
  ['javascript:alert(1)', true, false],
  ['file:///etc/passwd', true, false],
  ['data:text/html,hello', true, false],
  ['not an address', true, false],
  ['', false, false],
])('%s in a demo (%s) may be opened: %s', (url, demo, may) => {
  expect(isOpenable(url, demo)).toBe(may);
});

test.each([
  [{ code: 'refused', message: 'Resting until 14:05.' }, 'refused', 'Resting until 14:05.'],
  [{ code: 'something_new', message: 'Odd.' }, 'failed', 'Odd.'],
  [{ message: 'No code.' }, 'failed', 'No code.'],
  [new TypeError('broken'), 'failed', 'broken'],
  ['plain words', 'failed', 'plain words'],
  [null, 'failed', 'null'],
])('%j becomes an error with the code %s', (thrown, code, message) => {
  const error = BackendError.from(thrown);
  expect([error.code, error.message]).toEqual([code, message]);
});
