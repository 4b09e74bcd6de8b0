import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Clock } from './clock.svelte';

const start = Date.parse('2026-09-01T12:00:00.400Z');
const iso = (offset: number) => new Date(start + offset).toISOString();

beforeEach(() => void vi.useFakeTimers({ now: start }));
afterEach(() => void vi.useRealTimers());

test('it ticks on whole seconds', () => {
  const clock = new Clock();
  const stop = clock.start(document);
  vi.advanceTimersByTime(600);
  expect(new Date(clock.second).toISOString()).toBe('2026-09-01T12:00:01.000Z');
  stop();
  vi.advanceTimersByTime(5000);
  expect(new Date(clock.second).toISOString()).toBe('2026-09-01T12:00:01.000Z');
});

test('a countdown of hours looks at the slow reading, one of minutes at the quick one', () => {
  const clock = new Clock();
  const stop = clock.start(document);
  vi.advanceTimersByTime(4000);
  expect(clock.towards(iso(2 * 3_600_000))).toBe(start);
  expect(clock.towards(iso(300_000))).toBeGreaterThan(start);
  expect(clock.since(iso(-3_600_000))).toBe(start);
  expect(clock.since(iso(-10_000))).toBeGreaterThan(start);
  stop();
});

test('a hidden page needs no clock, and has the right time when it is seen again', () => {
  const page = Object.assign(new EventTarget(), { hidden: false });
  const clock = new Clock();
  const stop = clock.start(page as unknown as Document);
  page.hidden = true;
  page.dispatchEvent(new Event('visibilitychange'));
  const asleep = clock.second;
  vi.advanceTimersByTime(3_600_000);
  expect(clock.second).toBe(asleep);
  page.hidden = false;
  page.dispatchEvent(new Event('visibilitychange'));
  expect([clock.second, clock.coarse]).toEqual([start + 3_600_000, start + 3_600_000]);
  stop();
});
