import { expect, test } from 'vitest';
import { FakeBackend, fixtureTime as now } from '../ipc/fake';
import { comingOf, lanesOf, nextCapacity, plansIn, ticks, type Span } from './lanes';

const hour = 3_600_000;
const day: Span = { from: now - hour, to: now + 24 * hour };
const document = () => new FakeBackend().quota;

function bars(name: string, span = day) {
  const lane = lanesOf(document(), [], now, span).find(({ credential }) => credential.name === name);
  return lane?.rows.flatMap(({ group, bars: own }) =>
    own.map((bar) => ({
      of: `${group.key} ${bar.window.window}`,
      from: (bar.from - now) / hour,
      to: (bar.to - now) / hour,
      cut: bar.cut,
      idle: bar.idle,
    })),
  );
}

test('a window stands from its start to its refill, cut where the span ends', () => {
  const [short, week] = bars('Ada') ?? [];
  expect(short?.of).toBe('3p 5h');
  expect(short?.from).toBe(-1);
  expect(short?.to).toBeCloseTo(2 + 4 / 60);
  expect(short?.cut).toEqual({ start: true, end: false });
  expect(week).toMatchObject({ of: '3p weekly', to: 24, cut: { start: true, end: true } });
});

test('one that has not started stands where a use now would put it', () => {
  const idle = bars('Ada')?.find((bar) => bar.idle);
  expect(idle).toMatchObject({ of: 'gemini 5h', from: 0, to: 5 });
});

test('only what can be used has a lane', () => {
  const names = lanesOf(document(), [], now, day).map(({ credential }) => credential.name);
  expect(names).toContain('Ada');
  expect(names).not.toContain('Hana');
  expect(names).not.toContain('Dora');
});

test('what comes back is in order, inside the span, and without what only would', () => {
  const coming = comingOf(lanesOf(document(), [], now, day), now, day);
  const at = coming.map((one) => one.at);
  expect(at).toEqual(at.toSorted((one, other) => one - other));
  expect(at.every((one) => one > now && one <= day.to)).toBe(true);
  expect(coming.length).toBeGreaterThan(2);
  const week = { from: now, to: now + 7 * 24 * hour };
  expect(comingOf(lanesOf(document(), [], now, week), now, week).length).toBeGreaterThan(coming.length);
});

test('the next capacity is the first refill of what is nearly or wholly used up', () => {
  const next = nextCapacity(comingOf(lanesOf(document(), [], now, day), now, day));
  expect(next?.credential.name).toBe('finn.lindqvist@example.org');
  expect(nextCapacity([])).toBeNull();
});

test('plans stand in their lane and among what comes', () => {
  const backend = new FakeBackend();
  const [line] = backend.rehearsal.lines;
  if (!line) throw new Error('the rehearsal has a line');
  line.verdict = 'planned';
  line.until = new Date(now + 2 * hour).toISOString();
  const plans = plansIn(backend.rehearsal, backend.quota, now);
  expect(plans[0]).toMatchObject({
    credential: 'c-ada',
    group: 'gemini',
    at: now + 2 * hour,
    back: now + 7 * hour,
  });
  const lanes = lanesOf(backend.quota, plans, now, day);
  expect(lanes[0]?.rows.find(({ group }) => group.key === 'gemini')?.plans).toHaveLength(1);
  expect(comingOf(lanes, now, day).some(({ kind }) => kind === 'start')).toBe(true);
  expect(plansIn(null, backend.quota, now)).toEqual([]);
});

test('lines stand at whole hours and at midnights', () => {
  const hours = ticks(day, 'hours').map((at) => new Date(at));
  expect(hours.every((at) => at.getHours() % 3 === 0 && at.getMinutes() === 0)).toBe(true);
  // From 11:00 to 12:00 of the next day.
  expect(hours).toHaveLength(9);
  const days = ticks({ from: now, to: now + 7 * 24 * hour }, 'days').map((at) => new Date(at));
  expect(days.every((at) => at.getHours() === 0)).toBe(true);
  expect(days).toHaveLength(7);
});
