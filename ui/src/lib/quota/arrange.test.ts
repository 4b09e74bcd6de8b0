import { expect, test } from 'vitest';
import { FakeBackend, fixtureTime } from '../ipc/fake';
import { arranged, counts, filters, passes, type Sort } from './arrange';

const credentials = () => new FakeBackend().quota.credentials;
const names = (ids: string[]) => {
  const all = credentials();
  return ids.map((id) => all.find((one) => one.id === id)?.name ?? id);
};
const sorted = (sort: Sort, pinned: string[] = []) =>
  names(arranged(credentials(), sort, pinned, fixtureTime, 'en'));

test('a filter shows as many as its chip says', () => {
  const all = credentials();
  const count = counts(all, fixtureTime);
  for (const filter of filters) {
    expect(all.filter((one) => passes(one, filter, '', fixtureTime))).toHaveLength(count[filter]);
  }
  expect([count.mine, count.resting]).toEqual([3, 1]);
});

test('what is protected everywhere is not usable', () => {
  const [ada] = credentials();
  if (!ada) throw new Error('there is Ada');
  expect(passes(ada, 'usable', '', fixtureTime)).toBe(true);
  for (const model of ada.models) model.protected = true;
  expect(passes(ada, 'usable', '', fixtureTime)).toBe(false);
});

test("the user's own order is that of the document", () => {
  expect(sorted('own')).toEqual(credentials().map(({ name }) => name));
});

test('unknown is neither much nor little', () => {
  const known = (order: string[]) => order.slice(0, 3);
  expect(known(sorted('most'))[0]).toBe('Ada');
  expect(sorted('most').indexOf('Dora')).toBeGreaterThan(sorted('most').indexOf('Gus'));
  expect(sorted('least').indexOf('Dora')).toBeGreaterThan(sorted('least').indexOf('Ada'));
});

test('the first to come back stands first', () => {
  expect(sorted('reset')[0]).toBe('finn.lindqvist@example.org');
});

test('what is pinned stands first in every order', () => {
  for (const sort of ['own', 'most', 'least', 'reset', 'name'] as const) {
    expect(sorted(sort, ['c-dora'])[0]).toBe('Dora');
  }
});
