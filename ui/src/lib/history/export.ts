/**
 * The history as files for other programs.
 *
 * Works on the documents of the engine; offering the file belongs to the page.
 */
import type { DecisionView, HistoryDocument, WarmupView } from '../ipc/backend';

type Cell = string | number | null | undefined;

/**
 * One cell.
 *
 * Quoted where it has to be. A text that a spreadsheet would run as a formula gets an apostrophe in front: names and
 * reasons come from outside.
 */
function cell(value: Cell): string {
  if (value === null || value === undefined) return '';
  let text = String(value);
  if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as CSV (RFC 4180), with the names of the columns first. */
export function csv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

export function decisionsCsv(entries: readonly DecisionView[]): string {
  return csv(
    ['at', 'last_at', 'kind', 'credential', 'name', 'subject', 'verdict', 'sentence', 'until'],
    entries.map((one) => [
      one.at,
      one.last_at,
      one.kind,
      one.credential,
      one.name,
      one.subject,
      one.verdict,
      one.sentence,
      one.until,
    ]),
  );
}

export function warmupsCsv(entries: readonly WarmupView[]): string {
  return csv(
    ['at', 'credential', 'name', 'group', 'model', 'by', 'outcome', 'detail', 'reset_at'],
    entries.map((one) => [
      one.at,
      one.credential,
      one.name,
      one.group,
      one.model,
      one.by,
      one.outcome,
      one.detail,
      one.reset_at,
    ]),
  );
}

export function dropsCsv({ drops }: HistoryDocument): string {
  return csv(
    ['from', 'to', 'credential', 'group', 'window', 'points', 'by'],
    drops.map((one) => [one.from, one.to, one.credential, one.group, one.window, one.points, one.by]),
  );
}

export function samplesCsv({ samples }: HistoryDocument): string {
  return csv(
    ['at', 'credential', 'subject', 'window', 'remaining', 'source'],
    samples.map((one) => [one.at, one.credential, one.subject, one.window, one.remaining, one.source]),
  );
}

/** A document to keep, as the engine gives it. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** `headroom-warmups-2026-09-01.csv`: the day is the reader's. */
export function fileName(what: string, kind: 'csv' | 'json', now: number): string {
  const date = new Date(now);
  const two = (value: number) => String(value).padStart(2, '0');
  return `headroom-${what}-${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}.${kind}`;
}
