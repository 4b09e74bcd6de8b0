/**
 * Rounds of warmups as the page lists them: what was sent, what was held back, and which lines a confirmation sends.
 *
 * Works on a round as the engine tells it; knows nothing of words or colours.
 */
import type { WarmupLine, WarmupRound } from '../ipc/backend';

/** Every decision about a pair, in the order in which the page lists them. */
export const verdicts = [
  'warm',
  'planned',
  'not_full',
  'already_running',
  'cooling_down',
  'resting',
  'weekly_low',
  'backing_off',
  'no_effect',
  'budget_spent',
  'unused',
  'same_group',
  'follow_skipped',
  'quota_unknown',
  'off',
] as const;
export type Verdict = (typeof verdicts)[number];

/** What the engine asks a confirmation for, when the user warms up by hand. */
const confirmable: ReadonlySet<string> = new Set<Verdict>([
  'resting',
  'cooling_down',
  'backing_off',
  'no_effect',
  'budget_spent',
]);

/** The lines that only a confirmation sends. */
export function heldBack(round: WarmupRound): WarmupLine[] {
  return round.needs_force === 0 ? [] : round.lines.filter(({ verdict }) => confirmable.has(verdict));
}

/** How many requests came to what. */
export interface Tally {
  sent: number;
  refused: number;
  unknown: number;
  stopped: number;
  /** Looked at, and nothing was to be sent. */
  held: number;
}

export function tally(round: WarmupRound): Tally {
  const count = (outcome: string | null) => round.lines.filter((line) => line.outcome === outcome).length;
  return {
    sent: count('sent'),
    refused: count('refused'),
    unknown: count('unknown'),
    stopped: count('stopped'),
    held: count(null),
  };
}

export type Grouping = 'verdict' | 'credential';

/** Lines that belong together, under what they share. */
export interface LineGroup {
  key: string;
  lines: WarmupLine[];
}

function place(verdict: string): number {
  const at = verdicts.findIndex((known) => known === verdict);
  return at < 0 ? verdicts.length : at;
}

/** The lines by decision (what is sent first), or by credential (in the engine's order). */
export function groupLines(lines: readonly WarmupLine[], by: Grouping): LineGroup[] {
  const groups = new Map<string, WarmupLine[]>();
  for (const line of lines) {
    const key = by === 'verdict' ? line.verdict : line.credential;
    const group = groups.get(key);
    if (group) group.push(line);
    else groups.set(key, [line]);
  }
  const listed = [...groups].map(([key, members]) => ({ key, lines: members }));
  return by === 'verdict' ? listed.sort((one, other) => place(one.key) - place(other.key)) : listed;
}

/** A name of a line among the lines of its round. */
export function lineKey(line: WarmupLine): string {
  return `${line.credential} ${line.model} ${line.verdict}`;
}
