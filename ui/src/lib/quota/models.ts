/**
 * Models over all credentials: the overview turned round.
 *
 * Works on one quota document; knows nothing of words or colours.
 */
import type { CredentialView, GroupView, ModelView, QuotaDocument } from '../ipc/backend';
import { groupLevel, levelOf, type Level } from './levels';

/** One credential's number for a model. */
export interface Segment {
  credential: CredentialView;
  model: ModelView;
  level: Level;
}

/** Models that stand the same with everyone who offers them: those of one pool mostly do. */
export interface ModelRow {
  /** Of the first of them. */
  id: string;
  names: string[];
  usable: number;
  /** The best number among the active credentials, or null where none is known. */
  best: number | null;
  /** The fullest first, what is unknown last. */
  segments: Segment[];
}

/** What people read for a model. */
export function modelName(model: ModelView): string {
  return model.display_name || model.id;
}

/** The level of a model; idle where its group is: whether a clock runs is a matter of windows. */
export function modelLevel(model: ModelView, groups: readonly GroupView[]): Level {
  const level = levelOf(model.effective_remaining, null);
  const group = groups.find(({ key }) => key === model.group);
  return level === 'enough' && group !== undefined && groupLevel(group) === 'idle' ? 'idle' : level;
}

/** What tells a segment from another of the same credential. */
function signature({ credential, model }: Segment): string {
  const { group, effective_remaining: left, protected: kept, cooldown_until: until, stale } = model;
  return [credential.id, group, left, kept, until, stale].join('\u0000');
}

/**
 * The models of the active credentials, in the order in which the service lists them.
 *
 * Twenty models that drink from one pool have one number, so they are one row with their names.
 */
export function modelRows(document: QuotaDocument): ModelRow[] {
  const byModel = new Map<string, Segment[]>();
  for (const credential of document.credentials) {
    if (credential.state !== 'active') continue;
    for (const model of credential.models) {
      const segments = byModel.get(model.id) ?? [];
      segments.push({ credential, model, level: modelLevel(model, credential.groups) });
      byModel.set(model.id, segments);
    }
  }
  const rows = new Map<string, ModelRow>();
  for (const [id, segments] of byModel) {
    const [first] = segments;
    if (first === undefined) continue;
    const alike = segments.map(signature).join('\u0001');
    const name = modelName(first.model);
    const row = rows.get(alike);
    // The service gives some ids one name.
    if (row?.names.includes(name)) continue;
    if (row) row.names.push(name);
    else rows.set(alike, rowOf(id, name, segments));
  }
  return [...rows.values()];
}

function rowOf(id: string, name: string, segments: Segment[]): ModelRow {
  const share = ({ model }: Segment) => model.effective_remaining;
  const known = segments.map(share).filter((left) => left !== null);
  return {
    id,
    names: [name],
    usable: known.filter((left) => left > 0).length,
    best: known.length > 0 ? Math.max(...known) : null,
    segments: segments.toSorted((one, other) => (share(other) ?? -1) - (share(one) ?? -1)),
  };
}

/** Whether a credential answers to what the user typed: its name, tier, provider or one of its models. */
export function matches(credential: CredentialView, typed: string): boolean {
  const wanted = typed.trim().toLocaleLowerCase();
  if (wanted === '') return true;
  const texts = [credential.name, credential.tier ?? '', credential.provider, credential.state];
  for (const model of credential.models) texts.push(model.id, model.display_name);
  return texts.some((text) => text.toLocaleLowerCase().includes(wanted));
}
