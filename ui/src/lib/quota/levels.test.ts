import { expect, test } from 'vitest';
import type { GroupView, WindowView } from '../ipc/backend';
import { groupLevel, isStale, levelOf, tightestFirst } from './levels';
import { FakeBackend } from '../ipc/fake';

test.each([
  [null, null, 'unknown'],
  [null, false, 'unknown'],
  [0, true, 'empty'],
  [0.001, true, 'scarce'],
  [0.0999, true, 'scarce'],
  [0.1, true, 'low'],
  [0.33, true, 'low'],
  [0.34, true, 'enough'],
  [1, true, 'enough'],
  [1, null, 'enough'],
  [1, false, 'idle'],
  [0.9998, false, 'enough'],
] as const)('%s left with started=%s is %s', (remaining, started, level) => {
  expect(levelOf(remaining, started)).toBe(level);
});

function window(name: string, remaining: number | null, started: boolean | null, binds = true): WindowView {
  const observed = '2026-09-01T12:00:00Z';
  return {
    window: name,
    length_seconds: null,
    remaining,
    reset_at: null,
    started,
    binds,
    points_per_hour: null,
    runs_out_at: null,
    source: 'summary',
    observed_at: observed,
    stale: false,
  };
}
function group(binding: string | null, remaining: number | null, ...windows: WindowView[]): GroupView {
  return { key: '3p', name: 'Claude and GPT', remaining, reset_at: null, binding, windows };
}

test('a group whose short clock has not started is idle although its week runs', () => {
  expect(groupLevel(group('weekly', 0.88, window('5h', 1, false), window('weekly', 0.88, true)))).toBe(
    'idle',
  );
});

test('a group with an empty week is empty although its short clock has not started', () => {
  expect(groupLevel(group('weekly', 0, window('5h', 1, false), window('weekly', 0, true)))).toBe('empty');
});

test('a window that does not bind says nothing about its group', () => {
  expect(groupLevel(group('5h', 0.6, window('month', 1, false, false), window('5h', 0.6, true)))).toBe(
    'enough',
  );
});

test('the window that decides stands first, the others keep their order', () => {
  const windows = [window('5h', 0.9, true), window('weekly', 0.2, true), window('month', 0.5, true)];
  const names = (binding: string | null) =>
    tightestFirst(group(binding, 0.2, ...windows)).map((one) => one.window);
  expect(names('weekly')).toEqual(['weekly', '5h', 'month']);
  expect(names(null)).toEqual(['5h', 'weekly', 'month']);
});

test('numbers are old after a failed read, and only then', () => {
  const { credentials } = new FakeBackend().quota;
  expect(credentials.filter(isStale).map(({ id }) => id)).toEqual(['c-finn']);
});
