/**
 * Which credentials the overview lists, and in which order.
 *
 * Works on credentials, the user's wishes and the time it is given; keeping the order while numbers stream in
 * belongs to the page.
 */
import type { CredentialView } from '../ipc/backend';
import { windowLevel } from './levels';
import { matches } from './models';

export const filters = ['all', 'usable', 'resting', 'idle', 'mine'] as const;
/** `mine` is what needs the user; `idle` what has a clock that a warmup could start. */
export type Filter = (typeof filters)[number];

export const sorts = ['own', 'most', 'least', 'reset', 'name'] as const;
/** `own` is the order the user gave; `most` and `least` go by what is left, `reset` by what comes back first. */
export type Sort = (typeof sorts)[number];

/** Whether something of a credential is kept back or rests. */
export function rests(credential: CredentialView, now: number): boolean {
  return (
    credential.state === 'active' &&
    credential.models.some(
      ({ protected: kept, cooldown_until: until }) => kept || (until !== null && Date.parse(until) > now),
    )
  );
}

/** Whether a credential has something left that a request could use now. */
export function usable(credential: CredentialView, now: number): boolean {
  if (credential.state !== 'active') return false;
  if (credential.models.length === 0) return (credential.headline?.remaining ?? 0) > 0;
  return credential.models.some(
    ({ effective_remaining: left, protected: kept, cooldown_until: until }) =>
      left !== null && left > 0 && !kept && (until === null || Date.parse(until) <= now),
  );
}

/** Whether a credential has a full window whose clock has not started. */
export function isIdle(credential: CredentialView): boolean {
  return (
    credential.state === 'active' &&
    credential.groups.some(({ windows }) => windows.some((one) => one.binds && windowLevel(one) === 'idle'))
  );
}

const tests: Record<Filter, (credential: CredentialView, now: number) => boolean> = {
  all: () => true,
  usable,
  resting: rests,
  idle: isIdle,
  mine: ({ needs_user }) => needs_user,
};

/** How many each filter would show. */
export function counts(credentials: readonly CredentialView[], now: number): Record<Filter, number> {
  const count = (filter: Filter) => credentials.filter((one) => tests[filter](one, now)).length;
  return {
    all: credentials.length,
    usable: count('usable'),
    resting: count('resting'),
    idle: count('idle'),
    mine: count('mine'),
  };
}

/** Whether a credential passes the filter and answers to what was typed. */
export function passes(credential: CredentialView, filter: Filter, typed: string, now: number): boolean {
  return tests[filter](credential, now) && matches(credential, typed);
}

/** The tightest number, where there is one; what is not active has none that counts. */
function left({ state, headline }: CredentialView): number | null {
  return state === 'active' ? (headline?.remaining ?? null) : null;
}

/** The first reset still ahead of a window whose clock runs. */
function firstReset({ state, groups, headline }: CredentialView, now: number): number {
  if (state !== 'active') return Infinity;
  const resets = groups
    .flatMap(({ windows }) => windows)
    .filter((one) => one.started === true && one.reset_at !== null)
    .map(({ reset_at }) => Date.parse(reset_at ?? ''));
  if (groups.length === 0 && headline?.reset_at) resets.push(Date.parse(headline.reset_at));
  return Math.min(Infinity, ...resets.filter((reset) => reset > now));
}

/**
 * The ids in the order of `sort`, pinned ones first.
 *
 * Equal ones keep the user's own order. Unknown is neither much nor little: it comes last both ways.
 */
export function arranged(
  credentials: readonly CredentialView[],
  sort: Sort,
  pinned: readonly string[],
  now: number,
  language: string,
): string[] {
  const names = new Intl.Collator(language, { numeric: true });
  const byLeft = (sign: 1 | -1) => (one: CredentialView, other: CredentialView) => {
    const [mine, theirs] = [left(one), left(other)];
    if (mine === null || theirs === null) return Number(mine === null) - Number(theirs === null);
    return sign * (mine - theirs);
  };
  const orders: Record<Sort, (one: CredentialView, other: CredentialView) => number> = {
    own: () => 0,
    most: byLeft(-1),
    least: byLeft(1),
    reset: (one, other) => {
      const [mine, theirs] = [firstReset(one, now), firstReset(other, now)];
      return mine === theirs ? 0 : mine - theirs;
    },
    name: (one, other) => names.compare(one.name, other.name),
  };
  const order = orders[sort];
  const pin = ({ id }: CredentialView) => Number(!pinned.includes(id));
  return credentials.toSorted((one, other) => pin(one) - pin(other) || order(one, other)).map(({ id }) => id);
}
