import { expect, test } from 'vitest';
import { hrefOf, pageNames, readHash } from './router.svelte';

test.each([
  ['', 'overview', null],
  ['#/', 'overview', null],
  ['#/settings', 'settings', null],
  ['#/credentials?sign-in', 'credentials', 'sign-in'],
  ['#/credential?c%2Fada', 'credential', 'c/ada'],
  ['#/credential?50%', 'credential', '50%'],
  ['#/nowhere', 'overview', null],
  ['#/constructor', 'overview', null],
])('%j is the page %s', (hash, page, query) => {
  expect(readHash(hash)).toEqual({ page, query });
});

test('every page has an address that leads back to it', () => {
  for (const page of pageNames) expect(readHash(hrefOf(page, 'a b/ü?'))).toEqual({ page, query: 'a b/ü?' });
});
