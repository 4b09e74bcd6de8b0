import { expect, test } from 'vitest';
import { FakeBackend, fixtureTime as now } from '../ipc/fake';
import { comingOf, lanesOf, nextCapacity, nextStart, plansIn, ticks, type Span } from './lanes';

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

test('what a scan would start later stands in its lane and among what comes', () => {
  const backend = new FakeBackend();
  const [line] = backend.rehearsal.lines;
  if (!line) throw new Error('the rehearsal has a line');
  line.verdict = 'planned';
  line.until = line.starts_at = new Date(now + 2 * hour).toISOString();
  const plans = plansIn(backend.rehearsal, backend.quota, now);
  expect(plans[0]).toMatchObject({
    credential: 'c-ada',
    group: 'gemini',
    at: now + 2 * hour,
    back: now + 7 * hour,
    sentence: line.sentence,
  });
  const lanes = lanesOf(backend.quota, plans, now, day);
  expect(lanes[0]?.rows.find(({ group }) => group.key === 'gemini')?.plans).toHaveLength(1);
  expect(comingOf(lanes, now, day).some(({ kind }) => kind === 'start')).toBe(true);
  expect(plansIn(null, backend.quota, now)).toEqual([]);
});

test('what is only looked at again is no start', () => {
  const backend = new FakeBackend();
  const [line] = backend.rehearsal.lines;
  if (!line) throw new Error('the rehearsal has a line');
  line.verdict = 'planned';
  line.until = new Date(now + hour).toISOString();
  expect(plansIn(backend.rehearsal, backend.quota, now)).toEqual([]);
});

test('what the planner has in view stands there for every credential, also while its window runs', () => {
  const backend = new FakeBackend();
  const chen = backend.quota.credentials.find(({ name }) => name === 'Chen');
  const group = chen?.groups.find(({ key }) => key === '3p');
  if (!chen || !group) throw new Error('Chen has Claude');
  const sentence = 'starting Claude on Chen at 18:00, so that it refills at 23:00; expected +2.1 h of use';
  const starts = [-1, 6, 20].map((hours) => new Date(now + hours * hour).toISOString());
  group.planned = { starts, refills: [], gain_hours: 2.1, sentence };
  // The scan tells the same start once more where the window is idle.
  const [line] = backend.rehearsal.lines;
  if (!line) throw new Error('the rehearsal has a line');
  Object.assign(line, { credential: chen.id, group: '3p', verdict: 'planned', starts_at: starts[1] });
  const plans = plansIn(backend.rehearsal, backend.quota, now);
  expect(plans).toEqual([
    { credential: chen.id, group: '3p', at: now + 6 * hour, back: now + 11 * hour, sentence },
    { credential: chen.id, group: '3p', at: now + 20 * hour, back: now + 25 * hour, sentence: null },
  ]);
  const coming = comingOf(lanesOf(backend.quota, plans, now, day), now, day);
  expect(coming.filter(({ kind }) => kind === 'start')).toHaveLength(2);
});

test('the start that comes first is told, whoever has it', () => {
  const document = new FakeBackend().quota;
  expect(nextStart(document)).toEqual([]);
  const groups = document.credentials.flatMap((credential) => credential.groups);
  for (const [place, at] of [6, 4, 5].entries()) {
    const starts = [new Date(now + at * hour).toISOString()];
    const group = groups[place];
    if (group) group.planned = { starts, refills: [], gain_hours: 1, sentence: `in ${at} hours` };
  }
  expect(nextStart(document)).toEqual(['in 4 hours']);
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
