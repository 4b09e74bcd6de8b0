/**
 * Models over all credentials: the overview turned round.
 *
 * Works on one quota document; knows nothing of words or colours.
 */
import type { CredentialView, ModelView, QuotaDocument } from '../ipc/backend';
import { levelOf, type Level } from './levels';

/** One credential's number for a model. */
export interface Segment {
  credential: CredentialView;
  model: ModelView;
  level: Level;
}

/** One model with everyone who offers it. */
export interface ModelRow {
  id: string;
  name: string;
  usable: number;
  /** The best number among the active credentials, or null where none is known. */
  best: number | null;
  segments: Segment[];
}

/** What people read for a model. */
export function modelName(model: ModelView): string {
  return model.display_name || model.id;
}

/** The level of a model; idle is a matter of windows, so it does not exist here. */
export function modelLevel(model: ModelView): Level {
  return levelOf(model.effective_remaining, null);
}

/** Every model of the active credentials once, in the order in which the service lists them. */
export function modelRows(document: QuotaDocument): ModelRow[] {
  const rows = new Map<string, ModelRow>();
  for (const credential of document.credentials) {
    if (credential.state !== 'active') continue;
    for (const model of credential.models) {
      let row = rows.get(model.id);
      if (!row) {
        row = { id: model.id, name: modelName(model), usable: 0, best: null, segments: [] };
        rows.set(model.id, row);
      }
      row.segments.push({ credential, model, level: modelLevel(model) });
      const share = model.effective_remaining;
      if (share === null) continue;
      if (share > 0) row.usable += 1;
      row.best = Math.max(row.best ?? 0, share);
    }
  }
  return [...rows.values()];
}

/** Whether a credential answers to what the user typed: its name, tier, provider or one of its models. */
export function matches(credential: CredentialView, typed: string): boolean {
  const wanted = typed.trim().toLocaleLowerCase();
  if (wanted === '') return true;
  const texts = [credential.name, credential.tier ?? '', credential.provider, credential.state];
  for (const model of credential.models) texts.push(model.id, model.display_name);
  return texts.some((text) => text.toLocaleLowerCase().includes(wanted));
}
