import { expect, test } from 'vitest';
import { found, score, type Entry } from './actions';

const entry = (label: string, section: Entry['section'] = 'pages', also?: string): Entry => ({
  id: label,
  section,
  label,
  run: () => undefined,
  ...(also === undefined ? {} : { also }),
});

test.each([
  ['', 3],
  ['warm', 3],
  ['UP ad', 2],
  ['da', 1],
  ['warm bob', 0],
  ['pro', 2],
])('%j finds “Warm up Ada” with rank %i', (typed, rank) => {
  const found = score(entry('Warm up Ada', 'warmups', 'AI Pro'), typed);
  expect(found > 0).toBe(rank > 0);
  if (typed !== 'pro') expect(found).toBe(rank);
});

test('the best of a section stands first, and sections keep their order', () => {
  const all = [
    entry('Overview by model', 'actions'),
    entry('Old models', 'pages'),
    entry('Model list', 'pages'),
  ];
  expect(
    found(all, 'mod').map(({ section, entries }) => [section, entries.map(({ label }) => label)]),
  ).toEqual([
    ['actions', ['Overview by model']],
    ['pages', ['Model list', 'Old models']],
  ]);
});

test('two hundred credentials do not bury the rest', () => {
  const all = Array.from({ length: 200 }, (_, index) => entry(`Person ${index}`, 'credentials'));
  expect(found(all, '')[0]?.entries.length).toBeLessThan(10);
  expect(found(all, 'person 199')[0]?.entries.map(({ label }) => label)).toEqual(['Person 199']);
});
