/** For tests: rounds of warmups with as little as a test has to say. */
import type { WarmupLine, WarmupRound } from '../ipc/backend';

/** A line that was sent, unless the test says otherwise. */
export function line(changes: Partial<WarmupLine> = {}): WarmupLine {
  const { name = 'Ada', model = 'claude-sonnet-4-6', verdict = 'warm' } = changes;
  return {
    credential: `c-${name.toLowerCase()}`,
    name,
    model,
    group: '3p',
    verdict,
    sentence: `${model} of ${name}: ${verdict}`,
    until: null,
    outcome: verdict === 'warm' ? 'sent' : null,
    detail: null,
    ...changes,
  };
}

/** A round by hand that is over. */
export function round(lines: WarmupLine[], changes: Partial<WarmupRound> = {}): WarmupRound {
  const total = lines.filter(({ outcome }) => outcome !== null).length;
  return {
    id: 'r1',
    by: 'manual',
    at: '2026-09-01T12:00:00Z',
    dry_run: false,
    done: total,
    total,
    over: true,
    lines,
    unmatched: [],
    summary: `found ${total}`,
    needs_force: 0,
    ...changes,
  };
}
