import { expect, test } from 'vitest';
import type { DropView, HistoryDocument, SampleView } from '../ipc/backend';
import { lineOf, lowest, pictureOf, stepFor, sums, useOver } from './series';

const start = Date.parse('2026-09-01T00:00:00Z');
const at = (hours: number) => new Date(start + hours * 3_600_000).toISOString();
const second = (hours: number) => start / 1000 + hours * 3600;

function sample(hours: number, remaining: number | null, change: Partial<SampleView> = {}): SampleView {
  return {
    credential: 'c-ada',
    subject: '3p',
    window: '5h',
    remaining,
    at: at(hours),
    source: 'summary',
    ...change,
  };
}
function drop(from: number, to: number, points: number, by: string): DropView {
  return { credential: 'c-ada', group: '3p', window: '5h', from: at(from), to: at(to), points, by };
}

test('a line holds the samples of one window, in percent', () => {
  const line = lineOf(
    [
      sample(0, 1),
      sample(1, 0.5, { window: 'weekly' }),
      sample(1, 0.9),
      sample(2, 0.4, { subject: 'gemini' }),
    ],
    '3p',
    '5h',
  );
  expect(line).toEqual({ window: '5h', at: [second(0), second(1)], left: [100, 90], resets: [] });
});

test('a refill and a time nobody looked break the line', () => {
  const line = lineOf([sample(0, 0.1), sample(1, 1), sample(2, 0.99), sample(8, 0.9)], '3p', '5h');
  expect(line.left).toEqual([10, null, null, 100, 99, null, null, 90]);
  expect(line.at.slice(0, 4)).toEqual([second(0), second(0) + 1, second(1) - 1, second(1)]);
  expect(line.resets).toEqual([second(1)]);
});

test('unknown is a gap and a small rise is no refill', () => {
  const line = lineOf([sample(0, 0.5), sample(1, null), sample(2, 0.5), sample(3, 0.52)], '3p', '5h');
  expect(line.left).toEqual([50, null, 50, 52]);
  expect(line.resets).toEqual([]);
});

test('instants only grow, whatever order the samples come in', () => {
  const line = lineOf([sample(1, 0.5), sample(1, 0.4), sample(0, 0.3), sample(2, 0.2)], '3p', '5h');
  expect(line.at).toEqual([second(1), second(2)]);
});

test('a drop is spread over the steps it lies in, and nothing of it is lost', () => {
  const use = useOver([drop(0.5, 2.5, 20, 'elsewhere'), drop(1, 1, 3, 'proxy')], '3p', '5h', {
    from: second(0),
    to: second(4),
    step: 1,
  });
  expect(use.elsewhere.map(Math.round)).toEqual([5, 10, 5, 0]);
  expect(sums(use).elsewhere).toBeCloseTo(20);
  // Two readings of one instant.
  expect(sums(use).own).toBeCloseTo(3);
});

test('a warmup and the proxy are own use', () => {
  const use = useOver([drop(0, 1, 2, 'warmup'), drop(0, 1, 3, 'proxy')], '3p', '5h', {
    from: second(0),
    to: second(1),
    step: 1,
  });
  expect(sums(use)).toEqual({ own: 5, elsewhere: 0 });
});

test.each([
  [24, 1],
  [168, 4],
  [720, 24],
])('over %i hours a bar is %i hours wide', (hours, step) => {
  expect(stepFor(hours)).toBe(step);
});

test('a picture is of one credential and one span', () => {
  const document: HistoryDocument = {
    since: at(0),
    samples: [sample(0, 1), sample(1, 0.2), sample(30, 0.1), sample(1, 0.7, { credential: 'c-bob' })],
    warmups: [
      {
        credential: 'c-ada',
        name: 'Ada',
        group: '3p',
        model: 'm',
        by: 'manual',
        at: at(0.5),
        outcome: 'started',
        detail: null,
        reset_at: null,
      },
    ],
    drops: [drop(0, 1, 80, 'elsewhere')],
  };
  const picture = pictureOf(document, 'c-ada', '3p', ['5h', 'weekly'], { from: second(0), to: second(24) });
  expect(picture.lines.map(({ window }) => window)).toEqual(['5h']);
  expect(picture.lines.map(lowest)).toEqual([{ at: second(1), left: 20 }]);
  expect(picture.warmups).toEqual([{ at: second(0.5), outcome: 'started' }]);
  expect(sums(picture.use).elsewhere).toBeCloseTo(80);
});
