/**
 * The groups over all credentials: the cards of the overview.
 *
 * Works on one quota document and the time it is given; knows nothing of words or colours.
 */
import type { CredentialView, GroupView, QuotaDocument } from '../ipc/backend';
import { groupLevel, isUsable, levelOf, type Level } from './levels';

/** A group that at least one credential has. */
export interface Column {
  key: string;
  name: string;
}

/** One credential's share of a group. */
export interface Glass {
  credential: CredentialView;
  group: GroupView | null;
  level: Level;
}

/** When a credential's group refills. */
export interface Refill {
  name: string;
  at: string;
}

/** What comes next for a group, and what kind of "next" it is. */
export type Outlook =
  /** Nothing is left anywhere, or little: these come back. */
  | { kind: 'capacity'; refills: Refill[] }
  /** Enough is left; this refills next all the same. */
  | { kind: 'refill'; refills: Refill[] }
  /** No clock runs. */
  | { kind: 'idle' }
  | { kind: 'unknown' };

/** One card. */
export interface GroupCard {
  column: Column;
  usable: number;
  glasses: Glass[];
  outlook: Outlook;
}

/** The order people know: the pools of the service first, then what only some accounts have. */
const knownOrder = ['3p', 'gemini'];

/** Where a group stands among the others. */
export function rank(key: string): number {
  return knownOrder.includes(key) ? knownOrder.indexOf(key) : knownOrder.length;
}

/** Every group of the document once. */
export function columns(document: QuotaDocument): Column[] {
  const found = new Map<string, Column>();
  for (const credential of document.credentials) {
    for (const { key, name } of credential.groups) if (!found.has(key)) found.set(key, { key, name });
  }
  return [...found.values()].sort((one, other) => rank(one.key) - rank(other.key));
}

/** A credential that may well have this group although nothing was read of it yet. */
function mayHave(credential: CredentialView): boolean {
  return credential.provider === 'antigravity' && credential.groups.length === 0;
}

/** One card a group, the fullest glass first, what is unknown last. */
export function groupCards(document: QuotaDocument, now: number): GroupCard[] {
  return columns(document).map((column) => {
    const glasses = document.credentials.flatMap((credential): Glass[] => {
      if (credential.state === 'disabled') return [];
      const group = credential.groups.find(({ key }) => key === column.key) ?? null;
      if (group === null && !(mayHave(credential) && knownOrder.includes(column.key))) return [];
      const level = group === null || credential.state !== 'active' ? 'unknown' : groupLevel(group);
      return [{ credential, group, level }];
    });
    const fill = ({ group, level }: Glass) => (level === 'unknown' ? -1 : (group?.remaining ?? -1));
    return {
      column,
      glasses: glasses.toSorted((one, other) => fill(other) - fill(one)),
      usable: glasses.filter(({ credential, group }) => group && isUsable(credential, group)).length,
      outlook: outlook(glasses, now),
    };
  });
}

function outlook(glasses: Glass[], now: number): Outlook {
  const known = glasses.filter(({ level }) => level !== 'unknown');
  if (known.length === 0) return { kind: 'unknown' };
  const refills = (levels: Level[]): Refill[] =>
    known
      .flatMap(({ credential, group }) => {
        const level = levelOf(group?.remaining ?? null, null);
        const at = group?.reset_at;
        return at && levels.includes(level) && Date.parse(at) > now && group.remaining !== 1
          ? [{ name: credential.name, at }]
          : [];
      })
      .sort((one, other) => Date.parse(one.at) - Date.parse(other.at))
      .slice(0, 2);
  const back = refills(['low', 'scarce', 'empty']);
  if (back.length > 0) return { kind: 'capacity', refills: back };
  const next = refills(['enough']);
  if (next.length > 0) return { kind: 'refill', refills: next.slice(0, 1) };
  return known.some(({ level }) => level === 'idle') ? { kind: 'idle' } : { kind: 'unknown' };
}
