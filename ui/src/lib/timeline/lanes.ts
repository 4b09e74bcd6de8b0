/**
 * Windows and planned warmups as bars in time.
 *
 * Works on the quota document, the plans and the span it is given; pixels and words belong to the page.
 */
import type { CredentialView, GroupView, QuotaDocument, WarmupRound, WindowView } from '../ipc/backend';
import { rank } from '../quota/groups';
import { windowLevel, type Level } from '../quota/levels';

/** What is seen, in milliseconds. */
export interface Span {
  from: number;
  to: number;
}

/** One window, from its start to its refill; of one that has not started, what a use now would make of it. */
export interface Bar {
  window: WindowView;
  level: Level;
  from: number;
  to: number;
  /** It is cut at the edge of the span: its start or its refill lies outside. */
  cut: { start: boolean; end: boolean };
  idle: boolean;
}

/** A warmup that is planned. */
export interface Plan {
  credential: string;
  group: string;
  at: number;
  /** When its window would refill; null where its length is not known. */
  back: number | null;
  /** Why, as it is said everywhere else; null where it is a further start of the same plan. */
  sentence: string | null;
}

/** One group of one credential. */
export interface Row {
  group: GroupView;
  bars: Bar[];
  plans: Plan[];
}

/** One credential. */
export interface Lane {
  credential: CredentialView;
  rows: Row[];
}

/** Something that comes back, or starts by itself. */
export interface Coming {
  kind: 'refill' | 'start';
  at: number;
  credential: CredentialView;
  group: GroupView;
  window: WindowView | null;
  plan: Plan | null;
}

/** Windows whose clock runs, or could. */
function barOf(window: WindowView, now: number, span: Span): Bar | null {
  const level = windowLevel(window);
  const length = window.length_seconds === null ? null : window.length_seconds * 1000;
  if (level === 'idle') {
    if (length === null) return null;
    const to = now + length;
    return {
      window,
      level,
      from: now,
      to: Math.min(to, span.to),
      cut: { start: false, end: to > span.to },
      idle: true,
    };
  }
  if (window.reset_at === null) return null;
  const reset = Date.parse(window.reset_at);
  if (!(reset > now)) return null;
  const start = length === null ? now : reset - length;
  return {
    window,
    level,
    from: Math.max(start, span.from),
    to: Math.min(reset, span.to),
    cut: { start: start < span.from, end: reset > span.to },
    idle: false,
  };
}

const sorted = (groups: readonly GroupView[]) =>
  groups.toSorted((one, other) => rank(one.key) - rank(other.key));

/** One lane a credential that has told of windows. */
export function lanesOf(document: QuotaDocument, plans: readonly Plan[], now: number, span: Span): Lane[] {
  return document.credentials
    .filter(({ state, groups }) => state === 'active' && groups.length > 0)
    .map((credential) => ({
      credential,
      rows: sorted(credential.groups).map((group) => ({
        group,
        bars: group.windows
          .filter(({ binds }) => binds)
          .map((window) => barOf(window, now, span))
          .filter((bar) => bar !== null),
        plans: plans.filter(
          (plan) =>
            plan.credential === credential.id &&
            plan.group === group.key &&
            plan.at >= span.from &&
            plan.at <= span.to,
        ),
      })),
    }));
}

/** Everything of the span that is still to come, the next first. */
export function comingOf(lanes: readonly Lane[], now: number, span: Span): Coming[] {
  return lanes
    .flatMap(({ credential, rows }) =>
      rows.flatMap(({ group, bars, plans }): Coming[] => [
        ...bars
          .filter(({ idle, cut, window }) => !idle && !cut.end && window.remaining !== 1)
          .map(({ window, to }): Coming => ({
            kind: 'refill',
            at: to,
            credential,
            group,
            window,
            plan: null,
          })),
        ...plans.map((plan): Coming => ({
          kind: 'start',
          at: plan.at,
          credential,
          group,
          window: null,
          plan,
        })),
      ]),
    )
    .filter(({ at }) => at > now && at <= span.to)
    .sort((one, other) => one.at - other.at);
}

/** The first refill of a group that can hardly be used, or not at all. */
export function nextCapacity(coming: readonly Coming[]): Coming | null {
  const short = ({ group }: Coming) => group.remaining !== null && group.remaining < 1 / 3;
  // Only the window that decides gives capacity back.
  return (
    coming.find((one) => one.kind === 'refill' && short(one) && one.window?.window === one.group.binding) ??
    null
  );
}

/** When a group's short window refills that starts at `at`; null where no length is known. */
function backOf(group: GroupView | undefined, at: number): number | null {
  const lengths = (group?.windows ?? [])
    .filter(({ binds }) => binds)
    .map(({ length_seconds }) => length_seconds)
    .filter((length) => length !== null);
  return lengths.length > 0 ? at + Math.min(...lengths) * 1000 : null;
}

/** What the planner has in view for a group; what is due by now is the scan's to tell. */
function plannedIn(credential: CredentialView, group: GroupView, now: number): Plan[] {
  const { starts = [], sentence = null } = group.planned ?? {};
  return starts
    .map((start) => Date.parse(start))
    .filter((at) => at > now)
    .map((at, place) => ({
      credential: credential.id,
      group: group.key,
      at,
      back: backOf(group, at),
      sentence: place === 0 ? sentence : null,
    }));
}

/** The planner's starts for every credential, and for the others what a scan would start now or later. */
export function plansIn(round: WarmupRound | null, document: QuotaDocument, now: number): Plan[] {
  const planned = document.credentials.flatMap((credential) =>
    credential.groups.flatMap((group) => plannedIn(credential, group, now)),
  );
  const scanned = (round?.lines ?? [])
    .filter(({ verdict, starts_at }) => verdict === 'warm' || typeof starts_at === 'string')
    .filter(
      (line) => !planned.some((plan) => plan.credential === line.credential && plan.group === line.group),
    )
    .map((line) => {
      const at = typeof line.starts_at === 'string' ? Date.parse(line.starts_at) : now;
      const group = document.credentials
        .find(({ id }) => id === line.credential)
        ?.groups.find(({ key }) => key === line.group);
      const { credential, sentence } = line;
      return { credential, group: line.group, at, back: backOf(group, at), sentence };
    });
  return [...planned, ...scanned];
}

/** The sentence of the start that comes first, if any is planned. */
export function nextStart({ credentials }: QuotaDocument): string[] {
  return credentials
    .flatMap(({ groups }) => groups.flatMap(({ planned }) => planned ?? []))
    .toSorted((one, other) => ((one.starts[0] ?? '') < (other.starts[0] ?? '') ? -1 : 1))
    .slice(0, 1)
    .map(({ sentence }) => sentence);
}

/** Instants for the lines of the axis: every so many hours, or every midnight. */
export function ticks({ from, to }: Span, every: 'hours' | 'days', hours = 3): number[] {
  const found: number[] = [];
  const at = new Date(from);
  at.setMinutes(0, 0, 0);
  if (every === 'days') at.setHours(0);
  else at.setHours(Math.ceil(at.getHours() / hours) * hours);
  // By the calendar, not by adding milliseconds: a day of a changing clock has 23 or 25 hours.
  while (at.getTime() <= to) {
    if (at.getTime() >= from) found.push(at.getTime());
    if (every === 'days') at.setDate(at.getDate() + 1);
    else at.setHours(at.getHours() + hours);
  }
  return found;
}
