/**
 * Samples, drops and warmups as what a chart draws.
 *
 * Works on a history document and the span it is given; colours and pixels belong to the chart.
 */
import type { DropView, HistoryDocument, SampleView, WarmupView } from '../ipc/backend';

/** One line: instants in seconds, shares 0 to 100; null is a gap. */
export interface Line {
  window: string;
  at: number[];
  left: (number | null)[];
  /** Refills seen in it. */
  resets: number[];
}

/** Points used in equal steps of time, by whose use they were. */
export interface Use {
  /** Middle of each step, in seconds. */
  at: number[];
  own: number[];
  elsewhere: number[];
  /** Length of a step in hours. */
  step: number;
}

/** Everything one chart shows. */
export interface Picture {
  from: number;
  to: number;
  lines: Line[];
  use: Use;
  /** Instants of the warmups, in seconds. */
  warmups: { at: number; outcome: string }[];
}

/** A rise by more than this is a refill, in points; less is the service's rounding. */
const refill = 5;
/** Longer than this between two readings is a time nobody looked; a line over it would be invented. Seconds. */
const blind = 3 * 3600;

const seconds = (at: string) => Date.parse(at) / 1000;

/**
 * The samples of one group's window as a line.
 *
 * A refill breaks it: the service lets nobody see what was in between. So does a time in which nobody looked.
 */
export function lineOf(samples: readonly SampleView[], group: string, window: string): Line {
  const line: Line = { window, at: [], left: [], resets: [] };
  let before: { at: number; left: number | null } | null = null;
  for (const sample of samples) {
    if (sample.subject !== group || sample.window !== window) continue;
    const at = seconds(sample.at);
    const left = sample.remaining === null ? null : sample.remaining * 100;
    if (before !== null && at <= before.at) continue;
    if (before !== null && before.left !== null && left !== null) {
      const rose = left - before.left > refill;
      if (rose) line.resets.push(at);
      if (rose || at - before.at > blind) {
        // Both ends: a gap reaches from the one reading to the other, whatever other series have in between.
        const ends = at - before.at > 2 ? [before.at + 1, at - 1] : [(before.at + at) / 2];
        for (const end of ends) {
          line.at.push(end);
          line.left.push(null);
        }
      }
    }
    line.at.push(at);
    line.left.push(left);
    before = { at, left };
  }
  return line;
}

/** Points used per step between `from` and `to` (seconds), of one group's window. */
export function useOver(
  drops: readonly DropView[],
  group: string,
  window: string,
  { from, to, step }: { from: number; to: number; step: number },
): Use {
  const length = step * 3600;
  const count = Math.max(1, Math.ceil((to - from) / length));
  const use: Use = {
    at: Array.from({ length: count }, (_, index) => from + (index + 0.5) * length),
    own: Array<number>(count).fill(0),
    elsewhere: Array<number>(count).fill(0),
    step,
  };
  for (const drop of drops) {
    if (drop.group !== group || drop.window !== window) continue;
    const [begin, end] = [seconds(drop.from), seconds(drop.to)];
    const side = drop.by === 'elsewhere' ? use.elsewhere : use.own;
    // A drop between two readings is spread over the steps it lies in.
    const first = Math.floor((Math.max(begin, from) - from) / length);
    const last = Math.max(first, Math.floor((Math.min(end, to) - 1 - from) / length));
    for (let index = Math.max(0, first); index <= Math.min(count - 1, last); index += 1) {
      const low = Math.max(begin, from + index * length);
      const high = Math.min(end, from + (index + 1) * length);
      const share = end > begin ? Math.max(0, high - low) / (end - begin) : 1;
      side[index] = (side[index] ?? 0) + (drop.points ?? 0) * share;
    }
  }
  return use;
}

/** How fine the bars are for a span of so many hours. */
export function stepFor(hours: number): number {
  if (hours <= 24) return 1;
  return hours <= 7 * 24 ? 4 : 24;
}

/** What the chart of one credential's group shows. `windows` are in the order in which they are drawn. */
export function pictureOf(
  document: HistoryDocument,
  credential: string,
  group: string,
  windows: readonly string[],
  { from, to }: { from: number; to: number },
): Picture {
  const mine = <Entry extends { credential: string }>(entries: readonly Entry[]) =>
    entries.filter((entry) => entry.credential === credential);
  const samples = mine(document.samples).filter(({ at }) => seconds(at) >= from && seconds(at) <= to);
  const shortest = windows[0] ?? '5h';
  const hours = (to - from) / 3600;
  return {
    from,
    to,
    lines: windows.map((window) => lineOf(samples, group, window)).filter((line) => line.at.length > 0),
    use: useOver(mine(document.drops), group, shortest, { from, to, step: stepFor(hours) }),
    warmups: mine(document.warmups)
      .filter((warmup: WarmupView) => warmup.group === group)
      .map(({ at, outcome }) => ({ at: seconds(at), outcome }))
      .filter(({ at }) => at >= from && at <= to)
      .sort((one, other) => one.at - other.at),
  };
}

/** The lowest point of a line, or null where nothing of it is known. */
export function lowest(line: Line): { at: number; left: number } | null {
  let found: { at: number; left: number } | null = null;
  for (const [index, left] of line.left.entries()) {
    const at = line.at[index];
    if (left !== null && at !== undefined && (found === null || left < found.left)) found = { at, left };
  }
  return found;
}

/** Sums of a use, in points. */
export function sums({ own, elsewhere }: Use): { own: number; elsewhere: number } {
  const sum = (points: number[]) => points.reduce((total, one) => total + one, 0);
  return { own: sum(own), elsewhere: sum(elsewhere) };
}

/** What a line ends with, or null where nothing of it is known. */
export function lastOf(line: Line): number | null {
  return line.left.findLast((left) => left !== null) ?? null;
}
