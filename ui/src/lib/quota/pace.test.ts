import { expect, test } from 'vitest';
import type { WindowView } from '../ipc/backend';
import { FakeBackend, fixtureTime } from '../ipc/fake';
import { compare, firstRunOut, goneShare, runsOut } from './pace';

const hour = 3_600_000;
const at = (hours: number) => new Date(fixtureTime + hours * hour).toISOString();

function window(change: Partial<WindowView> = {}): WindowView {
  const [group] = new FakeBackend().quota.credentials[0]?.groups ?? [];
  const [first] = group?.windows ?? [];
  if (!first) throw new Error('Ada has windows');
  return {
    ...first,
    length_seconds: 5 * 3600,
    reset_at: at(2),
    started: true,
    remaining: 0.2,
    binds: true,
    runs_out_at: at(1),
    ...change,
  };
}

test.each([
  ['two of five hours are left', {}, 0.6],
  ['its clock has not started', { started: false }, null],
  ['nobody knows whether it has', { started: null }, null],
  ['its length is not known', { length_seconds: null }, null],
  ['its reset is past', { reset_at: at(-1) }, null],
  ['its reset is further away than it is long', { reset_at: at(6) }, null],
] as const)('the share that is gone where %s', (_, change, gone) => {
  const found = goneShare(window(change), fixtureTime);
  if (gone === null) expect(found).toBeNull();
  else expect(found).toBeCloseTo(gone);
});

test('use is compared with time, and unknown compares with nothing', () => {
  expect(compare(window(), fixtureTime)?.ahead).toBeCloseTo(20);
  expect(compare(window({ remaining: null }), fixtureTime)).toBeNull();
});

test('a run-out that is past, or of an empty window, is not told', () => {
  expect(runsOut(window(), fixtureTime)).toBe(at(1));
  expect(runsOut(window({ runs_out_at: at(-0.1) }), fixtureTime)).toBeNull();
  expect(runsOut(window({ remaining: 0 }), fixtureTime)).toBeNull();
});

test('of several windows the first to run out counts, and only where it decides', () => {
  const group = {
    key: '3p',
    name: 'Claude and GPT',
    remaining: 0.2,
    reset_at: null,
    binding: '5h',
    windows: [
      window({ window: '5h' }),
      window({ window: 'weekly', runs_out_at: at(0.5) }),
      window({ window: 'odd', runs_out_at: at(0.1), binds: false }),
    ],
  };
  expect(firstRunOut(group, fixtureTime)?.window.window).toBe('weekly');
});
