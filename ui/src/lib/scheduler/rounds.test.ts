import { expect, test } from 'vitest';
import { groupLines, heldBack, tally } from './rounds';
import { line, round } from './testing';

const lines = [
  line({ name: 'Bob', verdict: 'not_full' }),
  line({ name: 'Bob', model: 'gemini-flash', verdict: 'cooling_down' }),
  line(),
  line({ model: 'gemini-flash', outcome: 'refused' }),
];

test.each([
  ['resting', true],
  ['cooling_down', true],
  ['backing_off', true],
  ['no_effect', true],
  ['budget_spent', true],
  ['not_full', false],
  ['off', false],
  ['warm', false],
  ['something_new', false],
])('a line that is %s goes on a confirmation: %s', (verdict, goes) => {
  const held = heldBack(round([line({ verdict })], { needs_force: 1 }));
  expect(held).toHaveLength(goes ? 1 : 0);
});

test('nothing is to be confirmed where the engine asks for nothing', () => {
  expect(heldBack(round([line({ verdict: 'resting' })]))).toEqual([]);
});

test('a tally counts by outcome', () => {
  expect(tally(round(lines))).toEqual({ sent: 1, refused: 1, unknown: 0, stopped: 0, held: 2 });
});

test('by decision what is sent comes first, and a decision nobody knows last', () => {
  const unknown = line({ verdict: 'brand_new', outcome: null });
  expect(groupLines([unknown, ...lines], 'verdict').map(({ key }) => key)).toEqual([
    'warm',
    'not_full',
    'cooling_down',
    'brand_new',
  ]);
});

test('by credential the order of the engine stays', () => {
  expect(groupLines(lines, 'credential').map(({ key, lines: members }) => [key, members.length])).toEqual([
    ['c-bob', 2],
    ['c-ada', 2],
  ]);
});
